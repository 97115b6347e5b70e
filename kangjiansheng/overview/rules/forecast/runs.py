"""The open plans played through many times: on which day each milestone comes, and how sure that is.

In each run a milestone comes as much later than its predecessors of that run let it as one drawn from the history
came, and never before the day of the forecast. The numbers drawn depend on the seed and the milestone alone, so that
the same seed gives the same days whatever else the reader sees, and a plan that is tried otherwise meets the same luck.
They are spread evenly over each milestone's distribution (McKay, Beckman and Conover 1979): of a milestone that waits
for nothing all runs together say the same whatever their order, and it need not be drawn.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any

import numpy as np

from .book import Book
from .chances import EXACT, Chance, Chances
from .days import MISSING, NEVER, Days, Flags, is_day
from .graph import Graph, pushed
from .history import band_of

SEED, RUNS = 1, 1000
_SHARES = (20, 50, 80)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the runs say of an open milestone, in ordinals; None where the history does not reach so far.

    `promise` is the date that its people stand by, `kept` the share of runs that come by then. `count` tells how many
    cases stand behind it; None when there are too few.
    """

    id: int
    promise: int
    p20: int | None
    p50: int | None
    p80: int | None
    kept: float | None
    count: int | None

    @property
    def known(self) -> bool:
        """True when there is enough history to say when it comes."""
        return self.p80 is not None


@dataclass(frozen=True, eq=False)
class Outlook(Sequence[Expected]):
    """The same of many milestones as columns; MISSING for what is not known, −1 for no count."""

    id: Any
    project: Any
    promise: Days
    p20: Days
    p50: Days
    p80: Days
    kept: Any
    count: Any

    @staticmethod
    def joined(parts: "Sequence[Outlook]") -> "Outlook":
        """All of them, by promise and key."""
        names = [one.name for one in fields(Outlook)]
        found = Outlook(
            *(np.concatenate([_NOTHING[name], *(getattr(p, name) for p in parts)]) for name in names)
        )
        return found.at(np.lexsort((found.id, found.promise)))

    def at(self, places: Any) -> "Outlook":
        """Some of them, by their places or by flags."""
        return Outlook(*(getattr(self, one.name)[places] for one in fields(Outlook)))

    @property
    def known(self) -> Flags:
        """For which there is enough history."""
        found: Flags = self.p80 != MISSING
        return found

    @property
    def hopeful(self) -> Flags:
        """Which will more likely than not come after the day that is promised."""
        found: Flags = self.known & (self.p50 != MISSING) & (self.p50 > self.promise)
        return found

    def __len__(self) -> int:
        return len(self.id)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return list(self.at(at))
        return next(iter(self.at([at])))

    def __iter__(self) -> Iterator[Expected]:
        columns = (self.id, self.promise, self.p20, self.p50, self.p80, self.kept, self.count)
        for key, promise, p20, p50, p80, kept, count in zip(*(c.tolist() for c in columns), strict=True):
            known = kept if p80 != MISSING else None
            p20, p50, p80 = (None if day == MISSING else day for day in (p20, p50, p80))
            yield Expected(key, promise, p20, p50, p80, known, None if count < 0 else count)


_NOTHING: Mapping[str, Any] = {
    "id": np.empty(0, np.int64),
    "project": np.empty(0, np.int64),
    **{name: np.empty(0, np.int32) for name in ("promise", "p20", "p50", "p80", "count")},
    "kept": np.empty(0, np.float64),
}


@dataclass(frozen=True, eq=False)
class Asked:
    """Open milestones of running projects, promised within the horizon of a forecast."""

    id: Any
    project: Any
    kind: Any
    gate: Flags
    promise: Days


def asked_of(book: Book, horizon: int) -> tuple[Asked, Flags]:
    """Those of a book, and which of its rows they are."""
    promise, plays = _played(book)
    return _asked(book, promise, plays, horizon)


def _played(
    book: Book, moved: Mapping[int, int] | None = None, stopped: Collection[int] = ()
) -> tuple[Days, Flags]:
    """What is promised, and which steps are open in running projects."""
    now, steps = book.at([book.day]), book.steps
    promise = now.promise[:, 0].copy()
    for key, day in (moved or {}).items():
        promise[steps.id == key] = day
    works = book.running([book.day])[:, 0] & ~np.isin(steps.project, list(stopped))
    return promise, now.open[:, 0] & works & is_day(promise)


def _asked(book: Book, promise: Days, plays: Flags, horizon: int) -> tuple[Asked, Flags]:
    steps, which = book.steps, plays & (promise <= book.day + horizon)
    return (
        Asked(steps.id[which], steps.project[which], steps.kind[which], steps.gate[which], promise[which]),
        which,
    )


def spread(asked: Asked, chances: Chances, day: int, runs: int = RUNS) -> Outlook:
    """What `play` says of milestones that wait for nothing, without playing."""
    found = {name: np.full(len(asked.id), MISSING, np.int32) for name in ("p20", "p50", "p80")}
    kept, count = np.zeros(len(asked.id)), np.full(len(asked.id), -1, np.int32)
    kinds = _kinds(band_of(asked.promise - day), asked.gate, asked.kind)
    for rows in _alike(kinds, np.arange(len(asked.id))):
        chance = _chance(chances, kinds[:, rows[0]])
        if chance is not None:
            promise = asked.promise[rows]
            days, kept[rows] = _all_runs(chance, promise, day, runs)
            found["p20"][rows], found["p50"][rows], found["p80"][rows] = days.T
            count[rows] = chance.count
    return Outlook(asked.id, asked.project, asked.promise, **found, kept=kept, count=count)


def _all_runs(chance: Chance, promise: Days, day: int, runs: int) -> tuple[Days, Any]:
    """P20, P50 and P80 of milestones of one kind, and the share of the runs that keep the promise."""
    numbers = _numbers(runs).astype(np.float64)
    at = [-(-percent * runs // 100) - 1 for percent in _SHARES]
    gone = (day - promise)[:, None]
    late = chance.beyond(numbers[at][None, :], gone)
    days = np.where(late < NEVER, promise[:, None] + late, MISSING).astype(np.int32)
    # By when a run keeps its promise is the last value that is not after it: how many numbers lie up to there.
    past = chance.share(day - promise)
    last = np.searchsorted(chance.values, 0, "right")
    reached = chance.reached[last - 1] if last else -1.0
    low, high = np.zeros(len(promise), np.int64), np.full(len(promise), runs)
    while (low < high).any():
        middle = (low + high) // 2
        below = past + numbers[np.minimum(middle, runs - 1)] * (1.0 - past) - EXACT <= reached
        low, high = np.where(below & (low < high), middle + 1, low), np.where(below, high, middle)
    keeps = np.where((promise > day) & (1.0 - past > EXACT), low, 0)
    return days, keeps / runs


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
) -> Outlook:
    """The open milestones of running projects promised up to `horizon` days ahead, as the book has them at its end.

    `moved` are other promises by id, `stopped` the ids of projects that nobody works on any more.
    """
    now, steps = book.at([book.day]), book.steps
    promises, plays = _played(book, moved, stopped)
    asked, which = _asked(book, promises, plays, horizon)
    free = spread(asked, chances, book.day, runs)
    linked = graph.linked[which]
    if not linked.any():
        return Outlook.joined([free])
    promise = promises[:, None]
    base = np.where(is_day(now.actual), now.actual, promise).astype(np.int32)
    needs = graph.needs(now.plan, now.actual, now.cancelled)
    before = graph.earliest(base, needs, now.cancelled)
    drawn = _needed(graph, which & graph.linked) & (plays | now.cancelled[:, 0])
    kinds = _kinds(band_of(promises - book.day), steps.gate, steps.kind)
    dates = np.repeat(base, runs, axis=1)
    counts = np.full(len(promises), -1, np.int32)
    for level in (one.only(drawn) for one in graph.levels):
        begin = graph.begins(level, dates)
        gone = now.cancelled[level.steps, 0]
        dates[level.steps[gone]] = begin[gone]
        after = graph.counting.after(begin, needs[level.steps], graph.in_work[level.steps])
        for rows in _alike(kinds[:, level.steps], np.flatnonzero(~gone)):
            of = level.steps[rows]
            reference = pushed(promise[of], before[of], after[rows])
            chance = _chance(chances, kinds[:, of[0]])
            counts[of] = -1 if chance is None else chance.count
            dates[of] = _drawn(chance, reference, book.day, seed, steps.id[of])
    rows = np.flatnonzero(which & graph.linked)
    return Outlook.joined(
        [
            free.at(~linked),
            _told(steps.id[rows], steps.project[rows], promises[rows], dates[rows], counts[rows]),
        ]
    )


def _needed(graph: Graph, asked: Flags) -> Flags:
    """Those asked for and all that they wait for."""
    found = asked.copy()
    for level in reversed(graph.levels):
        found[level.before[np.repeat(found[level.steps], level.counts)]] = True
    return found


def _kinds(bands: Any, gate: Flags, kind: Any) -> Any:
    """What the distribution of each milestone hangs on, one under another."""
    return np.stack([bands, gate, kind])


def _alike(kinds: Any, rows: Any) -> list[Any]:
    """Those of some rows that have the same distribution together."""
    if not len(rows):
        return []
    order = rows[np.lexsort(kinds[::-1, rows])]
    changes = (kinds[:, order[1:]] != kinds[:, order[:-1]]).any(axis=0)
    return np.split(order, np.flatnonzero(changes) + 1)


def _chance(chances: Chances, kind: Any) -> Chance | None:
    band, gate, code = kind.tolist()
    return chances.of(band, bool(gate), code)


def _drawn(chance: Chance | None, reference: Days, day: int, seed: int, ids: Any) -> Any:
    """The days on which milestones of a kind come: after their references by what is drawn, and after the day of the
    book."""
    if chance is None:
        return np.full_like(reference, NEVER)
    shares = np.stack([luck(seed, key, reference.shape[1]) for key in ids.tolist()])
    late = chance.beyond(shares, day - reference)
    return np.where((late < NEVER) & is_day(reference), reference + late, NEVER)


def luck(seed: int, milestone: int, runs: int) -> Any:
    """Numbers between 0 and 1 for each run: one in the middle of each of `runs` equal parts, in an order of chance."""
    return _numbers(runs)[_order(seed, milestone, runs)]


@lru_cache(maxsize=4_000)
def _order(seed: int, milestone: int, runs: int) -> Any:
    order = np.random.Generator(np.random.PCG64([seed, milestone])).permutation(runs)
    return order.astype(np.uint16 if runs < 2**16 else np.int64)


@cache
def _numbers(runs: int) -> Any:
    return ((np.arange(runs) + 0.5) / runs).astype(np.float32)


def _told(ids: Any, projects: Any, promise: Days, dates: Days, counts: Any) -> Outlook:
    ordered = np.sort(dates, axis=1)
    p20, p50, p80 = (at_share(ordered, share) for share in _SHARES)
    kept = np.mean(dates <= promise[:, None], axis=1)
    return Outlook(ids, projects, promise, p20, p50, p80, kept, counts)


def at_share(ordered: Days, percent: int) -> Days:
    """Of each ordered row the smallest day by which at least so many per cent have come; MISSING beyond the history."""
    day = ordered[:, -(-percent * ordered.shape[1] // 100) - 1]
    return np.where((day > MISSING) & (day < NEVER), day, MISSING).astype(np.int32)
