"""The rows of that board from the database, and the board of them."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import day_of
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview import queries
from kangjiansheng.overview.views import dashboard
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries import may_see, portfolio
from kangjiansheng.projects.queries.risks import pressing
from tests.overview.reference.board import Board, board
from tests.overview.reference.rows import ENDED, PAUSED, Past, Spell


def read(asking: dashboard.Asked, *, actor: Actor) -> Board:
    """The board that the address asks for."""
    standing_ = standing(actor=actor, day=asking.day)
    return board(
        portfolio(actor=actor, as_of=asking.as_of),
        stood(actor=actor, day=asking.compare, standing=standing_),
        queries.agenda(asking.as_of, actor=actor),
        queries.agenda(asking.compare, actor=actor),
        day=asking.day,
        compare=asking.compare,
        horizon=asking.horizon,
        festival=dashboard.spring_after(asking.day),
        spells=slipping(actor=actor, day=asking.day),
        standing=standing_,
        risks=pressing(actor=actor, as_of=asking.as_of),
    )


def stood(*, actor: Actor, day: date, standing: list[Spell]) -> dict[int, Past]:
    """Each milestone that the actor sees today, by id, as it stood at the end of `day`. One statement."""
    running = {spell.project_id: spell.running for spell in standing if spell.holds(day)}
    query = (
        select(
            Milestone.id,
            Plan.project_id,
            Milestone.gate,
            MilestoneEntry.baseline,
            MilestoneEntry.current_plan,
            MilestoneEntry.forecast,
            MilestoneEntry.actual,
            MilestoneEntry.state,
        )
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .join(MilestoneEntry, MilestoneEntry.id == _last_entry(day))
        .where(may_see(actor), Milestone.kind != "decision")
    )
    return {
        row.id: Past(
            id=row.id,
            project_id=row.project_id,
            gate=row.gate,
            baseline=row.baseline,
            current_plan=row.current_plan,
            forecast=row.forecast,
            actual=row.actual,
            state=row.state,
            running=running[row.project_id],
        )
        for row in db.session.execute(query)
        if row.project_id in running
    }


def slipping(*, actor: Actor, day: date) -> list[Spell]:
    """Since when and until when open milestones were behind their baseline, up to the end of `day`. One statement."""
    ledger = (
        select(
            Plan.project_id,
            MilestoneEntry.milestone_id,
            MilestoneEntry.baseline,
            MilestoneEntry.forecast,
            MilestoneEntry.actual,
            MilestoneEntry.state,
            MilestoneEntry.effective_at.label("since"),
            _next(MilestoneEntry, MilestoneEntry.milestone_id).label("until"),
        )
        .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor), Milestone.kind != "decision", MilestoneEntry.effective_at <= clock.end_of(day))
        .subquery()
    )
    query = select(ledger).where(
        ledger.c.state == "open", ledger.c.actual.is_(None), ledger.c.forecast > ledger.c.baseline
    )
    return [
        Spell(
            row.project_id,
            *_days(row),
            slip=(row.forecast - row.baseline).days,
            milestone_id=row.milestone_id,
        )
        for row in db.session.execute(query)
    ]


def standing(*, actor: Actor, day: date) -> list[Spell]:
    """Since when and until when each project ran or not, up to the end of `day`. One statement."""
    query = (
        select(
            ProjectEntry.project_id,
            ProjectEntry.status,
            ProjectEntry.state,
            ProjectEntry.effective_at.label("since"),
            _next(ProjectEntry, ProjectEntry.project_id).label("until"),
        )
        .join(Project, Project.id == ProjectEntry.project_id)
        .where(may_see(actor), ProjectEntry.effective_at <= clock.end_of(day))
    )
    return [
        Spell(row.project_id, *_days(row), running=row.status not in ENDED and row.status != PAUSED)
        for row in db.session.execute(query)
        if not row.state.get("archived_at")
    ]


def _next(ledger: Any, thing: Any) -> Any:
    """When the next entry of the same thing came."""
    order = (ledger.effective_at, ledger.id)
    return func.lead(ledger.effective_at, type_=ledger.effective_at.type).over(
        partition_by=thing, order_by=order
    )


def _days(row: Any) -> tuple[date, date | None]:
    return day_of(row.since), day_of(row.until) if row.until else None


def _last_entry(day: date) -> Any:
    entry = aliased(MilestoneEntry)
    return (
        select(entry.id)
        .where(entry.milestone_id == Milestone.id, entry.effective_at <= clock.end_of(day))
        .order_by(entry.effective_at.desc(), entry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
