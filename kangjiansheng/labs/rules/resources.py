"""What is true of shared resources: when they are open, who stands in whose way, and how full a month is.

A resource has so many places (`capacity`): the machines of one kind, the positions of a cell bank, or the one room.
A booking takes a run of neighbouring places for a span of time. A clean room or an instrument is booked by the hour,
a cell bank by the day, and there without an end for as long as something lies in it.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.calendar import SHANGHAI, Calendar, day_of, start_of
from kangjiansheng.core.errors import RuleBroken

THINGS: Mapping[str, Any] = {
    "shared_resource": _l("共享资源"),
    "booking": _l("资源预约"),
    "booking_wait": _l("资源候补"),
}
ACTS: Mapping[str, Any] = {
    "labs:resource:create": _l("登记共享资源"),
    "labs:resource:edit": _l("修改共享资源"),
    "labs:resource:archive": _l("归档共享资源"),
    "labs:resource:restore": _l("恢复共享资源"),
    "labs:booking:create": _l("预约共享资源"),
    "labs:booking:move": _l("改动预约"),
    "labs:booking:cancel": _l("取消预约"),
    "labs:booking:block": _l("安排维护"),
    "labs:wait:create": _l("加入候补"),
    "labs:wait:withdraw": _l("退出候补"),
    "labs:wait:remove": _l("移出候补"),
    "labs:wait:return": _l("恢复候补"),
    "labs:wait:end": _l("候补已订到"),
}
RESOURCE_KINDS: Mapping[str, Any] = {
    "clean_room": _l("洁净间"),
    "instrument": _l("仪器"),
    "cell_bank": _l("细胞库"),
    "other": _l("其他资源"),
}
# Words under which a kind is found; names often leave theirs out. A search reads both Chinese scripts as one.
KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "clean_room": ("洁净间 洁净室", "clean room cleanroom"),
    "instrument": ("仪器 设备", "instrument equipment"),
    "cell_bank": ("细胞库 样本库", "cell bank biobank"),
    "other": ("共享资源", "shared resource"),
}
OPEN_DAYS: Mapping[str, Any] = {"workdays": _l("工作日"), "daily": _l("每天")}
USES: Mapping[str, Any] = {"use": _l("使用"), "maintenance": _l("维护")}
BANK = "cell_bank"
HOT = 90  # percent: above it a resource is what others wait for
ROOMY = 60  # percent: below it there is room to share
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST = 31  # days that one booking of a room or an instrument may span
AHEAD = 366  # days ahead that may be booked


class Span(Protocol):
    """Places that are taken for a time; a span without an end goes on."""

    @property
    def place(self) -> int: ...  # the first of them
    @property
    def places(self) -> int: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Wanted:
    """A span that somebody would like to have."""

    place: int
    places: int
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class Opening:
    """When a resource can be used: from an hour to an hour (0 to 24, of Asia/Shanghai), on working days or daily."""

    opens: int
    closes: int
    days: str = "workdays"

    def on(self, day: date, calendar: Calendar) -> tuple[datetime, datetime] | None:
        """From when to when it is open on a day; None when it is not."""
        if self.days == "workdays" and not calendar.is_working_day(day):
            return None
        return at(day, self.opens), at(day, self.closes)


def at(day: date, hour: int) -> datetime:
    """An hour of a day in Asia/Shanghai, as an instant in UTC; 24 is the end of the day."""
    return start_of(day) + hour * HOUR


def check_resource(kind: str, days: str, opens: int, closes: int, capacity: int) -> None:
    """Refuse a resource without a kind, without an hour in which it is open, or without a place."""
    if kind not in RESOURCE_KINDS:
        raise RuleBroken("labs:not-offered", "kind")
    if days not in OPEN_DAYS:
        raise RuleBroken("labs:not-offered", "open_days")
    if not 0 <= opens < closes <= 24:
        raise RuleBroken("labs:hours-reversed", "closes")
    if not 1 <= capacity <= 1_000_000:
        raise RuleBroken("labs:capacity", "capacity")


def check_span(
    kind: str, capacity: int, wanted: Span, *, now: datetime, begun: datetime | None = None
) -> None:
    """Refuse a span that cannot be booked: without an end in anything but a cell bank, reversed, past, too long, too
    far ahead, off the hour, or of more places than there are. One that has begun (`begun`) keeps its beginning."""
    ends = wanted.ends_at
    if ends is None and kind != BANK:
        raise RuleBroken("labs:no-end", "to_hour")
    if ends is not None and ends <= wanted.starts_at:
        by_day = kind == BANK or day_of(ends) < day_of(wanted.starts_at)
        raise RuleBroken("labs:span-reversed", "until" if by_day else "to_hour")
    if begun is None and wanted.starts_at < (start_of(day_of(now)) if kind == BANK else now - HOUR):
        raise RuleBroken("labs:span-past", "day")
    if ends is not None and ends <= now:
        raise RuleBroken("labs:span-past", "day")
    if wanted.starts_at > now + AHEAD * DAY:
        raise RuleBroken("labs:span-far", "day", days=AHEAD)
    if kind != BANK and ends is not None and ends - wanted.starts_at > LONGEST * DAY:
        raise RuleBroken("labs:span-long", "until", days=LONGEST)
    if any(one is not None and one.timestamp() % 3600 for one in (wanted.starts_at, ends)):
        raise RuleBroken("labs:span-hours", "from_hour")
    if not 1 <= wanted.places <= capacity:
        raise RuleBroken("labs:places", "places", capacity=capacity)


def check_in_hours(opening: Opening, wanted: Span, calendar: Calendar) -> None:
    """Refuse a booking that begins or ends outside of the opening hours; nights between two days are none of it."""
    last = (wanted.ends_at or wanted.starts_at) - timedelta(microseconds=1)
    for instant in (wanted.starts_at, last):
        found = opening.on(day_of(instant), calendar)
        if found is None:
            raise RuleBroken("labs:closed-that-day", "day", day=day_of(instant).isoformat())
        if not found[0] <= instant < found[1]:
            raise RuleBroken("labs:outside-hours", "from_hour", opens=opening.opens, closes=opening.closes)


def written(span: Span) -> str:
    """When a span is, in figures that every reader understands: 2026-11-24 09:00 – 12:00."""
    first = span.starts_at.astimezone(SHANGHAI)
    if span.ends_at is None:
        return f"{first:%Y-%m-%d} –"
    last = span.ends_at.astimezone(SHANGHAI)
    if first.date() == last.date():
        return f"{first:%Y-%m-%d %H:%M} – {last:%H:%M}"
    if first.hour == last.hour == 0:
        return f"{first:%Y-%m-%d} – {last - DAY:%Y-%m-%d}"
    return f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M}"


def meets(one: Span, other: Span) -> bool:
    """True when two spans take the same place at the same time."""
    return (
        one.place < other.place + other.places
        and other.place < one.place + one.places
        and at_once(one, other)
    )


def at_once(one: Span, other: Span) -> bool:
    """True when two spans share an instant, whatever their places."""
    return (other.ends_at is None or one.starts_at < other.ends_at) and (
        one.ends_at is None or other.starts_at < one.ends_at
    )


def fitting(capacity: int, held: Iterable[Span], wanted: Span) -> int | None:
    """The first place from which `wanted.places` neighbouring places are free all the time; None when none is."""
    taken = sorted((row.place, row.place + row.places) for row in held if at_once(row, wanted))
    place = 1
    for first, after in taken:
        if first - place >= wanted.places:
            return place
        place = max(place, after)
    return place if capacity + 1 - place >= wanted.places else None


def in_the_way(held: Iterable[Any], wanted: Span) -> list[Any]:
    """The spans that share time with the wanted one, in their order."""
    return sorted((row for row in held if at_once(row, wanted)), key=lambda row: (row.starts_at, row.place))


def next_free(
    opening: Opening,
    capacity: int,
    held: Sequence[Span],
    *,
    hours: int,
    places: int,
    after: datetime,
    calendar: Calendar,
    days: int = 92,
) -> datetime | None:
    """The first instant from `after` on at which so many hours of one day's opening are free; None within `days`.

    Whole hours only, as bookings are. More hours than a day is open run over several days, nights included, and begin
    and end in opening hours.
    """
    length = hours * HOUR
    later = [row for row in held if row.ends_at is None or row.ends_at > after]
    for day in (day_of(after) + n * DAY for n in range(days)):
        open_ = opening.on(day, calendar)
        if open_ is None:
            continue
        nearby = [
            row
            for row in later
            if row.starts_at < open_[1] + length and (not row.ends_at or row.ends_at > open_[0])
        ]
        for begins in _hours(open_):
            wish = Wanted(1, places, begins, begins + length)
            if begins < after or not _in_hours(opening, wish, calendar):
                continue
            if fitting(capacity, nearby, wish) is not None:
                return begins
    return None


def _hours(open_: tuple[datetime, datetime]) -> Iterator[datetime]:
    begins = open_[0]
    while begins < open_[1]:
        yield begins
        begins += HOUR


def _in_hours(opening: Opening, wish: Wanted, calendar: Calendar) -> bool:
    """Whether a wish ends on the day on which it begins or, when no day is so long, in the hours of a later one."""
    assert wish.ends_at is not None
    last = wish.ends_at - timedelta(microseconds=1)
    one_day = wish.ends_at - wish.starts_at <= (opening.closes - opening.opens) * HOUR
    if one_day and day_of(last) != day_of(wish.starts_at):
        return False
    open_ = opening.on(day_of(last), calendar)
    return open_ is not None and open_[0] <= last < open_[1]


def open_spans(
    opening: Opening, first: date, last: date, calendar: Calendar
) -> Iterator[tuple[datetime, datetime]]:
    """From when to when it is open on each of the days, both ends included."""
    for n in range((last - first).days + 1):
        found = opening.on(first + n * DAY, calendar)
        if found:
            yield found


@dataclass(frozen=True)
class Occupancy:
    """What of a resource was there to be had, and what was taken, both in place-hours (positions for a cell bank)."""

    taken: float
    there: float

    @property
    def percent(self) -> int | None:
        """The share in whole percent, cut and never rounded up to what is not reached; None when nothing was there."""
        return int(100 * self.taken / self.there + 1e-9) if self.there else None


def occupancy(
    opening: Opening, capacity: int, held: Iterable[Any], first: date, last: date, calendar: Calendar
) -> Occupancy:
    """Booked hours over opening hours of the days, each counted for every place. Hours of maintenance are not there
    to be booked, and bookings outside of the opening hours do not count."""
    rows = list(held)
    taken = blocked = there = 0.0
    for begins, ends in open_spans(opening, first, last, calendar):
        there += capacity * (ends - begins) / HOUR
        for row in rows:
            share = min(ends, row.ends_at or ends) - max(begins, row.starts_at)
            if share > timedelta(0):
                if row.kind == "maintenance":
                    blocked += row.places * (share / HOUR)
                else:
                    taken += row.places * (share / HOUR)
    return Occupancy(taken, there - blocked)


def positions(capacity: int, held: Iterable[Any], instant: datetime) -> Occupancy:
    """The positions of a cell bank that are taken at an instant, over those that are there."""
    there = [row for row in held if row.starts_at <= instant and (not row.ends_at or row.ends_at > instant)]
    blocked = sum(row.places for row in there if row.kind == "maintenance")
    return Occupancy(sum(row.places for row in there if row.kind != "maintenance"), capacity - blocked)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def bottleneck(shares: Iterable[tuple[Any, int | None]]) -> tuple[Any, Any]:
    """Of things with how full they are (percent, or None where nothing can be said): what the others wait for, and
    what has most room to share; each None when there is none.

    A bottleneck is what is above 90 %, the fullest when there are several; room to share is below 60 %. Of two that
    are as full the first named counts.
    """
    known = [(share, -n, thing) for n, (thing, share) in enumerate(shares) if share is not None]
    full = max((row for row in known if row[0] > HOT), key=lambda row: row[:2], default=None)
    empty = min((row for row in known if row[0] < ROOMY), key=lambda row: (row[0], -row[1]), default=None)
    return (full and full[2]), (empty and empty[2])


@dataclass(frozen=True)
class Stretch:
    """A part of a day within which nothing changes: how many places are free, and what takes the others."""

    begins: datetime
    ends: datetime
    free: int
    held: tuple[Any, ...]


def stretches(
    opening: Opening, capacity: int, held: Sequence[Any], day: date, calendar: Calendar
) -> list[Stretch]:
    """The opening hours of a day, cut where a booking begins or ends; empty on a day that is not open."""
    open_ = opening.on(day, calendar)
    if open_ is None:
        return []
    begins, ends = open_
    edges = {begins, ends}
    for row in held:
        edges |= {edge for edge in (row.starts_at, row.ends_at) if edge and begins < edge < ends}
    cuts, found = sorted(edges), []
    for first, last in itertools.pairwise(cuts):
        taking = tuple(
            row for row in held if row.starts_at < last and (not row.ends_at or row.ends_at > first)
        )
        found.append(Stretch(first, last, capacity - sum(row.places for row in taking), taking))
    return found
