"""The ledger as forecasts take it: what the reader may see, and nothing that was said after the day.

A forecast rests on the history that its reader may see. Quantiles over all parties would tell one party how another
one's milestones slip, and with few of a kind that is somebody's date.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.calendar import china, working_days
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview.rules.forecast.days import MISSING, NEVER
from kangjiansheng.projects.models import (
    Milestone,
    MilestoneEntry,
    MilestoneLink,
    Plan,
    Project,
    ProjectEntry,
)
from kangjiansheng.projects.queries import may_see
from kangjiansheng.projects.queries.past import SCHEDULED
from kangjiansheng.projects.rules.plans import RESTING
from tests.overview.reference.forecast.book import Bond, Line, Node, Run
from tests.overview.reference.forecast.whole import Ledger

# What was changed of a milestone: when, and the facts before.
Changes = Mapping[int, Sequence[tuple[int, Mapping[str, Any]]]]


def read(*, actor: Actor, as_of: date | None) -> Ledger:
    """All plans of projects that the actor sees, up to the end of a day. Five statements, and one for the holidays."""
    day = as_of or clock.today()
    rows = _milestones(actor)
    ids = {(row.plan_id, row.code): row.id for row in rows}
    plan_of = {row.id: row.plan_id for row in rows}
    changes = _changes(actor)
    links = _links(actor)

    def bonds(at: int) -> Mapping[int, Bond]:
        found = {}
        for row in rows:
            facts = _facts_then(changes.get(row.id, ()), at)
            waits = links.get(row.id, ())
            if "waits" in facts:
                plan = plan_of[row.id]
                waits = tuple(
                    (ids[plan, code], lag, unit == "workday")
                    for code, lag, unit in facts["waits"] if (plan, code) in ids
                )  # fmt: skip
            duration = facts.get("duration", row.duration)
            unit = facts.get("unit", row.unit)
            if waits or duration is not None or unit == "workday":
                found[row.id] = Bond(waits, MISSING if duration is None else duration, unit == "workday")
        return found

    return Ledger(
        day=day,
        nodes=[Node(row.id, row.project_id, row.code, row.gate) for row in rows],
        lines=_lines(actor, day),
        runs=_runs(actor, day),
        bonds=bonds,
        working=working_days(china()),
    )


def _milestones(actor: Actor) -> Sequence[Row[Any]]:
    query = (
        select(
            Milestone.id,
            Milestone.plan_id,
            Plan.project_id,
            Milestone.code,
            Milestone.gate,
            Milestone.duration,
            Milestone.unit,
        )
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor), Milestone.kind == "milestone")
        .order_by(Milestone.id)
    )
    return db.session.execute(query).all()


def _lines(actor: Actor, day: date) -> list[Line]:
    query = (
        select(
            MilestoneEntry.milestone_id,
            MilestoneEntry.effective_at,
            MilestoneEntry.baseline,
            MilestoneEntry.current_plan,
            MilestoneEntry.forecast,
            MilestoneEntry.actual,
            MilestoneEntry.state,
        )
        .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(
            may_see(actor), Milestone.kind == "milestone", MilestoneEntry.effective_at <= clock.end_of(day)
        )
        .order_by(MilestoneEntry.effective_at, MilestoneEntry.id)
    )
    found, days = [], dict[datetime, int]()
    for key, at, baseline, plan, forecast, actual, state in db.session.execute(query):
        if at not in days:
            days[at] = clock.day_of(at).toordinal()
        planned = plan or baseline
        found.append(
            Line(key, days[at], _number(planned), _number(forecast or planned), _number(actual), state)
        )
    return found


def _number(day: date | None) -> int:
    return day.toordinal() if day else 0


def _runs(actor: Actor, day: date) -> list[Run]:
    """Since when and until when people worked on each project, up to the end of `day`."""
    order = (ProjectEntry.effective_at, ProjectEntry.id)
    following = func.lead(ProjectEntry.effective_at, type_=ProjectEntry.effective_at.type)
    query = (
        select(
            ProjectEntry.project_id,
            ProjectEntry.status,
            ProjectEntry.state["archived_at"].as_string().is_not(None).label("archived"),
            ProjectEntry.effective_at.label("since"),
            following.over(partition_by=ProjectEntry.project_id, order_by=order).label("until"),
        )
        .join(Project, Project.id == ProjectEntry.project_id)
        .where(may_see(actor), ProjectEntry.effective_at <= clock.end_of(day))
    )
    return [
        Run(
            row.project_id,
            clock.day_of(row.since).toordinal(),
            clock.day_of(row.until).toordinal() if row.until else NEVER,
        )
        for row in db.session.execute(query)
        if row.status not in RESTING and not row.archived
    ]


def _links(actor: Actor) -> dict[int, tuple[tuple[int, int, bool], ...]]:
    query = (
        select(
            MilestoneLink.milestone_id, MilestoneLink.predecessor_id, MilestoneLink.lag, MilestoneLink.unit
        )
        .join(Milestone, Milestone.id == MilestoneLink.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor))
        .order_by(MilestoneLink.id)
    )
    found: dict[int, tuple[tuple[int, int, bool], ...]] = {}
    for key, before, lag, unit in db.session.execute(query):
        found[key] = (*found.get(key, ()), (before, lag, unit == "workday"))
    return found


def _changes(actor: Actor) -> Changes:
    """What was changed of names, durations and dependencies, newest first."""
    query = (
        select(AuditEntry.thing_id, AuditEntry.recorded_at, AuditEntry.before)
        .join(Milestone, Milestone.id == AuditEntry.thing_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(AuditEntry.thing == Milestone.__tablename__, AuditEntry.act == SCHEDULED, may_see(actor))
        .order_by(AuditEntry.seq.desc())
    )
    found: dict[int, list[tuple[int, Mapping[str, Any]]]] = {}
    for key, at, before in db.session.execute(query):
        found.setdefault(key, []).append((clock.day_of(at).toordinal(), before))
    return found


def _facts_then(changes: Sequence[tuple[int, Mapping[str, Any]]], day: int) -> dict[str, Any]:
    """The facts as they stood at the end of a day, with every later change taken back; empty when there was none."""
    found: dict[str, Any] = {}
    for at, before in changes:
        if at <= day:
            break
        found |= before
    return found
