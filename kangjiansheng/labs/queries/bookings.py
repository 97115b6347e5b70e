"""The bookings of resources and who waits, of today or of a past day; how full a resource is, and when it is free."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import china
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Booking, Institution, SharedResource, Wait
from kangjiansheng.labs.queries.past import as_they_stood
from kangjiansheng.labs.queries.resources import inside_resources, resource, sees_bookings, visible_resources
from kangjiansheng.labs.rules import resources as rules

FORTNIGHT = 14 * rules.DAY
EVER = datetime(2200, 1, 1, tzinfo=clock.SHANGHAI)


@dataclass(frozen=True)
class Held:
    """A booking or a wish as one reader sees it: what she may not know is not in it."""

    number: int
    kind: str
    place: int
    places: int
    starts_at: datetime
    ends_at: datetime | None
    person: Any = None  # with names in three scripts
    institution: Any = None
    purpose: str = ""
    own: bool = False
    asked_at: datetime | None = None

    @property
    def known(self) -> bool:
        """True when the reader may know who it is."""
        return self.person is not None


def bookings(
    ids: Collection[int],
    begins: datetime,
    ends: datetime,
    *,
    actor: Actor,
    inside: Collection[int],
    as_of: date | None = None,
) -> dict[int, list[Held]]:
    """The bookings that hold between two instants, by resource, in their order; `inside`: the resources of which the
    actor sees who has booked them. As of a past day: those that were known at its end."""
    if not ids:
        return {}
    if as_of:
        return _then(
            Booking, ids, actor, inside, as_of, lambda s: _meets(s, begins, ends) and not s["cancelled_at"]
        )
    query = _columns(Booking, ids).where(
        Booking.cancelled_at.is_(None),
        Booking.starts_at < ends,
        (Booking.ends_at.is_(None)) | (Booking.ends_at > begins),
    )
    return _sorted(query, actor, inside)


def waits(
    ids: Collection[int], *, actor: Actor, inside: Collection[int], as_of: date | None = None
) -> dict[int, list[Held]]:
    """Who waits for times that have not passed, by resource, in the order in which they asked."""
    if not ids:
        return {}
    instant = _now(as_of)
    if as_of:
        return _then(
            Wait, ids, actor, inside, as_of, lambda s: s["life"] == "waiting" and _meets(s, instant, EVER)
        )
    query = _columns(Wait, ids).where(
        Wait.life == "waiting", (Wait.ends_at.is_(None)) | (Wait.ends_at > instant)
    )
    return _sorted(query, actor, inside)


def _now(as_of: date | None) -> datetime:
    return clock.end_of(as_of) if as_of else clock.now()


def _meets(state: dict[str, Any], begins: datetime, ends: datetime) -> bool:
    starts, stops = datetime.fromisoformat(state["starts_at"]), state["ends_at"]
    return starts < ends and (stops is None or datetime.fromisoformat(stops) > begins)


def _columns(kind: Any, ids: Collection[int]) -> Select[Any]:
    return (
        select(kind, Person, Institution)
        .join(Person, Person.id == kind.person_id)
        .outerjoin(Institution, Institution.id == kind.institution_id)
        .where(kind.resource_id.in_(ids))
        .order_by(kind.asked_at if kind is Wait else kind.starts_at, kind.id)
    )


def _sorted(query: Select[Any], actor: Actor, inside: Collection[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for row, person, institution in db.session.execute(query):
        state = row.state()
        found.setdefault(row.resource_id, []).append(
            _held(state, person, institution, actor, row.resource_id in inside)
        )
    return found


def _held(state: dict[str, Any], person: Any, institution: Any, actor: Actor, inside: bool) -> Held:
    own = state["person_id"] == actor.id
    known = inside or own
    return Held(
        number=state["number"] if known else 0,
        kind=state.get("kind", "use"),
        place=state.get("place", 1),
        places=state["places"],
        starts_at=state["starts_at"],
        ends_at=state["ends_at"],
        person=person if known else None,
        institution=institution if known else None,
        purpose=state["purpose"] if known else "",
        own=own,
        asked_at=state.get("asked_at"),
    )


def _then(
    kind: Any, ids: Collection[int], actor: Actor, inside: Collection[int], day: date, wanted: Any
) -> dict[int, list[Held]]:
    """The rows of a kind as they stood at the end of a day."""
    rows = select(kind.id).where(kind.resource_id.in_(ids))
    states = [state for state in states_at(kind, rows, clock.end_of(day)).values() if wanted(state)]
    known = [s for s in states if s["resource_id"] in inside or s["person_id"] == actor.id]
    people = _by_id(Person, {state["person_id"] for state in known})
    institutions = _by_id(Institution, {state["institution_id"] for state in known} - {None})
    found: dict[int, list[Held]] = {}
    for state in states:
        state = _timed(state)
        number = state["resource_id"]
        person, institution = people.get(state["person_id"]), institutions.get(state["institution_id"])
        found.setdefault(number, []).append(_held(state, person, institution, actor, number in inside))
    for row in found.values():
        row.sort(key=lambda one: one.asked_at or one.starts_at)
    return found


def _timed(state: dict[str, Any]) -> dict[str, Any]:
    """A state of the revisions with its instants as such."""
    read = {key: datetime.fromisoformat(state[key]) for key in _INSTANTS if state.get(key)}
    return state | read


_INSTANTS = ("starts_at", "ends_at", "asked_at")


def _by_id(kind: Any, ids: set[int]) -> dict[int, Any]:
    return {row.id: row for row in db.session.scalars(select(kind).where(kind.id.in_(ids)))} if ids else {}


@dataclass(frozen=True)
class Standing:
    """How a resource stands: how full this month and the next are (percent), who waits, and when it is free next for
    an hour (positions for a cell bank)."""

    percent: int | None
    coming: int | None
    waiting: int
    free_at: datetime | None
    free_places: int = 0
    before: int | None = None  # the month before


def opening(row: SharedResource) -> rules.Opening:
    """When a resource is open."""
    return rules.Opening(row.opens, row.closes, row.open_days)


def share(
    row: SharedResource, held: Iterable[Held], first: date, last: date, instant: datetime
) -> rules.Occupancy:
    """How full a resource is from a day to a day. A cell bank is as full as it is at `instant`, or at that end of the
    days which is nearest to it."""
    if row.kind == rules.BANK:
        at = min(max(instant, clock.start_of(first)), clock.end_of(last))
        return rules.positions(row.capacity, held, at)
    return rules.occupancy(opening(row), row.capacity, held, first, last, china())


def standings(
    rows: Iterable[SharedResource], *, actor: Actor, as_of: date | None = None
) -> dict[int, Standing]:
    """How resources stand on a day, by id; two statements whatever their number."""
    rows, now = list(rows), _now(as_of)
    first, last = rules.month_of(clock.day_of(now))
    earlier, later = rules.month_of(first - rules.DAY), rules.month_of(last + rules.DAY)
    ids = [row.id for row in rows]
    held = bookings(ids, clock.start_of(earlier[0]), EVER, actor=actor, inside=(), as_of=as_of)
    waiting = waits(ids, actor=actor, inside=(), as_of=as_of)
    found = {}
    for row in rows:
        mine = held.get(row.id, [])
        month = share(row, mine, first, last, now)
        found[row.id] = Standing(
            percent=month.percent,
            coming=share(row, mine, *later, now).percent,
            waiting=len(waiting.get(row.id, ())),
            free_at=None if row.kind == rules.BANK else free_at(row, mine, now),
            free_places=int(month.there - month.taken) if row.kind == rules.BANK else 0,
            before=share(row, mine, *earlier, now).percent,
        )
    return found


def free_at(
    row: SharedResource, held: Iterable[Held], after: datetime, *, hours: int = 1, places: int = 1
) -> datetime | None:
    """When a room or an instrument is free next for so many hours; None when it is not for three months."""
    return rules.next_free(
        opening(row), row.capacity, list(held), hours=hours, places=places, after=after, calendar=china()
    )


def booking(*, actor: Actor, code: str, number: int) -> Booking | None:
    """A booking of a resource by its number, for who may know it."""
    return _one(Booking, actor, code, number)


def wait(*, actor: Actor, code: str, number: int) -> Wait | None:
    """A wish on the waiting list by its number, for who may know it."""
    return _one(Wait, actor, code, number)


def _one(kind: Any, actor: Actor, code: str, number: int) -> Any:
    of = resource(actor=actor, code=code)
    if of is None:
        return None
    query = select(kind).where(kind.resource_id == of.id, kind.number == number)
    found = db.session.scalar(query.options(joinedload(kind.person), joinedload(kind.institution)))
    if found is None or not (found.person_id == actor.id or sees_bookings(actor, of)):
        return None
    return found


@dataclass(frozen=True)
class Named:
    """A booking with its resource, for who may know who made it."""

    resource: SharedResource
    held: Held
    over: bool


def named(ids: Select[int], *, actor: Actor, as_of: date | None = None) -> list[Named]:
    """Of some bookings those that the actor may know and that are not cancelled, as they stood on the day, the latest
    first. A constant number of statements."""
    query = (
        select(Booking, Person, Institution, SharedResource)
        .join(SharedResource, SharedResource.id == Booking.resource_id)
        .join(Person, Person.id == Booking.person_id)
        .outerjoin(Institution, Institution.id == Booking.institution_id)
        .where(
            Booking.id.in_(ids),
            SharedResource.id.in_(visible_resources(actor).with_only_columns(SharedResource.id)),
            or_(inside_resources(actor), Booking.person_id == actor.id),
        )
    )
    rows = db.session.execute(query).all()
    now = _now(as_of)
    then = states_at(Booking, ids, now) if as_of else {}
    resources = {one.id: one for one in as_they_stood(list({row[3] for row in rows}), as_of)}
    found = []
    for row, person, institution, _resource in rows:
        state = _timed(then[row.id]) if row.id in then else row.state()
        if (as_of and row.id not in then) or state["cancelled_at"] or row.resource_id not in resources:
            continue
        held = _held(state, person, institution, actor, inside=True)
        over = held.ends_at is not None and held.ends_at <= now
        found.append(Named(resources[row.resource_id], held, over))
    return sorted(found, key=lambda one: one.held.starts_at, reverse=True)


def own_bookings(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a booking is the actor's, of a resource that she sees today."""
    seen = visible_resources(actor).with_only_columns(SharedResource.id)
    return and_(Booking.person_id == actor.id, Booking.resource_id.in_(seen))


def soon(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a booking is the actor's, not over, and begins within the coming fortnight; in a cell
    bank nothing is over that lies there, so only what does not yet lie there counts."""
    now = clock.now()
    return and_(
        own_bookings(actor),
        Booking.cancelled_at.is_(None),
        Booking.starts_at < now + FORTNIGHT,
        or_(Booking.ends_at > now, and_(Booking.ends_at.is_(None), Booking.starts_at > now)),
    )
