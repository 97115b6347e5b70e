"""Working days of China, and the instants at which a day of Asia/Shanghai begins and ends.

Weekends rest, public holidays rest, make-up days (调休) work. The table covers the years for which the
State Council's list is known; outside of them only weekends are known, and every answer that depends on
such a year says so (`approximate`).
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_TABLE = Path(__file__).parent / "reference" / "holidays.json"
_DAY = timedelta(days=1)
YEARS = (1950, 2100)  # a day in another year is a slip of the pen, or a cell of a spreadsheet without a day
EARLIEST = date(1990, 1, 1)  # before it no working days are counted, and no archive is dated


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are holidays, which weekend days are worked, and for which years that is known."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    years: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        """True when people work on that day; outside the covered years simply Monday to Friday."""
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def covers(self, day: date) -> bool:
        """True when the official list for the year of that day is known."""
        return day.year in self.years

    def with_year(self, year: int, holidays: Iterable[date], workdays: Iterable[date]) -> "Calendar":
        """The same calendar with another list for a year, in the place of what was known of it."""
        return Calendar(
            frozenset(day for day in self.holidays if day.year != year) | frozenset(holidays),
            frozenset(day for day in self.workdays if day.year != year) | frozenset(workdays),
            self.years | {year},
        )


def parse_table(years: Mapping[str, Mapping[str, list[str]]]) -> Calendar:
    """Read a table {year: {holidays, workdays}} whose items are ``MM-DD`` or ``MM-DD..MM-DD`` (inclusive)."""
    holidays: set[date] = set()
    workdays: set[date] = set()
    for year, kinds in years.items():
        for kind, found in (("holidays", holidays), ("workdays", workdays)):
            for item in kinds[kind]:
                first, _, last = item.partition("..")
                day = date.fromisoformat(f"{year}-{first}")
                end = date.fromisoformat(f"{year}-{last or first}")
                while day <= end:
                    found.add(day)
                    day += _DAY
    return Calendar(frozenset(holidays), frozenset(workdays), frozenset(int(year) for year in years))


def china() -> Calendar:
    """The calendar that counts: the shipped one, with the years that an administrator has loaded."""
    return _source[0]()


def provided_by(source: Callable[[], Calendar]) -> None:
    """Say where the calendar that counts comes from. Called by the roof: this file knows no database."""
    _source[:] = [source]


@cache
def shipped() -> Calendar:
    """The calendar that is shipped with the program."""
    return parse_table(json.loads(_TABLE.read_text(encoding="utf-8"))["years"])


def add_working_days(start: date, count: int, calendar: Calendar | None = None) -> tuple[date, bool]:
    """The day on which `count` working days have passed, counted from the day after `start`.

    Returns the day and whether it is approximate, that is, whether the count touched a year without an
    official list. A negative count goes back, from the day before `start`; zero is `start` itself.
    """
    calendar = calendar or china()
    if count == 0:
        return start, False
    days = working_days(calendar)
    if count > 0:
        at = bisect_right(days, start.toordinal()) + count - 1
    else:
        at = bisect_left(days, start.toordinal()) + count
    if not 0 <= at < len(days):
        raise OverflowError(f"{count} working days from {start} leave the calendar")
    found = date.fromordinal(days[at])
    first, last = (start + _DAY, found) if count > 0 else (found, start - _DAY)
    return found, not _covered(calendar, first, last)


@lru_cache(maxsize=16)
def working_days(calendar: Calendar) -> tuple[int, ...]:
    """All working days from 1990 to 2199 in order, as ordinals: so that no count walks from day to day."""
    first, last = EARLIEST.toordinal(), date(2200, 1, 1).toordinal()
    rests = {day.toordinal() for day in calendar.holidays - calendar.workdays}
    works = {day.toordinal() for day in calendar.workdays}
    # Ordinal 1 was a Monday.
    return tuple(n for n in range(first, last) if n in works or ((n - 1) % 7 < 5 and n not in rests))


_source: list[Callable[[], Calendar]] = [shipped]


def _covered(calendar: Calendar, first: date, last: date) -> bool:
    return first > last or all(year in calendar.years for year in range(first.year, last.year + 1))


def working_days_between(start: date, end: date, calendar: Calendar | None = None) -> tuple[int, bool]:
    """How many working days lie after `start`, up to and including `end`; negative when `end` is earlier.

    Returns the number and whether it is approximate. The inverse of `add_working_days`:
    ``working_days_between(start, add_working_days(start, n)[0])`` is n for n ≥ 0.
    """
    calendar = calendar or china()
    days = working_days(calendar)
    low, high = (start + _DAY, end) if start <= end else (end, start - _DAY)
    count = bisect_right(days, high.toordinal()) - bisect_left(days, low.toordinal())
    return count if start <= end else -count, not _covered(calendar, low, high)


def day_of(instant: datetime) -> date:
    """The day in Asia/Shanghai on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """00:00 of a day in Asia/Shanghai, as an instant in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


class Cut(date):
    """A day that is read up to an instant of it: whatever asks for the end of the day gets that instant."""

    instant: datetime | None = None  # None for a day that was counted from a cut one: a whole day

    @classmethod
    def at(cls, instant: datetime) -> "Cut":
        """The day in Asia/Shanghai of an aware instant, up to that instant."""
        day = day_of(instant)
        made = cls(day.year, day.month, day.day)
        made.instant = instant.astimezone(UTC)
        return made


def end_of(day: date) -> datetime:
    """The last microsecond of a day in Asia/Shanghai, as an instant in UTC; of a cut day the instant of its cut."""
    if isinstance(day, Cut) and day.instant is not None:
        return day.instant
    return start_of(day + _DAY) - timedelta(microseconds=1)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


def is_quiet(hour: int, quiet_from: int, quiet_to: int) -> bool:
    """True for an hour of the day within the quiet ones, which may reach over midnight."""
    if quiet_from <= quiet_to:
        return quiet_from <= hour < quiet_to
    return hour >= quiet_from or hour < quiet_to


def is_digest_time(now: datetime, hour: int, quiet_from: int, quiet_to: int) -> bool:
    """True on a working day of China from the digest's hour on, outside of the quiet hours.

    Later than the hour, too: a worker that stood still at eight makes up for it at nine.
    """
    here = now.astimezone(SHANGHAI)
    awake = here.hour >= hour and not is_quiet(here.hour, quiet_from, quiet_to)
    return awake and china().is_working_day(here.date())
