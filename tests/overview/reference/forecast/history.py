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

from kangjiansheng.overview.rules.forecast.days import MISSING, Days, Flags, is_day
from kangjiansheng.overview.rules.forecast.graph import pushed

from .book import Book, Standing
from .graph import Graph

# How far ahead the promise lay, in days: up to three months (or passed), up to a year, further.
BANDS = (90, 365)
_UNBOUND = MISSING


@dataclass(frozen=True, slots=True)
class Cases:
    """What was observed, one row for each promise of a milestone in a band. Days are those after the pushed promise."""

    node: Any
    band: Any
    entry: Days  # later than this it had to be, for it to be seen at all
    late: Days  # how much later it came, or is so far
    came: Flags


def band_of(lead: Any) -> Any:
    """Into which band a promise falls that lies so many days ahead."""
    return np.searchsorted(np.array(BANDS), lead, "left")


def cases(book: Book, graph: Graph, days: Sequence[int]) -> Cases:
    """What the book, as it is closed, shows of the promises that stood at the ends of `days`."""
    then, now = book.at(days), book.at([book.day])
    needs = graph.needs(then.plan, then.actual, then.cancelled)
    before = graph.earliest(_dates(then), needs, then.cancelled)
    came = is_day(now.actual)
    so_far = np.maximum(np.where(is_day(now.promise), now.promise, MISSING), book.day)
    reality = np.where(came, now.actual, np.where(now.open, so_far, MISSING)).astype(np.int32)
    after = graph.earliest(reality, needs, now.cancelled)
    reference = pushed(then.promise, before, after)
    seen = np.array(days, dtype=np.int32)[None, :]
    late = np.where(came, now.actual, _last_seen(book, now)) - reference
    since = np.where(then.promise < seen, seen - reference, _UNBOUND)
    counts = then.open & book.running(days) & is_day(then.promise) & now.known
    # It has to have come, or to be watched, after the day from which one looks.
    counts &= (late + reference > seen) & (late > since)
    rows, columns = np.nonzero(counts)
    bands = band_of((then.promise - seen)[rows, columns])
    # The same promise seen from many months' ends is one case, from where it was first seen.
    what = np.stack([rows, bands, reference[rows, columns]])
    first = np.sort(np.unique(what, axis=1, return_index=True)[1])
    rows, columns, bands = rows[first], columns[first], bands[first]
    return Cases(
        node=rows,
        band=bands,
        entry=since[rows, columns].astype(np.int32),
        late=late[rows, columns].astype(np.int32),
        came=np.broadcast_to(came, counts.shape)[rows, columns],
    )


def _dates(standing: Standing) -> Days:
    return np.where(is_day(standing.actual), standing.actual, standing.promise).astype(np.int32)


def _last_seen(book: Book, now: Standing) -> Days:
    """Until when one knows that a milestone had not come: today, or when it was given up or its project stopped."""
    rested = np.minimum(book.rested()[:, None], book.day)
    found: Days = np.where(now.cancelled, np.minimum(now.since, rested), rested).astype(np.int32)
    return found
