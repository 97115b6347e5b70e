"""The room as it fills and empties: arrivals, leavings, and when each item begins and ends."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kangjiansheng.committee.models import AgendaItem, Meeting, Presence
from kangjiansheng.committee.operations.locks import open_facts, published
from kangjiansheng.committee.operations.meetings import attendance_row
from kangjiansheng.committee.operations.tallying import keeps_votes, refuse_running
from kangjiansheng.committee.queries import floor
from kangjiansheng.committee.queries.taken import motions_of, seat_names
from kangjiansheng.committee.rules.presence import Stay, overlaps
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record, state_before_change
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken

MODES = ("on_site", "online")


@keeps_votes
def arrive(meeting: Meeting, *, actor: Actor, person_id: int, mode: str, at: datetime) -> Presence:
    """Somebody comes in or dials in. The first arrival opens the meeting: it counts as held from then on."""
    _come(meeting, {person_id: mode}, actor=actor, at=at)
    return next(row for row in reversed(meeting.presence) if row.person_id == person_id and row.came_at == at)


@keeps_votes
def arrive_together(
    meeting: Meeting, modes: Mapping[int, str], *, actor: Actor, version: int | None, at: datetime
) -> ChangeSet:
    """Several come at once: person → on_site or online. One act, all of them or nobody."""
    expect(meeting, version)
    return _come(meeting, modes, actor=actor, at=at)


@keeps_votes
def leave(meeting: Meeting, *, actor: Actor, person_id: int, at: datetime) -> Presence:
    """Somebody leaves the room or the line."""
    _go(meeting, [person_id], actor=actor, at=at)
    return next(row for row in meeting.presence if row.person_id == person_id and row.left_at == at)


@keeps_votes
def leave_together(
    meeting: Meeting, people: Collection[int], *, actor: Actor, version: int | None, at: datetime
) -> ChangeSet:
    """Several leave at once, at the end of the meeting everybody. One act, all of them or nobody."""
    expect(meeting, version)
    return _go(meeting, people, actor=actor, at=at)


def _come(meeting: Meeting, modes: Mapping[int, str], *, actor: Actor, at: datetime) -> ChangeSet:
    open_facts(meeting)
    _check(meeting, at)
    if not modes:
        raise RuleBroken("committee:nobody-chosen")
    for person_id, mode in modes.items():
        _check_seat(meeting, person_id, mode)
    came = [Stay(person_id, mode, at) for person_id, mode in modes.items()]
    if len(came) > 1:
        _name_those_there(meeting, came)
    _check_stays([*_stays(meeting), *came], "time")
    before = meeting.state()
    stays = [Presence(person_id=one.person_id, mode=one.mode, came_at=at) for one in came]
    meeting.presence.extend(stays)
    for stay in stays:
        _keep_attendance(meeting, stay.person_id)
    meeting.life = "held"
    return _record("committee:presence:arrive", [(stay, {}) for stay in stays], before, actor=actor)


def _name_those_there(meeting: Meeting, came: Sequence[Stay]) -> None:
    """Of several who come it is said who is there already."""
    known = _stays(meeting)
    there = {
        one.person_id for one in came if overlaps([*(s for s in known if s.person_id == one.person_id), one])
    }
    if there:
        seats = [name for person_id, name in seat_names(meeting).items() if person_id in there]
        raise RuleBroken("committee:stays-overlap-of", "time", seats="、".join(seats))


def _go(meeting: Meeting, people: Collection[int], *, actor: Actor, at: datetime) -> ChangeSet:
    open_facts(meeting)
    _check(meeting, at)
    if not people:
        raise RuleBroken("committee:nobody-chosen")
    stays = [_inside(meeting, person_id) for person_id in people]
    if any(at <= stay.came_at for stay in stays):
        raise RuleBroken("committee:times-turned", "time")
    before, were = meeting.state(), [(stay, _facts(stay)) for stay in stays]
    for stay in stays:
        stay.left_at = at
    return _record("committee:presence:leave", were, before, actor=actor)


@keeps_votes
def undo_together(meeting: Meeting, done: ChangeSet, stays: Sequence[Presence], *, actor: Actor) -> None:
    """Take back that these came, or that they left, in one act; as long as nothing was said of them since. Where nobody
    else has come, the meeting is planned again, as it was."""
    open_facts(meeting)
    if floor.spoken_of_since(done, stays) or _came_again(meeting, stays):
        raise RuleBroken("committee:stays-moved-on")
    before, stood = meeting.state(), state_before_change(done, meeting)
    were = [(stay, _facts(stay)) for stay in stays]
    change = begin(actor=actor, source="undo", undoes=done)
    if any(stay.left_at is not None for stay in stays):
        for stay in stays:
            stay.left_at = None
        _record("committee:presence:correct", were, before, actor=actor, change=change)
        return
    for stay, was in were:
        record(
            "committee:presence:remove",
            stay,
            actor=actor,
            before=was,
            after=dict.fromkeys(was),
            change=change,
        )
        meeting.presence.remove(stay)
    db.session.flush()
    modes = {row[0]: row[2] for row in stood["attendance"]}
    for stay, _was in were:
        _keep_attendance(meeting, stay.person_id)
        row = attendance_row(meeting, stay.person_id)
        row.mode = row.mode or modes.get(stay.person_id, "")
    if stood["life"] == "planned" and _is_as_planned(meeting):
        meeting.life = "planned"
    record("committee:meeting:edit", meeting, actor=actor, before=before, change=change)


def _came_again(meeting: Meeting, stays: Sequence[Presence]) -> bool:
    """Whether somebody who left has a later stay: with this one still going on they would be there twice."""
    ended = {stay.id for stay in stays if stay.left_at is not None}
    since = [replace(_stay(row), left_at=None) if row.id in ended else _stay(row) for row in meeting.presence]
    return bool(ended) and overlaps(since)


def _is_as_planned(meeting: Meeting) -> bool:
    """Whether nothing has happened at a meeting yet: nobody came, no item was opened, nobody has begun its minutes."""
    there = meeting.presence or any(row.mode for row in meeting.attendance)
    return (
        not there
        and not motions_of(meeting)
        and meeting.minutes is None
        and all(item.opened_at is None for item in meeting.items)
    )


def _inside(meeting: Meeting, person_id: int) -> Presence:
    """The stay of somebody who is there."""
    for row in meeting.presence:
        if row.person_id == person_id and row.left_at is None:
            return row
    raise RuleBroken("committee:not-there", "time")


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
    _record("committee:presence:correct", [(stay, was)], before, actor=actor)


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


def _record(
    act: str, were: Sequence[tuple[Presence, dict[str, Any]]], before: dict[str, Any], **more: Any
) -> ChangeSet:
    """What happened to stays, each with what it was, and the meeting as it stands with them."""
    db.session.flush()
    actor, change = more["actor"], more.get("change")
    for stay, was in were:
        change = record(act, stay, actor=actor, before=was, after=_facts(stay), change=change)
    return record("committee:meeting:edit", were[0][0].meeting, actor=actor, before=before, change=change)


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
    if mode not in MODES or not any(seat.person_id == person_id for seat in meeting.seated):
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
    row.mode, row.voting = own[0].mode if own else "", meeting.seats()[person_id].voting
