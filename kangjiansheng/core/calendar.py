"""Working days of China, and the instants at which a day of Asia/Shanghai begins and ends.

Weekends rest, public holidays rest, make-up days (调休) work. The table covers the years for which the
State Council's list is known; outside of them only weekends are known, and every answer that depends on
such a year says so (`approximate`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_TABLE = Path(__file__).parent / "reference" / "holidays.json"
_DAY = timedelta(days=1)


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
        """The same calendar with one more year, for a list that an administrator has loaded."""
        return Calendar(
            self.holidays | frozenset(holidays), self.workdays | frozenset(workdays), self.years | {year}
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


@cache
def china() -> Calendar:
    """The calendar that is shipped with the program."""
    return parse_table(json.loads(_TABLE.read_text(encoding="utf-8"))["years"])


def add_working_days(start: date, count: int, calendar: Calendar | None = None) -> tuple[date, bool]:
    """The day on which `count` working days have passed, counted from the day after `start`.

    Returns the day and whether it is approximate, that is, whether the count touched a year without an
    official list. A negative count goes back, from the day before `start`; zero is `start` itself.
    """
    calendar = calendar or china()
    step = _DAY if count >= 0 else -_DAY
    day, left, approximate = start, abs(count), False
    while left:
        day += step
        approximate = approximate or not calendar.covers(day)
        left -= calendar.is_working_day(day)
    return day, approximate


def working_days_between(start: date, end: date, calendar: Calendar | None = None) -> tuple[int, bool]:
    """How many working days lie after `start`, up to and including `end`; negative when `end` is earlier.

    Returns the number and whether it is approximate. The inverse of `add_working_days`:
    ``working_days_between(start, add_working_days(start, n)[0])`` is n for n ≥ 0.
    """
    calendar = calendar or china()
    if end < start:
        days = [end + _DAY * n for n in range((start - end).days)]
        return -sum(map(calendar.is_working_day, days)), not all(map(calendar.covers, days))
    days = [start + _DAY * n for n in range(1, (end - start).days + 1)]
    return sum(map(calendar.is_working_day, days)), not all(map(calendar.covers, days))


def day_of(instant: datetime) -> date:
    """The day in Asia/Shanghai on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """00:00 of a day in Asia/Shanghai, as an instant in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last microsecond of a day in Asia/Shanghai, as an instant in UTC."""
    return start_of(day + _DAY) - timedelta(microseconds=1)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)
