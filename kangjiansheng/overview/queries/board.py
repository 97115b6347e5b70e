"""What is read across the floors for the board: the gates that wait for a meeting."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from kangjiansheng.committee.models import ITEM_STATE, AgendaItem, Meeting
from kangjiansheng.committee.queries import sees_item
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision, last_revisions
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.overview.rules.rows import OnAgenda
from kangjiansheng.projects.models import Milestone, MilestoneEntry


def agenda(day: date | None, *, actor: Actor) -> list[OnAgenda]:
    """Items on which a coming meeting is to decide a gate, as known at the end of `day` (now for None).

    One statement, two for a past day. Which gates are seen is the caller's: keep what the actor sees. `shown` are
    those whose title the actor may read.
    """
    if day is not None:
        return _agenda_then(day)
    rows: Any = db.session.execute(_coming(actor))
    return [OnAgenda(*row) for row in rows]


@once_a_day
def _coming(actor: Actor) -> Any:
    return (
        select(
            AgendaItem.gate_id,
            Meeting.code,
            Meeting.held_on,
            AgendaItem.id,
            AgendaItem.name_hans,
            AgendaItem.name_hant,
            AgendaItem.name_en,
            sees_item(actor),
        )
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(_to_decide())
    )


def gates_waiting(day: date | None) -> set[int]:
    """Milestones that are open gates which an item of an agenda decides: what shows as 待决策 everywhere."""
    if day is None:
        rows = db.session.execute(_named_gates())
        return {key for key, gate, state, actual in rows if gate and state == "open" and actual is None}
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


@once_a_day
def _named_gates() -> Any:
    """Asked in the statement which of them are open, SQLite begins with all open milestones there are."""
    return (
        select(Milestone.id, Milestone.gate, Milestone.state, Milestone.actual)
        .join(AgendaItem, AgendaItem.gate_id == Milestone.id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(_to_decide())
    )


def _last_entry(day: date) -> Any:
    entry = aliased(MilestoneEntry)
    return (
        select(entry.id)
        .where(entry.milestone_id == Milestone.id, entry.effective_at <= clock.end_of(day))
        .order_by(entry.effective_at.desc(), entry.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _to_decide() -> ColumnElement[bool]:
    return and_(
        AgendaItem.kind == "decide",
        AgendaItem.gate_id.is_not(None),
        Meeting.life == "planned",
        Meeting.held_on >= clock.today(),
    )


def _agenda_then(day: date) -> list[OnAgenda]:
    """From the revisions of the meetings, each of which holds its whole agenda."""
    last = last_revisions(Revision.thing == Meeting.__tablename__, until=clock.end_of(day))
    query = select(Revision.state).where(
        Revision.id.in_(last),
        Revision.state["life"].as_string() == "planned",
        Revision.state["held_on"].as_string() >= day.isoformat(),
    )
    items = [
        (state["code"], date.fromisoformat(state["held_on"]), dict(zip(ITEM_STATE, item, strict=False)))
        for state in db.session.scalars(query)
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
