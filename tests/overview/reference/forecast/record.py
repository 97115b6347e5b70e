"""How past forecasts did: made again as they would have been made then, held against what came.

A forecast is judged when its day has come, whatever came of it: judging only what has come would leave out the late
ones. What was given up, or whose project stopped, before its day is not judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kangjiansheng.overview.rules.forecast.days import is_day
from kangjiansheng.overview.rules.forecast.record import KINDS, Held, Record

from .book import Book, Node


@dataclass(frozen=True, slots=True)
class Said:
    """A forecast made on a day: by when the milestone would come. `by` is p50, p80 or owner."""

    made: int
    node: Node
    by: str
    day: int


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


def _held(rows: Sequence[tuple[bool, int]]) -> Held:
    return Held(
        int(np.sum([kept for kept, _ in rows])) if rows else 0, len(rows), len({key for _, key in rows})
    )
