"""What has moved since the day of comparison: which milestones, not only how many."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.ledgers import NONE, day_of

from .figures import unforecast
from .rows import Milestone, Naming, Project
from .slips import AT_MOST


@dataclass(frozen=True, slots=True)
class Move:
    """A milestone whose promise is another one than it was; `days` is positive when it moved away. `new`: it had no
    forecast then, so that `before` is its plan."""

    project: Project
    milestone: Milestone
    before: date
    after: date
    new: bool = False

    @property
    def days(self) -> int:
        """By how many calendar days."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class Moves:
    """The largest moves first; `total` counts all, `later` those away from today, `reached` what was reached since, `new`
    those of `total` that had no forecast then."""

    rows: tuple[Move, ...]
    total: int
    reached: int
    later: int
    illustrative: bool
    new: int = 0


def moves(day: Day, past: Day, naming: Naming, at_most: int | None = AT_MOST) -> Moves:
    """Compare the promises of the milestones that were there on both days."""
    largest, counted = _largest(day, past, at_most)
    rows = (
        Move(
            naming.project(day.project[at]),
            naming.milestone(at),
            day_of(before),
            day_of(day.promised[at]),
            new,
        )
        for at, before, new in largest
    )
    return Moves(tuple(rows), **counted)


@once
def _largest(day: Day, past: Day, at_most: int | None) -> tuple[list[tuple[int, int, bool]], dict[str, Any]]:
    """Where the milestones stand that moved most, what each promised before and whether it is new; and what is counted of
    all."""
    before = past.for_each(day, past.promised)
    moved = ~day.decision & (day.promised != NONE) & (before != NONE) & (day.promised != before)
    new = moved & unforecast(day, past)
    by = np.where(moved, np.abs(day.promised - before), 0)
    first = day.first(moved, -by, day.rank, day.position, at_most=at_most)
    return list(zip(first.tolist(), before[first].tolist(), new[first].tolist(), strict=True)), {
        "total": int(moved.sum()),
        "reached": int((day.is_done & (day.actual > past.number)).sum()),
        "later": int((moved & (day.promised > before)).sum()),
        "illustrative": day.any_illustrative(moved),
        "new": int(new.sum()),
    }
