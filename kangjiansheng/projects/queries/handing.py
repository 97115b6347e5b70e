"""What a person answers for: roles as lead, open milestones, open risks."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, union

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Milestone, Plan, Project, ProjectMember, Risk
from kangjiansheng.projects.queries.page import project
from kangjiansheng.projects.queries.people import candidates
from kangjiansheng.projects.queries.visible import visible_projects

KINDS = ("lead", "milestone", "risk")


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a person answers for; `open` when the reader may see what it is called."""

    kind: str  # lead, milestone, risk
    id: int  # of the project, the milestone, the risk
    project: str
    code: str
    names: dict[str, str]
    open: bool
    illustrative: bool

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.id}"


def duties(person_id: int, *, actor: Actor, project_id: int | None = None) -> list[Duty]:
    """Everything that a person answers for in running projects, or in one of them."""
    seen = set(db.session.scalars(visible_projects(actor)))
    found = []
    for kind in KINDS:
        query = _owned(kind, person_id)
        for thing, owner in db.session.execute(
            query.where(Project.id == project_id) if project_id else query
        ):
            found.append(_duty(kind, thing, owner, owner.id in seen))
    return sorted(found, key=lambda one: (one.project, KINDS.index(one.kind), one.code))


def _duty(kind: str, thing: Any, owner: Project, is_open: bool) -> Duty:
    names = (
        {"hans": thing.title, "hant": "", "en": ""}
        if kind == "risk"
        else {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}
    )
    code = f"R{thing.number}" if kind == "risk" else thing.code
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


def count_duties(person_id: int) -> int:
    """How many things a person answers for."""
    return sum(
        db.session.scalar(select(func.count()).select_from(_owned(kind, person_id).subquery())) or 0
        for kind in KINDS
    )


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


def leaver_of(*, actor: Actor, code: str, person_code: str) -> tuple[Project, Person] | None:
    """A person who answers for something in a project that the actor may see."""
    found = project(actor=actor, code=code)
    person = db.session.scalar(select(Person).where(Person.code == person_code))
    if found is None or person is None or not duties(person.id, actor=actor, project_id=found.id):
        return None
    return found, person


def successors(project_id: int) -> list[Person]:
    """Who may take something over in a project."""
    return candidates(project_id)
