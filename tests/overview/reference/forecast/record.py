"""How past forecasts did: made again as they would have been made then, held against what came.

A forecast is judged when its day has come, whatever came of it: judging only what has come would leave out the late
ones. What was given up, or whose project stopped, before its day is not judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kangjiansheng.overview.rules.forecast.days import is_day
from kangjiansheng.overview.rules.rates import wilson

from .book import Book, Node

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


@dataclass(frozen=True, slots=True)
class Said:
    """A forecast made on a day: by when the milestone would come. `by` is p50, p80 or owner."""

    made: int
    node: Node
    by: str
    day: int


@dataclass(frozen=True, slots=True)
class Record:
    """The scoreboard: of each kind of forecast all together, and by the day on which they were made."""

    total: Mapping[str, Held]
    days: Mapping[int, Mapping[str, Held]]


def judge(said: Sequence[Said], book: Book) -> Record:
    """Hold forecasts against what the book says at its end."""
    now = book.at([book.day])
    rested = book.rested()
    found: dict[tuple[int, str], list[tuple[bool, int]]] = {}
    for one in said:
        n = book.index[one.node.id]
        came = int(now.actual[n, 0]) if is_day(now.actual)[n, 0] else None
        last = min(rested[n], now.since[n, 0] - 1) if now.cancelled[n, 0] else rested[n]
        gone = came is None and last < min(one.day, book.day)
        if one.day > book.day or gone:
            continue
        kept = came is not None and came <= one.day
        found.setdefault((one.made, one.by), []).append((kept, one.node.id))
    every = {by: [row for (_, kind), rows in found.items() if kind == by for row in rows] for by in KINDS}
    days = sorted({made for made, _ in found})
    return Record(
        {by: _held(every[by]) for by in KINDS},
        {day: {by: _held(found.get((day, by), ())) for by in KINDS} for day in days},
    )


KINDS = ("p80", "p50", "owner")


def _held(rows: Sequence[tuple[bool, int]]) -> Held:
    return Held(
        int(np.sum([kept for kept, _ in rows])) if rows else 0, len(rows), len({key for _, key in rows})
    )
