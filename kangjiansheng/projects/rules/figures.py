"""Which milestones stand behind a figure of the board, so that a number opens exactly its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from kangjiansheng.core.calendar import add_months

from .milestones import SLIP_DAYS

YEAR = timedelta(days=365)
AHEAD = timedelta(days=90)
MONTHS = 3


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


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by name. That of a cell has the month's end and the leading laboratory: health:2026-08-31:JL-04;
    what was reached since a day has that day: reached:2026-09-30."""

    name: str
    end: date | None = None
    lab: str = ""

    def holds(self, milestone: Counted, *, running: bool, lab: str, day: date) -> bool:
        """True when the milestone counts. `running`: its project neither rests nor has ended; `lab` leads it."""
        if self.name == "reached" and self.end is not None:
            return _reached(milestone, day, day - self.end)
        if self.end is not None:
            return lab == self.lab and _reached(milestone, self.end, self.end - months_before(self.end))
        if self.name == "on-time":
            return _reached(milestone, day, YEAR)
        return running and milestone.is_open and _OPEN[self.name](milestone, day)


def read(text: str) -> Figure | None:
    """The figure that an address names, None when there is none of that name."""
    name, _, rest = text.partition(":")
    if name not in ("health", "reached"):
        return Figure(name) if not rest and (name in _OPEN or name == "on-time") else None
    end, _, lab = rest.partition(":")
    try:
        return Figure(name, date.fromisoformat(end), lab)
    except ValueError:
        return None


def months_before(end: date, months: int = MONTHS) -> date:
    """The day on which the months up to `end` begin, exclusive: from the same day of the month."""
    return add_months(end + timedelta(days=1), -months) - timedelta(days=1)


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
