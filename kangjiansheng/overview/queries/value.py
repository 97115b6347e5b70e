"""What the value of the pipeline is reckoned from: where projects stand, when permissions are forecast, what was
entered of their money. Each as it stood at the end of a day, in one statement, over what the reader sees today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import aliased

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.overview.models import ProjectValue
from kangjiansheng.overview.rules.chances import IND_PERMISSION
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries import may_see
from kangjiansheng.projects.queries.people import BELONGING, taking_part

_PLAIN = ("name_hans", "name_hant", "name_en", "pathway", "stage")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a project stands at the end of a day, as its people claim it."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    pathway: str
    stage: str
    claimed: str
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Awaited:
    """An open permission to begin a clinical trial, with its project."""

    project: Standing
    forecast: date | None

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/projects/{self.project.code}/milestones/{IND_PERMISSION}"


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered of a project's money, with the project and the state at the end of the day."""

    project: Standing
    state: dict[str, Any]


def standings(*, actor: Actor, as_of: date | None = None) -> list[Standing]:
    """The projects that the actor sees today, by code, as they stood at the end of a day (now for None)."""
    if as_of is None:
        query = select(Project).where(may_see(actor), Project.archived_at.is_(None)).order_by(Project.code)
        now = query.with_only_columns(
            Project.id, Project.code, *(getattr(Project, key) for key in (*_PLAIN, "status", "illustrative"))
        )
        return [Standing(*row) for row in db.session.execute(now)]
    entry = aliased(ProjectEntry)
    last = (
        select(entry.id)
        .where(entry.project_id == Project.id, entry.effective_at <= clock.end_of(as_of))
        .order_by(entry.effective_at.desc(), entry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    then = (
        select(Project.id, Project.illustrative, ProjectEntry.state)
        .join(ProjectEntry, ProjectEntry.id == last)
        .where(may_see(actor))
        .order_by(Project.code)
    )
    return [
        Standing(
            id=row.id,
            claimed=row.state["status"],
            illustrative=row.illustrative,
            **{key: row.state[key] for key in ("code", *_PLAIN)},
        )
        for row in db.session.execute(then)
        if not row.state["archived_at"]
    ]


def awaited(projects: Sequence[Standing], *, actor: Actor, as_of: date | None = None) -> list[Awaited]:
    """The permissions (A140) that were open at the end of a day, with their confirmed forecasts."""
    day = as_of or clock.today()
    query: Any = select(Plan.project_id).join(Milestone, Milestone.plan_id == Plan.id)
    row: Any = Milestone
    if as_of is not None:
        entry = aliased(MilestoneEntry)
        last = (
            select(entry.id)
            .where(entry.milestone_id == Milestone.id, entry.effective_at <= clock.end_of(as_of))
            .order_by(entry.effective_at.desc(), entry.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        row = MilestoneEntry
        query = query.join(MilestoneEntry, MilestoneEntry.id == last)
    query = (
        query.add_columns(row.forecast)
        .join(Project, Project.id == Plan.project_id)
        .where(
            Milestone.code == IND_PERMISSION,
            may_see(actor),
            row.state != "cancelled",
            or_(row.actual.is_(None), row.actual > day),
        )
    )
    known = {project.id: project for project in projects}
    return [
        Awaited(known[project_id], forecast)
        for project_id, forecast in db.session.execute(query)
        if project_id in known
    ]


def may_see_money(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Project` under which the actor sees what was entered of its money: its team (leads, members,
    directors of its laboratories), and who reads everything, for the trail shows it to them anyway."""
    if actor.reads_all:
        return true()
    row = taking_part()
    mine = select(row.c.project_id).where(row.c.person_id == actor.id, row.c.part.in_(BELONGING))
    return Project.id.in_(mine) & may_see(actor)


def entered(projects: Sequence[Standing], *, actor: Actor, as_of: date | None = None) -> list[Entered]:
    """What was entered of the money of projects, by the end of a day, of those whose money the actor may see."""
    known = {project.id: project for project in projects}
    if as_of is None:
        query = select(ProjectValue).join(Project, Project.id == ProjectValue.project_id)
        states = [row.state() for row in db.session.scalars(query.where(may_see_money(actor)))]
    else:
        ids = select(ProjectValue.id).join(Project).where(may_see_money(actor))
        states = list(states_at(ProjectValue, ids, clock.end_of(as_of)).values())
    found = [Entered(known[s["project_id"]], s) for s in states if s["project_id"] in known]
    return sorted(found, key=lambda one: one.project.code)


def project_money(*, actor: Actor, code: str) -> Project | None:
    """A project whose money the actor may see; to anybody else its page of money is not there."""
    return db.session.scalar(select(Project).where(Project.code == code, may_see_money(actor)))


def value_of(project_id: int) -> ProjectValue | None:
    """What was entered of the money of a project, as it stands now."""
    return db.session.scalar(select(ProjectValue).where(ProjectValue.project_id == project_id))
