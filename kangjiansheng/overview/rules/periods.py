"""Days that the overview compares and counts by: quarters, months, the marks of the time rail."""

from dataclasses import dataclass
from datetime import date, timedelta

from kangjiansheng.core.calendar import add_months

FOUNDED = date(2024, 9, 10)  # the first day that the rail offers
_DAY = timedelta(days=1)


def quarter_end_before(day: date) -> date:
    """The last day of the quarter before the one in which `day` lies."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1) - _DAY


def month_ends(day: date, count: int) -> list[date]:
    """The last `count` month ends up to `day`, the last one being `day` itself (a month that still runs)."""
    first = day.replace(day=1)
    return [add_months(first, 1 - back) - _DAY for back in range(count - 1, 0, -1)] + [day]


@dataclass(frozen=True, slots=True)
class Mark:
    """A quarter's end on the rail, `at` in per mille of its length; `year_end` is labelled."""

    day: date
    at: int
    year_end: bool


def rail_marks(today: date, start: date = FOUNDED) -> list[Mark]:
    """The quarter ends between the first day and today."""
    span = max((today - start).days, 1)
    found, day = [], quarter_end_before(today)
    while day > start:
        found.append(Mark(day, round(1000 * (day - start).days / span), day.month == 12))
        day = quarter_end_before(day)
    return found[::-1]


def third_of_month(day: date) -> tuple[int, int, int]:
    """Year, month and 旬 of a day: 1 for the 1st to 10th, 2 to the 20th, 3 for the rest."""
    return day.year, day.month, min((day.day - 1) // 10, 2) + 1
