"""How much later than its predecessors let it each milestone came: what our forecasts are made of.

Looked at from each past month's end: the promise that stood then, pushed by the days on which its predecessors really
came, against the day on which the milestone itself came. The difference is its own; what it inherited is theirs.
A milestone that has not come yet says that it takes longer than so far (censored), one that was found overdue says
nothing of those that came before (truncated).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .book import Book, Standing
from .days import MISSING, Days, Flags, is_day
from .graph import Graph, pushed

# How far ahead the promise lay, in days: up to three months (or passed), up to a year, further.
BANDS = (90, 365)
_UNBOUND = MISSING
_SHIFT = 10**8  # makes a day a number from nought


@dataclass(frozen=True, eq=False)
class Cases:
    """What was observed, one row for each promise of a milestone in a band, milestone by milestone. Days are those after
    the pushed promise. `counted` is the first row of each milestone that has come in each band."""

    row: Any  # of the step in its book
    band: Any
    gate: Flags
    kind: Any  # of the step
    entry: Days  # later than this it had to be, for it to be seen at all
    late: Days  # how much later it came, or is so far
    came: Flags
    counted: Flags


def band_of(lead: Any) -> Any:
    """Into which band a promise falls that lies so many days ahead."""
    return np.searchsorted(np.array(BANDS), lead, "left")


def cases(book: Book, graph: Graph, days: Sequence[int]) -> Cases:
    """What the book, as it is closed, shows of the promises that stood at the ends of `days`."""
    then, now = book.at(days), book.at([book.day])
    came = is_day(now.actual)
    reference = _references(book, graph, then, now)
    seen = np.array(days, dtype=np.int32)[None, :]
    end = np.where(came, now.actual, last_seen(book, now))
    # It has to have come, or to be watched, after the day from which one looks.
    counts = then.open & (end > seen) & book.running(days) & is_day(then.promise) & now.known
    rows, columns = np.nonzero(counts)
    seen, promise, reference = seen[0][columns], then.promise[rows, columns], reference[rows, columns]
    since = np.where(promise < seen, seen - reference, _UNBOUND)
    late = end[rows, 0] - reference
    kept = np.flatnonzero(late > since)
    bands = band_of(promise - seen)
    kept = kept[_firsts(rows[kept] * (len(BANDS) + 1) + bands[kept], reference[kept].astype(np.int64))]
    rows, bands, came = rows[kept], bands[kept], came[rows[kept], 0]
    first = np.zeros(len(rows), dtype=bool)
    first[np.unique(rows * (len(BANDS) + 1) + bands, return_index=True)[1]] = True
    return Cases(
        row=rows,
        band=bands.astype(np.int8),
        gate=book.steps.gate[rows],
        kind=book.steps.kind[rows],
        entry=since[kept].astype(np.int32),
        late=late[kept].astype(np.int32),
        came=came,
        counted=first & came,
    )


def _references(book: Book, graph: Graph, then: Standing, now: Standing) -> Days:
    """The promises of then, pushed by what really came."""
    if not graph.levels:
        return then.promise
    needs = graph.needs(then.plan, then.actual, then.cancelled)
    before = graph.earliest(_dates(then), needs, then.cancelled)
    so_far = np.maximum(np.where(is_day(now.promise), now.promise, MISSING), book.day)
    reality = np.where(is_day(now.actual), now.actual, np.where(now.open, so_far, MISSING)).astype(np.int32)
    return pushed(then.promise, before, graph.earliest(reality, needs, now.cancelled))


def _firsts(what: Any, reference: Any) -> Any:
    """The same promise seen from many months' ends is one case, from where it was first seen: which rows these are."""
    keys = what * 2**32 + reference + _SHIFT
    change = np.flatnonzero(np.diff(keys, prepend=-1))  # most repeat the one before
    return change[np.sort(np.unique(keys[change], return_index=True)[1])]


def _dates(standing: Standing) -> Days:
    return np.where(is_day(standing.actual), standing.actual, standing.promise).astype(np.int32)


def last_seen(book: Book, now: Standing) -> Days:
    """Until when one knows that a milestone had not come: today, or when it was given up or its project stopped."""
    rested = np.minimum(book.rested()[:, None], book.day)
    found: Days = np.where(now.cancelled, np.minimum(now.since, rested), rested).astype(np.int32)
    return found
