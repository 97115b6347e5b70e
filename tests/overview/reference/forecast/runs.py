"""The open plans played through many times: on which day each milestone comes, and how sure that is.

In each run a milestone comes as much later than its predecessors of that run let it as one drawn from the history
came, and never before the day of the forecast. The numbers drawn depend on the seed and the milestone alone, so that
the same seed gives the same days whatever else the reader sees, and a plan that is tried otherwise meets the same luck.
They are spread evenly over each milestone's distribution (McKay, Beckman and Conover 1979).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from kangjiansheng.overview.rules.forecast.days import MISSING, NEVER, Days, Flags, is_day
from kangjiansheng.overview.rules.forecast.graph import pushed

from .book import Book, Node
from .chances import Chance, Chances
from .graph import Graph
from .history import band_of

SEED, RUNS = 1, 1000


@dataclass(frozen=True, slots=True)
class Expected:
    """What the runs say of an open milestone, in ordinals; None where the history does not reach so far.

    `promise` is the date that its people stand by, `kept` the share of runs that come by then. `chance` tells how many
    cases stand behind it; None when there are too few.
    """

    node: Node
    promise: int
    p20: int | None
    p50: int | None
    p80: int | None
    kept: float | None
    chance: Chance | None

    @property
    def known(self) -> bool:
        """True when there is enough history to say when it comes."""
        return self.p80 is not None


def play(
    book: Book,
    graph: Graph,
    chances: Chances,
    *,
    horizon: int,
    seed: int = SEED,
    runs: int = RUNS,
    moved: Mapping[int, int] | None = None,
    stopped: Collection[int] = (),
) -> list[Expected]:
    """The open milestones of running projects promised up to `horizon` days ahead, as the book has them at its end.

    `moved` are other promises by id, `stopped` the ids of projects that nobody works on any more.
    """
    now = book.at([book.day])
    promise = now.promise.copy()
    for key, day in (moved or {}).items():
        promise[graph.index[key]] = day
    works = book.running([book.day])
    works &= ~np.isin([node.project_id for node in book.nodes], list(stopped))[:, None]
    plays = now.open & works & is_day(promise)
    needs = graph.needs(now.plan, now.actual, now.cancelled)
    base = np.where(is_day(now.actual), now.actual, promise).astype(np.int32)
    before = graph.earliest(base, needs, now.cancelled)
    asked = plays[:, 0] & (promise[:, 0] <= book.day + horizon)
    drawn = _needed(graph, asked) & (plays | now.cancelled)[:, 0]
    bands = band_of(promise[:, 0] - book.day)
    dates = np.repeat(base, runs, axis=1)
    used: dict[int, Chance | None] = {}
    for level in (one.only(drawn) for one in graph.levels):
        begin = graph.begins(level, dates)
        after = graph.counting.after(begin, needs[level.steps], graph.in_work[level.steps])
        for row, n in enumerate(level.steps.tolist()):
            if now.cancelled[n, 0]:
                dates[n] = begin[row]
            else:
                reference = pushed(promise[n], before[n], after[row])
                used[n] = chances.of(book.nodes[n], int(bands[n]))
                dates[n] = _drawn(used[n], reference, book.day, luck(seed, book.nodes[n].id, runs))
    return [
        _expected(book.nodes[n], int(promise[n, 0]), dates[n], used[n]) for n in np.nonzero(asked)[0].tolist()
    ]


def _needed(graph: Graph, asked: Flags) -> Flags:
    """Those asked for and all that they wait for."""
    found = asked.copy()
    for level in reversed(graph.levels):
        found[level.before[np.repeat(found[level.steps], level.counts)]] = True
    return found


def _drawn(chance: Chance | None, reference: Days, day: int, shares: Any) -> Any:
    """The days on which one milestone comes: after its reference by what is drawn, and after the day of the book."""
    if chance is None:
        return np.full_like(reference, NEVER)
    late = chance.beyond(shares, day - reference)
    return np.where((late < NEVER) & is_day(reference), reference + late, NEVER)


@lru_cache(maxsize=4_000)
def luck(seed: int, milestone: int, runs: int) -> Any:
    """Numbers between 0 and 1 for each run: one in the middle of each of `runs` equal parts, in an order of chance."""
    order = np.random.Generator(np.random.PCG64([seed, milestone])).permutation(runs)
    found = ((order + 0.5) / runs).astype(np.float32)
    found.setflags(write=False)
    return found


def _expected(node: Node, promise: int, dates: Days, chance: Chance | None) -> Expected:
    ordered = np.sort(dates)
    p20, p50, p80 = (at_share(ordered, share) for share in (20, 50, 80))
    kept = None if p80 is None else float(np.mean(dates <= promise))
    return Expected(node, promise, p20, p50, p80, kept, chance)


def at_share(ordered: Days, percent: int) -> int | None:
    """The smallest day of an ordered row by which at least so many per cent have come; None beyond the history."""
    day = int(ordered[-(-percent * len(ordered) // 100) - 1])
    return day if MISSING < day < NEVER else None
