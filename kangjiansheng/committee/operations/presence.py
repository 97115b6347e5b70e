"""The room as it fills and empties: arrivals, leavings, and when each item begins and ends."""

from datetime import datetime
from typing import Any

from kangjiansheng.committee.models import AgendaItem, Meeting, Presence
from kangjiansheng.committee.operations.locks import open_facts, published
from kangjiansheng.committee.operations.meetings import attendance_row
from kangjiansheng.committee.operations.tallying import keeps_votes, refuse_running
from kangjiansheng.committee.rules.presence import Stay, overlaps
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken

MODES = ("on_site", "online")


@keeps_votes
def arrive(meeting: Meeting, *, actor: Actor, person_id: int, mode: str, at: datetime) -> Presence:
    """Somebody comes in or dials in. The first arrival opens the meeting: it counts as held from then on."""
    open_facts(meeting)
    _check(meeting, at)
    _check_seat(meeting, person_id, mode)
    _check_stays([*_stays(meeting), Stay(person_id, mode, at)], "time")
    before = meeting.state()
    stay = Presence(person_id=person_id, mode=mode, came_at=at)
    meeting.presence.append(stay)
    _keep_attendance(meeting, person_id)
    meeting.life = "held"
    _record("committee:presence:arrive", stay, {}, before, actor=actor)
    return stay


@keeps_votes
def leave(meeting: Meeting, *, actor: Actor, person_id: int, at: datetime) -> Presence:
    """Somebody leaves the room or the line."""
    open_facts(meeting)
    _check(meeting, at)
    there = [row for row in meeting.presence if row.person_id == person_id and row.left_at is None]
    if not there:
        raise RuleBroken("committee:not-there", "time")
    if at <= there[0].came_at:
        raise RuleBroken("committee:times-turned", "time")
    stay, before = there[0], meeting.state()
    was = _facts(stay)
    stay.left_at = at
    _record("committee:presence:leave", stay, was, before, actor=actor)
    return stay


@keeps_votes
def correct(
    stay: Presence,
    *,
    actor: Actor,
    version: int | None,
    mode: str,
    came_at: datetime,
    left_at: datetime | None,
) -> None:
    """Set right when somebody came and left; what stood before stays in the history."""
    meeting = open_facts(stay.meeting)
    expect(stay, version)
    _check(meeting, came_at, "came")
    if left_at is not None:
        _check(meeting, left_at, "left")
    _check_seat(meeting, stay.person_id, mode)
    others = [_stay(row) for row in meeting.presence if row.id != stay.id]
    _check_stays([*others, Stay(stay.person_id, mode, came_at, left_at)], "came")
    before, was = meeting.state(), _facts(stay)
    stay.mode, stay.came_at, stay.left_at = mode, came_at, left_at
    _keep_attendance(meeting, stay.person_id)
    _record("committee:presence:correct", stay, was, before, actor=actor)


@keeps_votes
def remove(stay: Presence, *, actor: Actor) -> None:
    """Take back a stay that was entered by mistake."""
    meeting = open_facts(stay.meeting)
    before, was = meeting.state(), _facts(stay)
    change = record("committee:presence:remove", stay, actor=actor, before=was, after=dict.fromkeys(was))
    meeting.presence.remove(stay)
    db.session.flush()
    _keep_attendance(meeting, stay.person_id)
    record("committee:meeting:edit", meeting, actor=actor, before=before, change=change)


def _facts(stay: Presence) -> dict[str, Any]:
    return {"person": stay.person_id, "mode": stay.mode, "came_at": stay.came_at, "left_at": stay.left_at}


def _record(act: str, stay: Presence, was: dict[str, Any], before: dict[str, Any], *, actor: Actor) -> None:
    """What happened to a stay, and the meeting as it stands with it."""
    db.session.flush()
    change = record(act, stay, actor=actor, before=was, after=_facts(stay))
    record("committee:meeting:edit", stay.meeting, actor=actor, before=before, change=change)


def open_item(item: AgendaItem, *, actor: Actor, at: datetime) -> None:
    """The meeting comes to an item; the one before it, if it still runs, ends at the same instant."""
    meeting = open_facts(item.meeting)
    _check(meeting, at)
    if item.opened_at is not None and item.closed_at is None:
        raise RuleBroken("committee:item-runs", "time")
    running = [other for other in meeting.items if other.opened_at is not None and other.closed_at is None]
    if any(other.opened_at is not None and other.opened_at >= at for other in running):
        raise RuleBroken("committee:times-turned", "time")
    change = None
    for other in running:
        refuse_running(meeting, other.id)
        change = _set(other, "committee:item:close", actor=actor, change=change, closed_at=at)
    _set(
        item,
        "committee:item:open",
        actor=actor,
        change=change,
        opened_at=item.opened_at or at,
        closed_at=None,
    )


def close_item(item: AgendaItem, *, actor: Actor, at: datetime) -> None:
    """The meeting is done with an item."""
    meeting = open_facts(item.meeting)
    _check(meeting, at)
    if item.opened_at is None or item.closed_at is not None:
        raise RuleBroken("committee:item-not-open", "time")
    if at <= item.opened_at:
        raise RuleBroken("committee:times-turned", "time")
    refuse_running(meeting, item.id)
    _set(item, "committee:item:close", actor=actor, closed_at=at)


def _set(item: AgendaItem, act: str, *, actor: Actor, change: Any = None, **values: Any) -> Any:
    before = {"item": item.id} | {key: getattr(item, key) for key in values}
    for key, value in values.items():
        setattr(item, key, value)
    return record(act, item, actor=actor, before=before, after={"item": item.id} | values, change=change)


def _check(meeting: Meeting, at: datetime, field: str = "time") -> None:
    """A time of a meeting lies on its day and not in the future. It may lie before the hour that was planned: who is
    there is noted as they come, and a meeting can begin early."""
    published(meeting)
    if meeting.held_on > clock.today():
        raise RuleBroken("committee:not-yet-held", day=meeting.held_on.isoformat())
    if clock.day_of(at) != meeting.held_on or at > clock.now():
        raise RuleBroken("committee:time-outside", field)


def _check_seat(meeting: Meeting, person_id: int, mode: str) -> None:
    seated = any(
        m.person_id == person_id and m.is_held_on(meeting.held_on) for m in meeting.committee.members
    )
    if mode not in MODES or not seated:
        raise RuleBroken("committee:mode-unknown")


def _check_stays(stays: list[Stay], field: str) -> None:
    if overlaps(stays):
        raise RuleBroken("committee:stays-overlap", field)


def _stays(meeting: Meeting) -> list[Stay]:
    return [_stay(row) for row in meeting.presence]


def _stay(row: Presence) -> Stay:
    return Stay(row.person_id, row.mode, row.came_at, row.left_at)


def _keep_attendance(meeting: Meeting, person_id: int) -> None:
    """The list of attendance follows the stays: as the person came first, or not there at all."""
    own = sorted((r for r in meeting.presence if r.person_id == person_id), key=lambda r: r.came_at)
    row = attendance_row(meeting, person_id)
    seat = next(m for m in meeting.committee.members if m.person_id == person_id)
    row.mode, row.voting = own[0].mode if own else "", seat.voting
