"""What is read across the floors for the board: the portfolio then and now, and the gates that wait."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from kangjiansheng.committee.models import ITEM_STATE, AgendaItem, Meeting
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import day_of
from kangjiansheng.core.changes import Actor, Revision
from kangjiansheng.core.db import db
from kangjiansheng.overview.rules.rows import ENDED, PAUSED, OnAgenda, Past, Spell
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries import may_see


def stood(*, actor: Actor, day: date, standing: Iterable[Spell]) -> dict[int, Past]:
    """Each milestone that the actor sees today, by id, as it stood at the end of `day`. One statement."""
    running = {spell.project_id: spell.running for spell in standing if spell.holds(day)}
    query = (
        select(
            Milestone.id,
            Milestone.gate,
            Plan.project_id,
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
        Spell(row.project_id, *_days(row), slip=(row.forecast - row.baseline).days)
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


def agenda(day: date | None) -> list[OnAgenda]:
    """Projects on which a coming meeting is to decide, as known at the end of `day` (now for None).

    One statement. Visibility is the caller's: keep what the actor sees.
    """
    return _agenda_now() if day is None else _agenda_then(day)


def gates_waiting(day: date | None) -> set[int]:
    """Milestones that are the first open gate of a project on an agenda: what shows as 待决策 everywhere."""
    if day is None:
        return _first_gates(_agenda_query().with_only_columns(AgendaItem.project_id), day)
    found = {item.project_id for item in _agenda_then(day)}
    return _first_gates(found, day) if found else set()


def _agenda_query() -> Any:
    return (
        select(AgendaItem.project_id, Meeting.code, Meeting.held_on)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.kind == "decide",
            AgendaItem.project_id.is_not(None),
            Meeting.life == "planned",
            Meeting.held_on >= clock.today(),
        )
    )


def _agenda_now() -> list[OnAgenda]:
    return [OnAgenda(key, code, held_on) for key, code, held_on in db.session.execute(_agenda_query())]


def _agenda_then(day: date) -> list[OnAgenda]:
    """From the revisions of the meetings, each of which holds its whole agenda."""
    newer = aliased(Revision)
    last = (
        select(newer.id)
        .where(
            newer.thing == Revision.thing,
            newer.thing_id == Revision.thing_id,
            newer.effective_at <= clock.end_of(day),
        )
        .order_by(newer.effective_at.desc(), newer.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(Revision.state).where(Revision.thing == Meeting.__tablename__, Revision.id == last)
    found = []
    for state in db.session.scalars(query):
        held_on = date.fromisoformat(state["held_on"])
        if state["life"] != "planned" or held_on < day:
            continue
        items = [dict(zip(ITEM_STATE, item, strict=True)) for item in state.get("items", ())]
        found += [
            OnAgenda(item["project_id"], state["code"], held_on)
            for item in items
            if item["kind"] == "decide" and item["project_id"] is not None
        ]
    return found


def _first_gates(project_ids: Any, day: date | None) -> set[int]:
    query: Any = (
        select(Plan.project_id, Milestone.id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(Plan.project_id.in_(project_ids), Milestone.gate)
        .order_by(Milestone.position.desc(), Milestone.id.desc())
    )
    if day is None:
        query = query.where(Milestone.state == "open", Milestone.actual.is_(None))
    else:
        query = query.join(MilestoneEntry, MilestoneEntry.id == _last_entry(day)).where(
            MilestoneEntry.state == "open", MilestoneEntry.actual.is_(None)
        )
    return set({project_id: key for project_id, key in db.session.execute(query)}.values())
