"""How the milestones of plans stood at the end of a day, and what follows from it for what they belong to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, false, or_, select
from sqlalchemy.orm import aliased

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan
from kangjiansheng.projects.queries.past import Since, gathered, named, with_changes
from kangjiansheng.projects.queries.rows import MilestoneRow, state_of
from kangjiansheng.projects.queries.visible import visible_milestones
from kangjiansheng.projects.rules import milestones as rules

_DAY = timedelta(days=1)
NOTHING = false()

# Entries of the ledger by which somebody stands by a date.
CONFIRMING = frozenset({"confirm", "forecast", "done", "undo"})


def stood_of(
    key: Any, ids: Any, as_of: date | None, *, only: Collection[int] | None = None, also: Any = NOTHING
) -> tuple[list[Row[Any]], Mapping[int, Since]]:
    """The milestones of the plans of some owners (`key`, a column of `Plan`, in `ids`) as they stood at the end of
    `as_of` (now for None), in order; `belongs_to` is the owner's id. And what was
    changed of them since, by their ids. One statement. With `only` those of some ids; `also` is a condition on `Plan`
    that chooses others, which need not have such an owner."""
    query = stand_now(key, ids, also) if as_of is None else _then(key, ids, as_of, also)
    if only is not None:
        query = query.where(Milestone.id.in_(only))
    if as_of is None:
        return list(db.session.execute(query)), {}
    return gathered(db.session.execute(with_changes(query, as_of)))


_STATE = "owner_id baseline current_plan forecast proposed actual state flagged moves reason_code note confirmed_by_id"


def stand_now(key: Any, ids: Any, also: Any = NOTHING) -> Select[Any]:
    """The statement of `stood_of` for now."""
    return (
        select(
            *_own(key),
            *(getattr(Milestone, key) for key in _STATE.split()),
            Milestone.confirmed_at,
        )
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(or_(key.in_(ids), also))
        .order_by(Milestone.plan_id, Milestone.position, Milestone.id)
    )


def promised_before(day: date, ids: Collection[int]) -> dict[int, date | None]:
    """What some milestones promised before a day began; one statement. Those that were not there are left out."""
    e = MilestoneEntry
    query = select(e.milestone_id, e.forecast, e.current_plan, e.baseline).where(e.id == _last(day - _DAY))
    found = db.session.execute(
        query.join(Milestone, Milestone.id == e.milestone_id).where(Milestone.id.in_(ids))
    )
    return {key: forecast or plan or baseline for key, forecast, plan, baseline in found}


def notes_of(actor: Actor, as_of: date | None) -> dict[int, str]:
    """What was noted last of each milestone of the actor's by the end of a day; one statement."""
    e = MilestoneEntry
    query = select(Milestone.id, Milestone.note)
    if as_of is not None:
        query = select(Milestone.id, e.note).join(e, e.id == _last(as_of))
    return dict(db.session.execute(query.where(Milestone.id.in_(visible_milestones(actor)))).all())


def _last(day: date) -> Any:
    entry = aliased(MilestoneEntry)
    return (
        select(entry.id)
        .where(entry.milestone_id == Milestone.id, entry.effective_at <= clock.end_of(day))
        .order_by(entry.effective_at.desc(), entry.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _then(key: Any, ids: Any, day: date, also: Any) -> Select[Any]:
    return (
        select(
            *_own(key),
            *(getattr(MilestoneEntry, key) for key in _STATE.split()),
            MilestoneEntry.effective_at.label("confirmed_at"),
            MilestoneEntry.kind.label("entry_kind"),
        )
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(MilestoneEntry, MilestoneEntry.id == _last(day))
        .where(or_(key.in_(ids), also))
        .order_by(Milestone.plan_id, Milestone.position, Milestone.id)
    )


def _own(key: Any) -> list[Any]:
    keys = "id plan_id code name_hans name_hant name_en position kind gate version evidence_ref duration unit"
    return [key.label("belongs_to"), *(getattr(Milestone, key) for key in keys.split())]


def milestones_of(
    of: str,
    owner_code: str,
    rows: Sequence[Row[Any]],
    people: Mapping[int | None, str],
    waiting: Collection[int],
    day: date,
    since: Mapping[int, Since],
    *,
    resting: bool,
    illustrative: bool,
) -> tuple[MilestoneRow, ...]:
    """The rows of `stood_of` for one owner as readers get them. `waiting`: the gates that wait for a decision."""
    waits, then = frozenset(waiting), bool(rows) and "entry_kind" in rows[0]._fields
    return tuple(
        _milestone(of, owner_code, row, people, waits, day, resting, illustrative, since.get(row.id), then)
        for row in rows
    )


def next_of(milestones: Sequence[MilestoneRow]) -> MilestoneRow | None:
    """The open milestone that is promised first."""
    opened = [m for m in milestones if m.is_open]
    return min(opened, key=lambda m: (m.promised or date.max, m.position), default=None)


def told_at(milestones: Sequence[MilestoneRow]) -> datetime | None:
    """When somebody last stood by a date."""
    return max((m.confirmed_at for m in milestones if m.confirmed_at is not None), default=None)


def worst_of(milestones: Sequence[MilestoneRow]) -> rules.Status:
    """The worst status of a plan that runs."""
    return rules.worst([m.status for m in milestones if m.kind == "milestone" and m.state != "cancelled"])


def _milestone(
    of: str,
    owner_code: str,
    row: Row[Any],
    people: Mapping[int | None, str],
    waiting: Collection[int],
    day: date,
    resting: bool,
    illustrative: bool,
    since: Since | None,
    then: bool,
) -> MilestoneRow:
    state = state_of(row)  # type: ignore[arg-type]
    decision = row.kind == "decision"
    status: rules.Status = (
        ("done" if row.actual else "idle")
        if decision
        else rules.status(
            state, day, flagged=row.flagged, gate=row.gate, awaiting=row.id in waiting, paused=resting
        )
    )
    return MilestoneRow(
        id=row.id,
        plan_id=row.plan_id,
        of=of,
        project_code=owner_code,
        code=row.code,
        position=row.position,
        kind=row.kind,
        gate=row.gate,
        baseline=row.baseline,
        current_plan=row.current_plan,
        forecast=row.forecast,
        proposed=row.proposed,
        actual=row.actual,
        state=row.state,
        flagged=row.flagged,
        moves=row.moves,
        reason_code=row.reason_code,
        note=row.note,
        confirmed_at=None if then and row.entry_kind not in CONFIRMING else row.confirmed_at,
        confirmed_by=people.get(row.confirmed_by_id, ""),
        owner_id=row.owner_id,
        owner_label=people.get(row.owner_id, ""),
        version=row.version,
        evidence_ref=row.evidence_ref,
        status=status,
        slip=None if decision else rules.slip_days(state),
        illustrative=illustrative,
        **named(row, since),
    )
