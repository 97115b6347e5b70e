"""Which milestones stand behind a figure of the board, so that a number opens exactly its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kangjiansheng.core.calendar import add_months

from .days import Day
from .ledgers import NONE, STATES, Array, number
from .milestones import SLIP_DAYS

YEAR = timedelta(days=365)
AHEAD = timedelta(days=90)
MONTHS = 3
TOLERANCE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by name. That of a cell has the month's end and the leading laboratory: health:2026-08-31:JL-04;
    what was reached since a day has that day: reached:2026-09-30; a lane has the last day of the outlook and the leading
    laboratory, or none: outlook:2027-02-21:JL-04."""

    name: str
    end: date | None = None
    lab: str = ""

    def of(self, day: Day, led: Array) -> Array:
        """Which milestones of a day count; `led` are those whose project `lab` leads."""
        if self.name == "reached" and self.end is not None:
            return _reached(day, self.end, day.number)
        if self.name == "outlook" and self.end is not None:
            ahead: Array = led & day.runs & (day.promised != NONE) & (day.promised <= number(self.end))
            return ahead
        if self.end is not None:
            ending: Array = led & _reached(day, months_before(self.end), number(self.end))
            return ending
        if self.name in _COUNTED:
            return counted(self.name, day)
        opened: Array = day.runs & _OPEN[self.name](day)
        return opened


def read(text: str) -> Figure | None:
    """The figure that an address names, None when there is none of that name."""
    name, _, rest = text.partition(":")
    if name not in ("health", "reached", "outlook"):
        return Figure(name) if not rest and name in (*_OPEN, *_COUNTED) else None
    end, _, lab = rest.partition(":")
    try:
        return Figure(name, date.fromisoformat(end), lab)
    except ValueError:
        return None


def months_before(end: date, months: int = MONTHS) -> date:
    """The day on which the months up to `end` begin, exclusive: from the same day of the month."""
    return add_months(end + timedelta(days=1), -months) - timedelta(days=1)


def _reached(day: Day, after: date, until: int) -> Array:
    reached: Array = ~day.decision & (day.actual > number(after)) & (day.actual <= until)
    return reached


_OPEN: Mapping[str, Callable[[Day], Array]] = {
    "slipped": lambda day: (day.slip != NONE) & (day.slip >= SLIP_DAYS),
    "due": lambda day: (day.promised >= day.number) & (day.promised <= day.number + AHEAD.days),
    "overdue": lambda day: (day.promised != NONE) & (day.promised < day.number),
}


def _done(day: Day) -> Array:
    done: Array = (day.actual != NONE) & (day.actual <= day.number)
    return done


def _kept(day: Day, promise: Array, days: int = 0) -> Array:
    """What was done by the day, and not later than so many days after a promise."""
    kept: Array = _done(day) & (promise != NONE) & (day.actual <= promise + days)
    return kept


def _year(day: Day) -> Array:
    return _reached(day, day.day - YEAR, day.number)


def _due_by(day: Day) -> Array:
    due: Array = (day.baseline != NONE) & (day.baseline <= day.number)
    return due


# The figures of `kangjiansheng metrics`: of all projects, whether they run or not (rules/metrics.py).
_COUNTED: Mapping[str, Callable[[Day], Array]] = {
    "done": _done,
    "done-on-baseline": lambda day: _kept(day, day.baseline),
    "done-within-tolerance": lambda day: _kept(day, day.baseline, TOLERANCE_DAYS),
    "done-on-plan": lambda day: _kept(day, day.planned),
    "on-time": _year,
    "on-time-kept": lambda day: _year(day) & _kept(day, day.baseline),
    "due-by": _due_by,
    "due-done": lambda day: _due_by(day) & _done(day),
    "due-not-done": lambda day: _due_by(day) & ~_done(day),
    "stale": lambda day: (
        (day.state != STATES.index("cancelled"))
        & ~_done(day)
        & (day.forecast != NONE)
        & (day.forecast < day.number)
    ),
}


def counted(name: str, day: Day) -> Array:
    """Which milestones of a day count in one of the figures over all projects; no decision does."""
    counts: Array = ~day.decision & _COUNTED[name](day)
    return counts


def slipped_by(day: Day) -> Array:
    """By how many calendar days each milestone that is done and has a baseline was late, early ones below nought; in
    order."""
    done = counted("done", day) & (day.baseline != NONE)
    return np.sort(day.actual[done] - day.baseline[done])
