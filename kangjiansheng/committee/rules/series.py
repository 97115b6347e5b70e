"""The days of a series of meetings."""

import calendar as months
from collections.abc import Iterator
from datetime import date, timedelta

from kangjiansheng.core.calendar import Calendar, add_months

UNITS = ("week", "month")
MOST = 60  # meetings of one series
_WEEK = timedelta(days=7)


def nth_of(day: date) -> int:
    """Which of its weekday in its month a day is: 1 to 4; -1 for a fifth, which is the last."""
    number = (day.day - 1) // 7 + 1
    return -1 if number == 5 else number


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth weekday (Monday is 0) of a month; -1 is the last."""
    if nth < 0:
        last = date(year, month, months.monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7) + (nth - 1) * _WEEK


def days(unit: str, every: int, nth: int, first: date, until: date) -> list[date]:
    """The days by the rule, from the first to the end, both inclusive. For months the first day of the series says
    where it begins and on which weekday; it counts itself only where it is the nth."""
    found: list[date] = []
    for day in _endless(unit, every, nth, first):
        if day > until or len(found) > MOST:
            return found
        if day >= first:
            found.append(day)
    return found


def _endless(unit: str, every: int, nth: int, first: date) -> Iterator[date]:
    if unit == "week":
        at = first
        while True:
            yield at
            at += every * _WEEK
    start = first.replace(day=1)
    count = 0
    while True:
        month = add_months(start, count * every)
        yield nth_weekday(month.year, month.month, first.weekday(), nth)
        count += 1


def is_holiday(day: date, calendar: Calendar) -> bool:
    """True on a public holiday, which a weekend that is no holiday is not: some boards sit on Saturdays."""
    return day in calendar.holidays and day not in calendar.workdays
