"""The stretch of time that a timeline shows, and which of its marks would touch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from kangjiansheng.core.calendar import add_months

# Months before and after the month that the window is about.
SPANS = {"quarter": (1, 3), "year": (3, 12)}
ZOOMS = (*SPANS, "all")


@dataclass(frozen=True, slots=True)
class Window:
    """From `first` (the first of a month) to before `after` (another one)."""

    first: date
    after: date

    def place(self, day: date) -> float:
        """Where a day lies, in percent of the width: 0 at `first`, 100 at `after`; outside for others."""
        return round((day - self.first).days * 100 / (self.after - self.first).days, 2)

    def holds(self, day: date) -> bool:
        """True for a day in the window."""
        return self.first <= day < self.after

    @property
    def months(self) -> tuple[str, str]:
        """Its first and its last month, as 2026-11."""
        return f"{self.first:%Y-%m}", f"{add_months(self.after, -1):%Y-%m}"


def month_of(day: date) -> date:
    """The first day of a month."""
    return day.replace(day=1)


def window(zoom: str, about: date, days: Iterable[date]) -> Window:
    """The window around a day; for `all` from the first to the last of `days`, whole months."""
    month = month_of(about)
    if zoom in SPANS:
        before, after = SPANS[zoom]
        return Window(add_months(month, -before), add_months(month, after + 1))
    known = [*days, about]
    return Window(month_of(min(known)), add_months(month_of(max(known)), 1))


def step(zoom: str, about: date, times: int) -> date:
    """The month about which the next window (or an earlier one) is."""
    return add_months(month_of(about), times * SPANS[zoom][1])


class Placed(Protocol):
    """What has a place on the axis, in percent."""

    @property
    def x(self) -> float: ...


P = TypeVar("P", bound=Placed)


def clusters(marks: Sequence[P], gap: float) -> list[list[P]]:
    """Marks that would touch, together: each within `gap` percent of the first of its cluster, in order."""
    found: list[list[P]] = []
    for mark in sorted(marks, key=lambda mark: mark.x):
        if found and mark.x - found[-1][0].x < gap:
            found[-1].append(mark)
        else:
            found.append([mark])
    return found
