"""What is read across the floors for the board: the portfolio then and now, and the gates that wait."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from kangjiansheng.committee.models import ITEM_STATE, AgendaItem, Meeting
from kangjiansheng.committee.queries import visible_items
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


def agenda(day: date | None, *, actor: Actor) -> list[OnAgenda]:
    """Items on which a coming meeting is to decide a gate, as known at the end of `day` (now for None).

    One statement, two for a past day. Which gates are seen is the caller's: keep what the actor sees. `shown` are
    those whose title the actor may read.
    """
    if day is not None:
        return _agenda_then(day)
    query = (
        select(
            AgendaItem.gate_id,
            Meeting.code,
            Meeting.held_on,
            AgendaItem.id,
            AgendaItem.name_hans,
            AgendaItem.name_hant,
            AgendaItem.name_en,
            AgendaItem.id.in_(visible_items(actor)),
        )
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(_to_decide())
    )
    rows: Any = db.session.execute(query)
    return [OnAgenda(*row) for row in rows]


def gates_waiting(day: date | None) -> set[int]:
    """Milestones that are open gates which an item of an agenda decides: what shows as 待决策 everywhere."""
    if day is None:
        query = (
            select(Milestone.id)
            .join(AgendaItem, AgendaItem.gate_id == Milestone.id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(_to_decide(), Milestone.gate, Milestone.state == "open", Milestone.actual.is_(None))
        )
        return set(db.session.scalars(query))
    named = {item.gate_id for item in _agenda_then(day)}
    if not named:
        return set()
    then = (
        select(Milestone.id)
        .join(MilestoneEntry, MilestoneEntry.id == _last_entry(day))
        .where(
            Milestone.id.in_(named),
            Milestone.gate,
            MilestoneEntry.state == "open",
            MilestoneEntry.actual.is_(None),
        )
    )
    return set(db.session.scalars(then))


def _to_decide() -> ColumnElement[bool]:
    return and_(
        AgendaItem.kind == "decide",
        AgendaItem.gate_id.is_not(None),
        Meeting.life == "planned",
        Meeting.held_on >= clock.today(),
    )


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
    items = []
    for state in db.session.scalars(query):
        held_on = date.fromisoformat(state["held_on"])
        if state["life"] == "planned" and held_on >= day:
            items += [
                (state["code"], held_on, dict(zip(ITEM_STATE, item, strict=False)))
                for item in state.get("items", ())
            ]
    today = _gates_of({item["id"] for _code, _day, item in items if "gate_id" not in item})
    return [
        OnAgenda(gate_id, code, held_on, item["id"], item["name_hans"])
        for code, held_on, item in items
        if item["kind"] == "decide" and (gate_id := item.get("gate_id", today.get(item["id"]))) is not None
    ]


def _gates_of(items: set[int]) -> dict[int, int | None]:
    """The gates of items whose agenda was kept before items named gates: those that they name today."""
    if not items:
        return {}
    query = select(AgendaItem.id, AgendaItem.gate_id).where(AgendaItem.id.in_(items))
    return {row.id: row.gate_id for row in db.session.execute(query)}
