"""Who could see a project at the end of a day, from the memberships and the facts of that day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, literal, or_, select, union_all
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
    """None when the project was not there on that day. Five statements at most.

    Accounts that are stopped today count up to the day on which they were; of one that was stopped and opened again
    only today's state is known.
    """
    state = _state(project, day)
    if state is None:
        return None
    found = _readers(project, state, day)
    people = _people([one.person_id for one in found], day)
    there = [one for one in found if one.person_id in people]
    return Readership(state["confidentiality"], there, people, _places(*_around(state)))


def _state(project: Project, day: date) -> dict[str, Any] | None:
    return db.session.scalar(
        select(ProjectEntry.state)
        .where(ProjectEntry.project_id == project.id, ProjectEntry.effective_at <= clock.end_of(day))
        .order_by(ProjectEntry.effective_at.desc(), ProjectEntry.id.desc())
        .limit(1)
    )


def _around(state: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """The laboratories and the parties of a project in a state."""
    return [key for key, _leads in state["labs"]], [key for key, _role in state["parties"]]


def _readers(project: Project, state: Mapping[str, Any], day: date) -> Sequence[Reader]:
    """All whose ties of the day count, whether they could sign in or not; one statement."""
    labs, parties = _around(state)
    each = _by_role(day), _team(project, day), _of_labs(labs, day), _of_parties(parties, day)
    rows = db.session.execute(union_all(*each).order_by("code", "person_id", "what"))
    ties = [Tie(row.person_id, row.kind, row.what, row.code) for row in rows]
    return rules.readers(state["confidentiality"], ties)


def _by_role(day: date) -> Select[Any]:
    query = _tie(literal("role"), SystemRole.person_id, SystemRole.role)
    return query.where(SystemRole.role.in_(rules.ALWAYS), holds_on(SystemRole, day))


def _team(project: Project, day: date) -> Select[Any]:
    query = _tie(literal("member"), ProjectMember.person_id, ProjectMember.role)
    return query.where(ProjectMember.project_id == project.id, holds_on(ProjectMember, day))


def _of_labs(keys: list[int], day: date) -> Select[Any]:
    kind = case((LabMember.role.in_(DIRECTORS), "director"), else_="lab")
    query = _tie(kind, LabMember.person_id, LabMember.role, JointLab.code)
    return query.join(LabMember.lab).where(LabMember.lab_id.in_(keys), holds_on(LabMember, day))


def _of_parties(keys: list[int], day: date) -> Select[Any]:
    row = InstitutionMember
    query = _tie(literal("party"), row.person_id, literal(""), Institution.code)
    return query.join(row.institution).where(row.institution_id.in_(keys), holds_on(row, day))


def _tie(kind: Any, person_id: Any, what: Any, code: Any = None) -> Select[Any]:
    code = literal("") if code is None else code
    return select(kind.label("kind"), person_id, what.label("what"), code.label("code"))


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
    """The people of some institutions, today, who see a project: who can act for them, by institution. Three statements,
    however many they are."""
    today = clock.today()
    query = (
        select(InstitutionMember.institution_id, InstitutionMember.person_id)
        .join(Account, Account.person_id == InstitutionMember.person_id)
        .where(
            InstitutionMember.institution_id.in_(institution_ids),
            holds_on(InstitutionMember, today),
            Account.disabled_at.is_(None),
        )
    )
    found: dict[int, set[int]] = {key: set() for key in institution_ids}
    state = _state(project, today)
    if state is None:
        return found
    seeing = {one.person_id for one in _readers(project, state, today)}
    for key, person_id in db.session.execute(query):
        if person_id in seeing or state["confidentiality"] == "open":
            found[key].add(person_id)
    return found
