"""Which milestones stand behind a figure of the board, asked of each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from kangjiansheng.projects.rules.figures import AHEAD, TOLERANCE_DAYS, YEAR, months_before
from kangjiansheng.projects.rules.milestones import SLIP_DAYS


class Counted(Protocol):
    """What a figure asks of a milestone."""

    @property
    def kind(self) -> str: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def slip(self) -> int | None: ...
    @property
    def promised(self) -> date | None: ...
    @property
    def actual(self) -> date | None: ...
    @property
    def baseline(self) -> date | None: ...
    @property
    def current_plan(self) -> date | None: ...
    @property
    def forecast(self) -> date | None: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by name. That of a cell has the month's end and the leading laboratory: health:2026-08-31:JL-04;
    what was reached since a day has that day: reached:2026-09-30; a lane has the last day of the outlook and the leading
    laboratory, or none: outlook:2027-02-21:JL-04."""

    name: str
    end: date | None = None
    lab: str = ""

    def holds(self, milestone: Counted, *, running: bool, lab: str, day: date) -> bool:
        """True when the milestone counts. `running`: its project neither rests nor has ended; `lab` leads it."""
        if self.name == "reached" and self.end is not None:
            return _reached(milestone, day, day - self.end)
        if self.name == "outlook" and self.end is not None:
            promised = milestone.promised is not None and milestone.promised <= self.end
            return promised and running and milestone.is_open and lab == self.lab
        if self.end is not None:
            return lab == self.lab and _reached(milestone, self.end, self.end - months_before(self.end))
        if self.name == "on-time":
            return _reached(milestone, day, YEAR)
        if self.name in _COUNTED:
            return milestone.kind != "decision" and _COUNTED[self.name](milestone, day)
        return running and milestone.is_open and _OPEN[self.name](milestone, day)


def read(text: str) -> Figure | None:
    """The figure that an address names, None when there is none of that name."""
    name, _, rest = text.partition(":")
    if name not in ("health", "reached", "outlook"):
        return Figure(name) if not rest and name in (*_OPEN, *_COUNTED, "on-time") else None
    end, _, lab = rest.partition(":")
    try:
        return Figure(name, date.fromisoformat(end), lab)
    except ValueError:
        return None


def _reached(milestone: Counted, end: date, window: timedelta) -> bool:
    return (
        milestone.kind != "decision"
        and milestone.actual is not None
        and end - window < milestone.actual <= end
    )


def _days_left(milestone: Counted, day: date) -> timedelta:
    return milestone.promised - day if milestone.promised else timedelta.max


_OPEN: Mapping[str, Callable[[Counted, date], bool]] = {
    "slipped": lambda m, _day: m.slip is not None and m.slip >= SLIP_DAYS,
    "due": lambda m, day: timedelta(0) <= _days_left(m, day) <= AHEAD,
    "overdue": lambda m, day: _days_left(m, day) < timedelta(0),
}


def _done(milestone: Counted, day: date) -> bool:
    return milestone.actual is not None and milestone.actual <= day


def _kept(milestone: Counted, day: date, promise: date | None, days: int = 0) -> bool:
    """True when it was done by a day, and not later than so many days after a promise."""
    return (
        _done(milestone, day)
        and promise is not None
        and milestone.actual is not None
        and (milestone.actual - promise).days <= days
    )


def _due_by(milestone: Counted, day: date) -> bool:
    return milestone.baseline is not None and milestone.baseline <= day


# The figures of `kangjiansheng metrics`: of all projects, whether they run or not (rules/metrics.py).
_COUNTED: Mapping[str, Callable[[Counted, date], bool]] = {
    "done": _done,
    "done-on-baseline": lambda m, day: _kept(m, day, m.baseline),
    "done-within-tolerance": lambda m, day: _kept(m, day, m.baseline, TOLERANCE_DAYS),
    "done-on-plan": lambda m, day: _kept(m, day, m.current_plan or m.baseline),
    "on-time-kept": lambda m, day: _reached(m, day, YEAR) and _kept(m, day, m.baseline),
    "due-by": _due_by,
    "due-done": lambda m, day: _due_by(m, day) and _done(m, day),
    "due-not-done": lambda m, day: _due_by(m, day) and not _done(m, day),
    "stale": lambda m, day: (
        m.state != "cancelled" and not _done(m, day) and m.forecast is not None and m.forecast < day
    ),
}
