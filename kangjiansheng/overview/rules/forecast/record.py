"""How past forecasts did: made again as they would have been made then, held against what came.

A forecast is judged when its day has come, whatever came of it: judging only what has come would leave out the late
ones. What was given up, or whose project stopped, before its day is not judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kangjiansheng.overview.rules.rates import wilson

from .days import MISSING, Days, is_day
from .known import Ends

TARGET, LOW, HIGH = 80, 75, 85
FEW = 20  # milestones; below nothing is concluded


@dataclass(frozen=True, slots=True)
class Held:
    """Of `whole` forecasts whose day has come, `part` were kept; they speak of `milestones` different ones."""

    part: int = 0
    whole: int = 0
    milestones: int = 0

    @property
    def rate(self) -> float | None:
        """The share that was kept."""
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> int | None:
        """The same in whole per cent, halves up."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None

    @property
    def interval(self) -> tuple[int, int] | None:
        """From how many to how many per cent it may be by chance (Wilson 1927, 95 %).

        Forecasts of one milestone are not independent: it counts once, however often it was forecast.
        """
        if self.rate is None:
            return None
        low, high = wilson(self.rate, self.milestones)
        return round(100 * low), round(100 * high)

    @property
    def verdict(self) -> str:
        """few, good, low (too hopeful) or high (too careful), for a share that should be 80 %."""
        if self.milestones < FEW or self.rate is None:
            return "few"
        return "low" if 100 * self.rate < LOW else "high" if 100 * self.rate > HIGH else "good"


@dataclass(frozen=True, eq=False)
class Said:
    """Forecasts made on a day, as columns: of milestones by their keys the days by which each was to come, by what the
    owner, P50 and P80 said; MISSING where nothing was said."""

    made: int
    id: Any
    owner: Days
    p50: Days
    p80: Days

    def of(self, milestones: Any) -> "Said":
        """Those of some milestones."""
        there = np.isin(self.id, milestones)
        return Said(self.made, *(column[there] for column in (self.id, self.owner, self.p50, self.p80)))


@dataclass(frozen=True, slots=True)
class Record:
    """The scoreboard: of each kind of forecast all together, and by the day on which they were made."""

    total: Mapping[str, Held]
    days: Mapping[int, Mapping[str, Held]]


def judge(said: Sequence[Said], ends: Ends, day: int) -> Record:
    """Hold forecasts against how the milestones stand at the end of a day."""
    order = np.argsort(ends.id)
    found = {
        one.made: _judged(one, ends, order[np.searchsorted(ends.id, one.id, sorter=order)], day)
        for one in said
    }
    judged = {made: rows for made, rows in found.items() if any(len(ids) for _kept, ids in rows.values())}
    return Record(
        {by: _held([rows[by] for rows in judged.values()]) for by in KINDS},
        {made: {by: _held([rows[by]]) for by in KINDS} for made, rows in sorted(judged.items())},
    )


KINDS = ("p80", "p50", "owner")


def _judged(said: Said, ends: Ends, at: Any, day: int) -> dict[str, tuple[Any, Any]]:
    """Of each kind which of those that can be judged were kept, and the keys of the milestones."""
    actual, watched = ends.actual[at], ends.watched[at]
    came, found = is_day(actual), {}
    for by in KINDS:
        until = getattr(said, by)
        gone = ~came & (watched < np.minimum(until, day))
        judged = (until != MISSING) & (until <= day) & ~gone
        found[by] = (came & (actual <= until))[judged], said.id[judged]
    return found


def _held(rows: Sequence[tuple[Any, Any]]) -> Held:
    if not rows:
        return Held()
    kept, ids = (np.concatenate(columns) for columns in zip(*rows, strict=True))
    return Held(int(np.count_nonzero(kept)), len(kept), len(np.unique(ids)))
