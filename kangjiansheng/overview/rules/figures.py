"""The four figures at the top, each with how it stood on the day of comparison."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.figures import AHEAD, YEAR
from kangjiansheng.projects.rules.ledgers import NONE, Array, number
from kangjiansheng.projects.rules.milestones import SLIP_DAYS

from .periods import month_ends


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many; `percent` is whole, None when there is nothing to count."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """The share in whole per cent, halves up."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Milestones that were reached: on which day, and whether by their baseline; `lab` leads the project."""

    actual: Array
    on_time: Array
    lab: Array

    def where(self, mask: Array) -> "Reached":
        """Those of a mask."""
        return Reached(self.actual[mask], self.on_time[mask], self.lab[mask])


def reached(day: Day) -> Reached:
    """Those of all projects, whatever their status."""
    at = day.is_done
    actual, baseline = day.actual[at], day.baseline[at]
    return Reached(actual, (baseline != NONE) & (actual <= baseline), day.lab[day.project[at]])


@dataclass(frozen=True, slots=True)
class OnTime:
    """On-time rate of the last 12 months: `change` in percentage points, `months` for the line."""

    now: Share
    then: Share
    months: tuple[tuple[date, int | None], ...]

    @property
    def change(self) -> int | None:
        """Percentage points since the day of comparison; None when one of both is missing."""
        if self.now.percent is None or self.then.percent is None:
            return None
        return self.now.percent - self.then.percent


@dataclass(frozen=True, slots=True)
class Slipped:
    """Open milestones 15 or more days after their baseline, the median of their slips in days, and the last months.

    Of `now` there are `new` that had no forecast on the day of comparison: nobody can say whether they slipped since.
    """

    now: int
    then: int
    median: int | None
    months: tuple[tuple[date, int], ...] = ()
    new: int = 0

    @property
    def change(self) -> int:
        """How many more of those that had a forecast then: `then`, this and `new` add up to `now`."""
        return self.now - self.new - self.then


@dataclass(frozen=True, slots=True)
class Due:
    """Open milestones promised for the coming 90 days. `tens` holds (all, off plan) for each ten days."""

    now: int
    then: int
    off: int
    overdue: int
    tens: tuple[tuple[int, int], ...]


def on_time_share(reached: Reached, day: int, window: int = YEAR.days) -> Share:
    """The share reached on or before baseline of those reached in the window that ends with `day`.

    day − window < actual ≤ day, as in the definitions.
    """
    inside = (reached.actual > day - window) & (reached.actual <= day)
    return Share(int((inside & reached.on_time).sum()), int(inside.sum()))


@once
def on_time(day: Day, past: Day | None = None) -> OnTime:
    """The rate now, as it was on the day of comparison (if there is one), and at the last twelve month ends."""
    now = reached(day)
    return OnTime(
        now=on_time_share(now, day.number),
        then=on_time_share(reached(past), past.number) if past else Share(0, 0),
        months=tuple((end, on_time_share(now, number(end)).percent) for end in month_ends(day.day, 12)),
    )


@once
def slipped(day: Day, past: Day, threshold: int = SLIP_DAYS) -> Slipped:
    """Counted by dates alone, so that one that is also overdue counts."""
    late = day.runs & (day.slip >= threshold)
    days = day.slip[late]
    return Slipped(
        now=len(days),
        then=int((past.runs & (past.slip >= threshold)).sum()),
        median=int(np.median(days)) if len(days) else None,
        months=(
            *((end, _slipped_on(end, day)) for end in month_ends(day.day, 12)[:-1]),
            (day.day, len(days)),
        ),
        new=int((late & unforecast(day, past)).sum()),
    )


def unforecast(day: Day, past: Day) -> Array:
    """Which milestones of a day were not there on another one, or had neither forecast nor actual date."""
    unknown: Array = past.for_each(day, past.reached) == NONE
    return unknown


def _slipped_on(end: date, day: Day) -> int:
    """How many had slipped at the end of an earlier day."""
    return int(day.ledgers.slipped_on(end)[day.worked_on(end)].sum())


@once
def due(day: Day, past: Day, ahead: int = AHEAD.days) -> Due:
    """From today to the end of the window. What should have been reached before is counted apart."""
    promised = day.runs & (day.promised != NONE)
    left = day.promised - day.number
    inside = promised & (left >= 0) & (left <= ahead)
    many = -(-ahead // 10)
    tens = np.minimum(left // 10, many - 1)
    every = np.bincount(tens[inside], minlength=many).tolist()
    off = np.bincount(tens[inside & day.is_of("risk", "slip", "late")], minlength=many).tolist()
    then = past.promised - past.number
    return Due(
        now=sum(every),
        then=int((past.runs & (past.promised != NONE) & (then >= 0) & (then <= ahead)).sum()),
        off=sum(off),
        overdue=int((promised & (left < 0)).sum()),
        tens=tuple(zip(every, off, strict=True)),
    )
