"""How an act on a milestone is kept: the row of today, the ledger entry, the entry of the trail."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Milestone, MilestoneEntry
from kangjiansheng.projects.operations.gates import require_conditions_met
from kangjiansheng.projects.operations.ledger import STATE, milestone_entry
from kangjiansheng.projects.queries.acceptance import require_accepted
from kangjiansheng.projects.queries.page import Said
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.rules.ledger import UNDO_WINDOW
from kangjiansheng.projects.rules.milestones import MilestoneState

# Which act it is to promise another date, or to say again why the same one has slipped.
TURNS = {
    "later": "projects:milestone:slip",
    "earlier": "projects:milestone:advance",
    "same": "projects:milestone:reason",
}
_MOVING = frozenset({"forecast", "follow", "confirm", "rebaseline"})
_CONFIRMING = frozenset({"forecast", "confirm", "done"})
_WITH_REASON = frozenset({"forecast", "follow", "propose"})


def write(
    milestone: Milestone,
    new: MilestoneState,
    kind: str,
    act: str,
    *,
    actor: Actor,
    note: str = "",
    change: ChangeSet | None = None,
    later: bool = False,
    **more: Any,
) -> MilestoneEntry:
    """Bring a milestone into a new state; `change` when the act is part of another one, and `later` when what comes
    after it in the same act is flushed with it.

    A gate is not said done while a condition of the gate before it is open, nor GMP preparation while the laboratory
    that leads the project is not accepted.
    """
    if kind == "done":
        require_conditions_met(milestone)
        require_accepted(milestone.plan, milestone.code, "actual", new.actual)
    old = state_of(milestone)
    moved = kind in _MOVING and old.promised is not None and new.promised != old.promised
    values: dict[str, Any] = {
        "baseline": new.baseline,
        "current_plan": new.plan,
        "forecast": new.forecast,
        "proposed": new.proposed,
        "actual": new.actual,
        "state": new.state,
        "reason_code": new.reason_code,
        "note": note if kind in _WITH_REASON or kind == "flag" or note else milestone.note,
        "moves": milestone.moves + int(moved),
        **more,
    }
    reason = new.reason_code if kind in _WITH_REASON else None
    change = change or begin(actor=actor, reason_code=reason, note=note)
    if kind in _CONFIRMING:
        values["confirmed_by_id"] = actor.id
        milestone.confirmed_at = change.recorded_at
    return keep(milestone, values, kind, act, actor=actor, change=change, later=later)


def keep(
    milestone: Milestone,
    values: dict[str, Any],
    kind: str,
    act: str,
    *,
    actor: Actor,
    change: ChangeSet,
    undoes: MilestoneEntry | None = None,
    confirmed: Mapping[int, datetime] | None = None,
    later: bool = False,
) -> MilestoneEntry:
    """Set the values, and write the entry and the trail.

    `confirmed` is what `confirmed_before` has read for several entries that are taken back together.
    """
    before = {key: getattr(milestone, key) for key in STATE}
    for key, value in values.items():
        setattr(milestone, key, value)
    if undoes is not None:
        known = confirmed_before([undoes.id]) if confirmed is None else confirmed
        milestone.confirmed_at = known.get(undoes.id)
    entry = milestone_entry(milestone, kind, change=change, undoes=undoes)
    after = {key: getattr(milestone, key) for key in STATE}
    record(act, milestone, actor=actor, before=before, after=after, change=change, later=True)
    if not later:
        db.session.flush()
    return entry


def confirmed_before(undone: Collection[int]) -> dict[int, datetime]:
    """When somebody last stood by the date before each of the entries (ids) that are taken back; one statement."""
    entry, earlier, back = aliased(MilestoneEntry), aliased(MilestoneEntry), aliased(MilestoneEntry)
    query = (
        select(entry.id, func.max(earlier.effective_at))
        .join(earlier, (earlier.milestone_id == entry.milestone_id) & (earlier.id < entry.id))
        .outerjoin(back, back.undoes_id == earlier.id)
        .where(entry.id.in_(undone), earlier.kind.in_(_CONFIRMING), back.id.is_(None))
        .group_by(entry.id)
    )
    return {key: instant for key, instant in db.session.execute(query)}


def is_quick(entry: MilestoneEntry, *, actor: Actor) -> bool:
    """True when the same person takes an act back within ten minutes: the pair counts no move."""
    within: timedelta = clock.now() - entry.recorded_at
    return within <= UNDO_WINDOW and entry.change_set.actor_id == actor.id


def still_quick(said: Sequence[Said], *, actor: Actor) -> int | None:
    """The id of the last entry of a ledger while who wrote it may take it back and that counts no move."""
    last = said[-1] if said else None
    if last is None or last.imported or last.kind in ("open", "undo", "follow"):
        return None
    if clock.now() - last.recorded_at > UNDO_WINDOW:
        return None
    entry = db.session.get_one(MilestoneEntry, last.id)
    return entry.id if is_quick(entry, actor=actor) and entry.change_set.source != "decision" else None
