"""Booking a resource, moving and cancelling, waiting. Each act holds the resource, so that two come one after another;
that no place is taken twice is the database's own last word."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import china
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import next_number
from kangjiansheng.labs.models import Booking, SharedResource, Wait
from kangjiansheng.labs.notices import resources as notices
from kangjiansheng.labs.operations.archiving import check_open
from kangjiansheng.labs.operations.resources import lock
from kangjiansheng.labs.queries.bookings import opening
from kangjiansheng.labs.queries.resources import homes_of
from kangjiansheng.labs.rules import resources as rules


def book(
    resource: SharedResource,
    *,
    actor: Actor,
    starts_at: datetime,
    ends_at: datetime | None,
    purpose: str,
    places: int = 1,
    institution_code: str = "",
    kind: str = "use",
    place: int | None = None,
    recording: dict[str, Any] | None = None,
) -> Booking:
    """Take places of a resource for a time: the first run that is free, or the one that begins at `place`.

    Refused when none is free (the refusal names a booking that stands in the way), when the time is past, beyond a
    year or not the resource's own. Whoever waited for this time waits no more.
    """
    resource = _ready(resource)
    span = rules.Wanted(place or 1, places, starts_at, ends_at)
    if recording is None:
        _check(resource, span, kind)
    made = Booking(
        resource_id=resource.id,
        resource=resource,
        number=next_number(Booking.number, Booking.resource_id, resource),
        kind=kind,
        place=_place(resource, span, fixed=place is not None),
        places=places,
        starts_at=starts_at,
        ends_at=ends_at,
        person_id=actor.id,
        institution_id=_institution(actor, institution_code),
        purpose=purpose,
    )
    db.session.add(made)
    act = "labs:booking:block" if kind == "maintenance" else "labs:booking:create"
    record(act, made, actor=actor, before={}, **recording or {})
    _wait_no_more(made, actor, recording)
    return made


def move(
    booking: Booking,
    *,
    actor: Actor,
    version: int | None,
    starts_at: datetime,
    ends_at: datetime | None,
    purpose: str,
    places: int = 1,
    institution_code: str = "",
) -> Booking:
    """Change when, how many places, and what for; it may stay where it is. What becomes free is told to who waits."""
    resource = _ready(booking.resource)
    expect(booking, version)
    _alive(booking)
    before, was = booking.state(), (booking.starts_at, booking.ends_at, booking.places)
    if (starts_at, ends_at, places) != was:
        span = rules.Wanted(1, places, starts_at, ends_at)
        begun = booking.starts_at if booking.starts_at == starts_at else None
        _check(resource, span, booking.kind, begun=begun)
        booking.place = _place(resource, span, besides=booking)
    booking.starts_at, booking.ends_at, booking.places, booking.purpose = starts_at, ends_at, places, purpose
    if booking.person_id == actor.id:
        booking.institution_id = _institution(actor, institution_code)
    if booking.state() == before:
        return booking
    change = record("labs:booking:move", booking, actor=actor, before=before)
    if booking.person_id != actor.id:
        notices.booking_changed(booking, "labs:booking:move", actor=actor, change=change)
    tell_waiting(resource, actor=actor, change=change)
    return booking


def cancel(booking: Booking, *, actor: Actor, version: int | None) -> None:
    """Give the time back. Of what has begun the past stays: it ends now. What becomes free is told to who waits."""
    resource = _ready(booking.resource, even_archived=True)
    expect(booking, version)
    _alive(booking)
    before, now = booking.state(), clock.now()
    if booking.starts_at < now:
        booking.ends_at = now
    else:
        booking.cancelled_at = now
    change = record("labs:booking:cancel", booking, actor=actor, before=before)
    if booking.person_id != actor.id:
        notices.booking_changed(booking, "labs:booking:cancel", actor=actor, change=change)
    tell_waiting(resource, actor=actor, change=change)


def ask_to_wait(
    resource: SharedResource,
    *,
    actor: Actor,
    starts_at: datetime,
    ends_at: datetime | None,
    purpose: str,
    places: int = 1,
    institution_code: str = "",
    recording: dict[str, Any] | None = None,
) -> Wait:
    """Wait for a time at which there is no place now. Refused when there is one, or she waits for it already."""
    resource = _ready(resource)
    span = rules.Wanted(1, places, starts_at, ends_at)
    if recording is None:
        _check(resource, span)
    if rules.fitting(resource.capacity, _held(resource), span) is not None:
        raise RuleBroken("labs:is-free", "day")
    for row in _waiting(resource):
        if row.person_id == actor.id and (row.starts_at, row.ends_at) == (starts_at, ends_at):
            raise RuleBroken("labs:waits-already", "day")
    made = Wait(
        resource_id=resource.id,
        resource=resource,
        number=next_number(Wait.number, Wait.resource_id, resource),
        places=places,
        starts_at=starts_at,
        ends_at=ends_at,
        person_id=actor.id,
        institution_id=_institution(actor, institution_code),
        purpose=purpose,
        asked_at=clock.now(),
        life="waiting",
    )
    db.session.add(made)
    record("labs:wait:create", made, actor=actor, before={}, **recording or {})
    return made


def withdraw(wait: Wait, *, actor: Actor) -> None:
    """Wait no more; nothing happens when the waiting is over already."""
    if wait.life == "waiting":
        _end(wait, "withdrawn", "labs:wait:withdraw", actor, None)


def remove(wait: Wait, reason: str, *, actor: Actor) -> None:
    """Take somebody else off the list. She is told why, and the history of the resource keeps it."""
    if wait.life != "waiting":
        raise RuleBroken("labs:wait-over")
    if not reason:
        raise RuleBroken("labs:obligation-reason", "reason")
    change = _end(wait, "removed", "labs:wait:remove", actor, None)
    _told(wait, "labs:wait:remove", actor, change, reason)


def return_to_queue(wait: Wait, *, actor: Actor) -> None:
    """Take leaving, or being taken off, back: she waits again, at the place that she had. Not once the time has passed,
    or been booked."""
    if wait.life not in ("withdrawn", "removed") or (
        wait.ends_at is not None and wait.ends_at <= clock.now()
    ):
        raise RuleBroken("labs:wait-over")
    check_open(wait.resource)
    change = _end(wait, "waiting", "labs:wait:return", actor, None)
    if wait.person_id != actor.id:
        _told(wait, "labs:wait:return", actor, change)


def _told(wait: Wait, act: str, actor: Actor, change: ChangeSet, reason: str = "") -> None:
    said = " ".join(part for part in (rules.written(wait), reason) if part)
    record(act, wait.resource, actor=actor, change=change, after={"said": said})
    notices.wait_changed(wait, act, reason, actor=actor)


def tell_waiting(resource: SharedResource, *, actor: Actor, change: ChangeSet) -> None:
    """Tell those whose time can be had now. All of them: whoever books first has it."""
    held = _held(resource)
    for row in _waiting(resource):
        if rules.fitting(resource.capacity, held, rules.Wanted(1, row.places, row.starts_at, row.ends_at)):
            notices.became_free(row, actor=actor, change=change)


def _ready(resource: SharedResource, *, even_archived: bool = False) -> SharedResource:
    held = lock(resource.id)
    if not even_archived:
        check_open(held)
    return held


def _check(
    resource: SharedResource, span: rules.Wanted, kind: str = "use", *, begun: datetime | None = None
) -> None:
    rules.check_span(resource.kind, resource.capacity, span, now=clock.now(), begun=begun)
    if kind == "use" and resource.kind != rules.BANK:
        rules.check_in_hours(opening(resource), span, china())


def _alive(booking: Booking) -> None:
    over = booking.ends_at is not None and booking.ends_at <= clock.now()
    if booking.cancelled_at is not None or over:
        raise RuleBroken("labs:booking-over", None, number=booking.number)


def _held(resource: SharedResource, besides: Booking | None = None) -> list[Booking]:
    query = select(Booking).where(
        Booking.resource_id == resource.id,
        Booking.cancelled_at.is_(None),
        Booking.ends_at.is_(None) | (Booking.ends_at > clock.now()),
        Booking.id != (besides.id if besides else 0),
    )
    return list(db.session.scalars(query))


def _place(
    resource: SharedResource, span: rules.Wanted, *, besides: Booking | None = None, fixed: bool = False
) -> int:
    held = _held(resource, besides)
    if fixed:
        held = [row for row in held if rules.meets(row, span)]
    place = (
        span.place if fixed and not held else None if fixed else rules.fitting(resource.capacity, held, span)
    )
    if place is None:
        first = rules.in_the_way(held, span)[0]
        raise RuleBroken("labs:booking-taken", None, number=first.number, when=rules.written(first))
    return place


def _institution(actor: Actor, code: str) -> int | None:
    """The institution for which the actor books: one of hers, the first when she names none; an executive may have none."""
    homes = homes_of(actor)
    chosen = next((row for row in homes if row.code == code), None)
    if code and chosen is None:
        raise RuleBroken("labs:not-offered", "institution")
    return (chosen or homes[0]).id if homes else None


def _waiting(resource: SharedResource) -> list[Wait]:
    query = select(Wait).where(
        Wait.resource_id == resource.id,
        Wait.life == "waiting",
        Wait.ends_at.is_(None) | (Wait.ends_at > clock.now()),
    )
    return list(db.session.scalars(query.order_by(Wait.asked_at, Wait.id)))


def _wait_no_more(made: Booking, actor: Actor, recording: dict[str, Any] | None) -> None:
    for row in _waiting(made.resource):
        if row.person_id == made.person_id and rules.at_once(made, row):
            _end(row, "booked", "labs:wait:end", actor, recording)


def _end(wait: Wait, life: str, act: str, actor: Actor, recording: dict[str, Any] | None) -> ChangeSet:
    before = wait.state()
    wait.life = life
    return record(act, wait, actor=actor, before=before, **recording or {})
