"""Who could see a project at the end of a day, from the memberships and the facts of that day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Account, Person, SystemRole
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution, InstitutionMember, JointLab, LabMember
from kangjiansheng.projects.models import Project, ProjectEntry, ProjectMember
from kangjiansheng.projects.queries.visible import DIRECTORS
from kangjiansheng.projects.rules import readers as rules
from kangjiansheng.projects.rules.readers import Reader, Tie


@dataclass(frozen=True, slots=True)
class Readership:
    """The level of the day, who could see the project, and the people, laboratories and institutions named."""

    level: str
    readers: Sequence[Reader]
    people: Mapping[int, Person]
    places: Mapping[str, JointLab | Institution]


def readership(project: Project, day: date) -> Readership | None:
    """None when the project was not there on that day. Seven statements at most.

    Accounts that are stopped today count up to the day on which they were; of one that was stopped and opened again
    only today's state is known.
    """
    state = db.session.scalar(
        select(ProjectEntry.state)
        .where(ProjectEntry.project_id == project.id, ProjectEntry.effective_at <= clock.end_of(day))
        .order_by(ProjectEntry.effective_at.desc(), ProjectEntry.id.desc())
        .limit(1)
    )
    if state is None:
        return None
    labs, parties = [key for key, _leads in state["labs"]], [key for key, _role in state["parties"]]
    level = state["confidentiality"]
    found = rules.readers(
        level, [*_by_role(day), *_team(project, day), *_of_labs(labs, day), *_of_parties(parties, day)]
    )
    people = _people([one.person_id for one in found], day)
    there = [one for one in found if one.person_id in people]
    return Readership(level, there, people, _places(labs, parties))


def _by_role(day: date) -> list[Tie]:
    query = select(SystemRole.person_id, SystemRole.role).where(
        SystemRole.role.in_(rules.ALWAYS), holds_on(SystemRole, day)
    )
    return [Tie(row.person_id, "role", row.role) for row in db.session.execute(query)]


def _team(project: Project, day: date) -> list[Tie]:
    query = select(ProjectMember.person_id, ProjectMember.role).where(
        ProjectMember.project_id == project.id, holds_on(ProjectMember, day)
    )
    return [Tie(row.person_id, "member", row.role) for row in db.session.execute(query)]


def _of_labs(keys: list[int], day: date) -> list[Tie]:
    query = (
        select(LabMember.person_id, LabMember.role, JointLab.code)
        .join(JointLab, JointLab.id == LabMember.lab_id)
        .where(LabMember.lab_id.in_(keys), holds_on(LabMember, day))
        .order_by(JointLab.code)
    )
    return [
        Tie(row.person_id, "director" if row.role in DIRECTORS else "lab", row.role, row.code)
        for row in db.session.execute(query)
    ]


def _of_parties(keys: list[int], day: date) -> list[Tie]:
    query = (
        select(InstitutionMember.person_id, Institution.code)
        .join(Institution, Institution.id == InstitutionMember.institution_id)
        .where(InstitutionMember.institution_id.in_(keys), holds_on(InstitutionMember, day))
        .order_by(Institution.code)
    )
    return [Tie(row.person_id, "party", "", row.code) for row in db.session.execute(query)]


def _people(keys: list[int], day: date) -> dict[int, Person]:
    """Those of them who could sign in: without an account nobody sees anything."""
    query: Select[Person] = (
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(
            Person.id.in_(keys), or_(Account.disabled_at.is_(None), Account.disabled_at > clock.end_of(day))
        )
        .options(joinedload(Person.account))
    )
    return {row.id: row for row in db.session.scalars(query)}


def _places(labs: list[int], parties: list[int]) -> dict[str, JointLab | Institution]:
    found: dict[str, JointLab | Institution] = {}
    for row in db.session.scalars(select(JointLab).where(JointLab.id.in_(labs))):
        found[row.code] = row
    for one in db.session.scalars(select(Institution).where(Institution.id.in_(parties))):
        found[one.code] = one
    return found


def members_who_see(project: Project, institution_ids: Collection[int]) -> dict[int, set[int]]:
    """The people of some institutions, today, who see a project: who can act for them, by institution. Eight statements
    at most, however many they are."""
    query = (
        select(InstitutionMember.institution_id, InstitutionMember.person_id)
        .join(Account, Account.person_id == InstitutionMember.person_id)
        .where(
            InstitutionMember.institution_id.in_(institution_ids),
            holds_on(InstitutionMember, clock.today()),
            Account.disabled_at.is_(None),
        )
    )
    found: dict[int, set[int]] = {key: set() for key in institution_ids}
    known = readership(project, clock.today())
    seeing = {one.person_id for one in known.readers} if known else set()
    for key, person_id in db.session.execute(query):
        if person_id in seeing or (known is not None and known.level == "open"):
            found[key].add(person_id)
    return found
