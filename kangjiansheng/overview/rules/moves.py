"""What has moved since the day of comparison: which milestones, not only how many."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kangjiansheng.projects.rules.days import Day
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
    before = past.for_each(day, past.promised)
    moved = ~day.decision & (day.promised != NONE) & (before != NONE) & (day.promised != before)
    new = moved & unforecast(day, past)
    by = np.where(moved, np.abs(day.promised - before), 0)
    return Moves(
        tuple(
            Move(
                naming.project(day.project[at]),
                naming.milestone(at),
                day_of(before[at]),
                day_of(day.promised[at]),
                bool(new[at]),
            )
            for at in day.first(moved, -by, day.rank, day.position, at_most=at_most)
        ),
        int(moved.sum()),
        int((day.is_done & (day.actual > past.number)).sum()),
        int((moved & (day.promised > before)).sum()),
        day.any_illustrative(moved),
        int(new.sum()),
    )
