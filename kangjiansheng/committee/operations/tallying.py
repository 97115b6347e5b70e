"""Closing votes, and holding what was counted to what the room tells: the lower half of the acts about motions."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Meeting, Motion, Presence, Recusal
from kangjiansheng.committee.operations.locks import open_room
from kangjiansheng.committee.queries import floor
from kangjiansheng.committee.rules import ballots
from kangjiansheng.committee.rules.votes import Tally
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

Act = TypeVar("Act", bound=Callable[..., Any])
Counts = Tally | Iterable[tuple[int, str]]


def locked(motion: Motion) -> Motion:
    """The motion as it stands now, held against other writers: nobody votes while it is being closed."""
    db.session.execute(select(Motion.id).where(Motion.id == motion.id).with_for_update())
    db.session.refresh(motion)
    db.session.expire(motion, ["ballots", "dissents"])
    return motion


def recused_from(motion: Motion) -> frozenset[int]:
    """Who does not take part in the item of a motion."""
    rows = floor.recusals_of(motion.meeting, anew=True).get(motion.agenda_item_id, [])
    return floor.out_of(rows)


def given(motion: Motion) -> list[tuple[int, str]]:
    """The ballots as the rules read them."""
    return [(ballot.person_id, ballot.choice) for ballot in motion.ballots]


def result_of(motion: Motion, votes: Counts, end: datetime) -> ballots.Result:
    """What the motion comes to if it ends at an instant."""
    charter, out = floor.charter_of(motion.meeting.committee), recused_from(motion)
    if motion.way == "circulation":
        by_name = given(motion) if isinstance(votes, Tally) else votes
        return ballots.by_circulation(charter, motion.voters or [], motion.eligible or [], out, by_name)
    room = floor.room_of(motion.meeting)
    return ballots.in_meeting(charter, room, out, votes, motion.opened_at, end)


def end(motion: Motion, result: ballots.Result, at: datetime, *, actor: Actor) -> ChangeSet:
    """Freeze the result of a motion."""
    before = motion.state()
    made, counted = result.outcome, result.counted
    motion.result, motion.lost_at = made.result, result.lost_at
    motion.votes_for, motion.votes_against = made.tally.votes_for, made.tally.votes_against
    motion.abstentions, motion.base, motion.needed = made.tally.abstentions, made.base, made.needed
    motion.members, motion.quorum_needed = counted.standing.members, counted.standing.needed
    motion.present, motion.recused = counted.standing.present, counted.voters - counted.eligible
    motion.counted = sorted(result.taking_part)
    motion.course = [
        {"at": moment.isoformat(), "members": c.standing.members, "needed": c.standing.needed, "present": c.standing.present}
        for moment, c in result.course
    ]  # fmt: skip
    motion.closed_at = at
    return record("committee:motion:close", motion, actor=actor, before=before)


def keeps_votes(act: Act) -> Act:
    """An act that changes who takes part: it may not change what a closed vote was counted from, and an open vote
    that lost its quorum by it ends there."""

    @wraps(act)
    def guarded(thing: Any, *args: Any, actor: Actor, **more: Any) -> Any:
        meeting = open_room(_meeting_of(thing))
        before = _counted_from(meeting)
        result = act(thing, *args, actor=actor, **more)
        if before is not None:
            db.session.flush()
            if _counted_from(meeting) != before:
                raise RuleBroken("committee:vote-counted-then")
            _end_without_quorum(meeting, actor=actor)
        return result

    return cast(Act, guarded)


def _meeting_of(thing: Meeting | AgendaItem | Presence | Recusal) -> Meeting:
    if isinstance(thing, Meeting):
        return thing
    return thing.item.meeting if isinstance(thing, Recusal) else thing.meeting


def _running(meeting: Meeting) -> list[Motion]:
    query = select(Motion).where(
        Motion.meeting_id == meeting.id, Motion.way == "meeting", Motion.annulled_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Motion.id)))


def _counted_from(meeting: Meeting) -> list[tuple[Any, ...]] | None:
    """Who took part in each closed vote at each instant of it; None for a meeting without votes."""
    motions = _running(meeting)
    if not motions:
        return None
    db.session.expire(meeting, ["presence", "attendance"])
    room, recused = floor.room_of(meeting), floor.recusals_of(meeting, anew=True)
    found: list[tuple[Any, ...]] = []
    for one in motions:
        if one.closed_at is None:
            continue
        out = floor.out_of(recused.get(one.agenda_item_id, []))
        moments = sorted({one.opened_at, *room.moments(one.opened_at, one.closed_at)})
        found += [(one.id, at, frozenset(room.voting(out, at)), out & room.voters) for at in moments]
    return found


def _end_without_quorum(meeting: Meeting, *, actor: Actor) -> None:
    for motion in _running(meeting):
        if motion.closed_at is None:
            now = clock.now()
            result = result_of(motion, given(motion), now)
            if result.lost_at is not None:
                end(motion, result, now, actor=actor)


def refuse_running(meeting: Meeting, item_id: int | None = None) -> None:
    """Nothing goes on while a vote of the meeting (or of one item of it) is open."""
    query = select(Motion.id).where(Motion.meeting_id == meeting.id, Motion.closed_at.is_(None))
    if item_id is not None:
        query = query.where(Motion.agenda_item_id == item_id)
    if db.session.scalar(query.limit(1)):
        raise RuleBroken("committee:vote-runs")


def refuse_voted(meeting: Meeting, item_id: int | None = None) -> None:
    """What was voted on stays on the agenda, and its meeting takes place."""
    query = select(Motion.id).where(Motion.meeting_id == meeting.id)
    if item_id is not None:
        query = query.where(Motion.agenda_item_id == item_id)
    if db.session.scalar(query.limit(1)):
        raise RuleBroken("committee:item-voted" if item_id else "committee:meeting-voted")
