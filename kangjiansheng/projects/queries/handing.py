"""What a person answers for: roles in laboratories and as lead, open milestones, open risks, and things above."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select, union

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import InstitutionMember, JointLab, LabMember, LabPartner
from kangjiansheng.labs.queries import inside_labs
from kangjiansheng.labs.queries.papers import lab_inside
from kangjiansheng.labs.rules import LAB_ROLES
from kangjiansheng.projects.models import Milestone, Plan, Project, ProjectMember, Risk
from kangjiansheng.projects.queries.page import project
from kangjiansheng.projects.queries.people import candidates, people
from kangjiansheng.projects.queries.visible import may_see

ROLES = tuple(f"lab_{role}" for role in LAB_ROLES)
KINDS = (*ROLES, "lead", "milestone", "risk")
_IN_PROJECTS = ("lead", "milestone", "risk")


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a person answers for; `open` when the reader may see what it is called.

    `place` is the code of the project, the laboratory or whatever else it belongs to.
    """

    kind: str  # one of KINDS, or of those of a higher floor
    id: int  # of the laboratory, the project, the milestone, the risk
    place: str
    code: str
    names: Mapping[str, str]
    open: bool
    illustrative: bool

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Keeper:
    """What a person may answer for on a higher floor, and how it is given away.

    `words` name its kinds; `advice` says of those that cannot be given away here what to do, `href` where. `duties`
    reads them for somebody, `held` are the queries by which they are counted. `give` takes a thing, its holder and the successor, and raises RuleBroken.
    """

    words: Mapping[str, Any]
    advice: Mapping[str, Any]
    duties: Callable[[int, Actor], list[Duty]]
    held: Callable[[int], Sequence[Any]]
    give: Callable[[Duty, int, int, Actor], None]
    href: Callable[[Duty], str]


keepers: list[Keeper] = []  # a slot that the roof fills


Within = Project | JointLab | None


def duties(person_id: int, *, actor: Actor, within: Within = None) -> list[Duty]:
    """Everything that a person answers for in laboratories, running projects, plans and above; or in one project; or in
    one laboratory, her roles there and its plan."""
    lab = within if isinstance(within, JointLab) else None
    project = within if isinstance(within, Project) else None
    found = [] if lab else _in_projects(person_id, actor, project)
    if project is None:
        query = _of_labs(person_id, lab).add_columns(inside_labs(actor))
        found += [_duty("milestone", *row) for row in db.session.execute(query)]
    found.sort(key=lambda one: (one.place, KINDS.index(one.kind), one.code))
    if project is not None:
        return found
    above = [one for keeper in keepers for one in keeper.duties(person_id, actor)] if lab is None else []
    return [*_in_labs(person_id, lab), *found, *above]


def _in_projects(person_id: int, actor: Actor, project: Project | None) -> list[Duty]:
    found = []
    for kind in _IN_PROJECTS:
        query = _owned(kind, person_id).add_columns(may_see(actor))
        rows = db.session.execute(query.where(Project.id == project.id) if project else query)
        found += [_duty(kind, *row) for row in rows]
    return found


def keeper_of(kind: str) -> Keeper | None:
    """Who gives away things of a kind, when it is of a higher floor."""
    return next((keeper for keeper in keepers if kind in keeper.words), None)


def _roles(person_id: int) -> Select[JointLab, str]:
    return (
        select(JointLab, LabMember.role)
        .join(LabMember, LabMember.lab_id == JointLab.id)
        .where(
            LabMember.person_id == person_id,
            holds_on(LabMember, clock.today()),
            JointLab.archived_at.is_(None),
        )
        .order_by(JointLab.code, LabMember.role)
    )


def _in_labs(person_id: int, only: JointLab | None) -> list[Duty]:
    """Roles in laboratories, whose names everybody sees who is signed in."""
    return [
        Duty(
            f"lab_{role}",
            lab.id,
            lab.code,
            "",
            {script: getattr(lab, f"name_{script}") for script in ("hans", "hant", "en")},
            True,
            lab.illustrative,
        )
        for lab, role in db.session.execute(_roles(person_id))
        if only is None or lab.id == only.id
    ]


def _duty(kind: str, thing: Any, owner: Project | JointLab, is_open: bool) -> Duty:
    names = (
        {"hans": thing.title, "hant": "", "en": ""}
        if kind == "risk"
        else {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}
    )
    code = f"R{thing.number}" if kind == "risk" else "" if kind == "lead" else thing.code
    return Duty(kind, thing.id, owner.code, code, names, is_open, owner.illustrative)


def _owned(kind: str, person_id: int) -> Select[Any]:
    query: Any
    if kind == "lead":
        query = (
            select(Project, Project)
            .join(ProjectMember, ProjectMember.project_id == Project.id)
            .where(
                ProjectMember.person_id == person_id,
                ProjectMember.role == "lead",
                holds_on(ProjectMember, clock.today()),
            )
        )
    elif kind == "risk":
        query = (
            select(Risk, Project)
            .join(Project, Project.id == Risk.project_id)
            .where(Risk.owner_id == person_id, Risk.life != "closed")
        )
    else:
        query = (
            select(Milestone, Project)
            .join(Plan, Plan.id == Milestone.plan_id)
            .join(Project, Project.id == Plan.project_id)
            .where(Milestone.owner_id == person_id, Milestone.state == "open")
        )
    running: Select[Any] = query.where(Project.archived_at.is_(None))
    return running


def _of_labs(person_id: int, only: JointLab | None = None) -> Select[Any]:
    query: Any = (
        select(Milestone, JointLab)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(JointLab, JointLab.id == Plan.lab_id)
        .where(Milestone.owner_id == person_id, Milestone.state == "open", JointLab.archived_at.is_(None))
    )
    found: Select[Any] = query.where(JointLab.id == only.id) if only else query
    return found


def count_duties(person_id: int) -> int:
    """How many things a person answers for; one statement."""
    queries = [
        _roles(person_id),
        *(_owned(kind, person_id) for kind in _IN_PROJECTS),
        _of_labs(person_id),
        *(query for keeper in keepers for query in keeper.held(person_id)),
    ]
    counted: list[Any] = [
        query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None).scalar_subquery()
        for query in queries
    ]
    return db.session.scalar(select(sum(counted, literal(0)))) or 0


def holders(project_id: int) -> dict[int, str]:
    """The codes of those who answer for something in a project, by their ids."""
    leads = select(ProjectMember.person_id).where(
        ProjectMember.project_id == project_id,
        ProjectMember.role == "lead",
        holds_on(ProjectMember, clock.today()),
    )
    owners = (
        select(Milestone.owner_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(Plan.project_id == project_id, Milestone.state == "open", Milestone.owner_id.is_not(None))
    )
    risks = select(Risk.owner_id).where(
        Risk.project_id == project_id, Risk.life != "closed", Risk.owner_id.is_not(None)
    )
    query = select(Person.id, Person.code).where(Person.id.in_(union(leads, owners, risks)))
    return {row.id: row.code for row in db.session.execute(query)}


def holders_in_lab(lab: JointLab) -> dict[int, str]:
    """The codes of those who answer for something in a laboratory, by their ids."""
    roles = select(LabMember.person_id).where(LabMember.lab_id == lab.id, holds_on(LabMember, clock.today()))
    owners = (
        select(Milestone.owner_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(Plan.lab_id == lab.id, Milestone.state == "open", Milestone.owner_id.is_not(None))
    )
    query = select(Person.id, Person.code).where(Person.id.in_(union(roles, owners)))
    return {row.id: row.code for row in db.session.execute(query)}


def leaver_of(*, actor: Actor, code: str, person_code: str) -> tuple[Project, Person] | None:
    """A person who answers for something in a project that the actor may see."""
    found = project(actor=actor, code=code)
    person = _answering(found, person_code, actor)
    return (found, person) if found and person else None


def leaver_of_lab(*, actor: Actor, code: str, person_code: str) -> tuple[JointLab, Person] | None:
    """A person who answers for something in a laboratory whose inside the actor sees."""
    found = lab_inside(actor=actor, code=code)
    person = _answering(found, person_code, actor)
    return (found, person) if found and person else None


def _answering(within: Within, person_code: str, actor: Actor) -> Person | None:
    person = db.session.scalar(select(Person).where(Person.code == person_code))
    found = within is not None and person is not None and duties(person.id, actor=actor, within=within)
    return person if found else None


def successors(within: Project | JointLab) -> list[Person]:
    """Who may take something over in a project; in a laboratory its people and those of its partners."""
    if isinstance(within, Project):
        return candidates(within.id)
    today = clock.today()
    own = select(LabMember.person_id).where(LabMember.lab_id == within.id, holds_on(LabMember, today))
    of_partners = (
        select(InstitutionMember.person_id)
        .join(LabPartner, LabPartner.institution_id == InstitutionMember.institution_id)
        .where(LabPartner.lab_id == within.id, holds_on(InstitutionMember, today))
    )
    return people(union(own, of_partners))
