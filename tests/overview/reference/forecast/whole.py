"""The forecast of a portfolio on a day, and how such forecasts did before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from kangjiansheng.core.calendar import shipped, working_days
from kangjiansheng.core.digests import sha256
from kangjiansheng.overview.rules.forecast.days import MISSING, Counting, Days
from kangjiansheng.overview.rules.periods import month_ends, quarter_end_before

from .book import Bond, Book, Line, Node, Run
from .chances import Chances
from .graph import Graph
from .history import cases
from .record import Record, Said, judge
from .runs import RUNS, SEED, Expected, play

METHOD = 1  # raise it when the same ledger gives other figures
HORIZON = 365
MONTHS = 60  # so far back goes the history
QUARTERS = 12  # so far back goes the record
_RECORD_RUNS = 400


@dataclass(frozen=True)
class Ledger:
    """All that one reader may see of plans up to a day: `bonds` gives what bound milestones at the end of any day."""

    day: date
    nodes: Sequence[Node]
    lines: Sequence[Line]
    runs: Sequence[Run]
    bonds: Callable[[int], Mapping[int, Bond]]
    working: Sequence[int] = field(default_factory=lambda: working_days(shipped()))

    @cached_property
    def book(self) -> Book:
        """The entries as arrays."""
        return Book(self.nodes, self.lines, self.runs, self.day.toordinal())

    @cached_property
    def counting(self) -> Counting:
        """Working days."""
        return Counting(self.working)

    def graph(self, day: int) -> Graph:
        """The dependencies at the end of a day."""
        return Graph(self.nodes, self.bonds(day), self.counting)

    def digest(self, seed: int, runs: int) -> str:
        """What a forecast was computed from: the same digest, the same figures."""
        told = [
            METHOD,
            self.day,
            seed,
            runs,
            self.nodes,
            self.runs,
            sorted(self.bonds(self.day.toordinal()).items()),
        ]
        return sha256(repr(told).encode() + self.book.digest)


@dataclass(frozen=True)
class Foresight:
    """A forecast: the open milestones of the year ahead by the day that is promised, and the history behind it."""

    day: date
    seed: int
    runs: int
    inputs: str
    expected: Sequence[Expected]
    chances: Chances

    @property
    def known(self) -> list[Expected]:
        """Those for which there is enough history."""
        return [one for one in self.expected if one.known]

    @property
    def hopeful(self) -> list[Expected]:
        """Those that will more likely than not come after the day that is promised."""
        return [one for one in self.known if one.p50 is not None and one.p50 > one.promise]


def foresee(ledger: Ledger, *, seed: int = SEED, runs: int = RUNS) -> Foresight:
    """The forecast of the day on which the ledger was closed."""
    book, graph = ledger.book, ledger.graph(ledger.day.toordinal())
    chances = learned(book, graph)
    expected = play(book, graph, chances, horizon=HORIZON, seed=seed, runs=runs)
    expected.sort(key=lambda one: (one.promise, one.node.id))
    return Foresight(ledger.day, seed, runs, ledger.digest(seed, runs), expected, chances)


def learned(book: Book, graph: Graph) -> Chances:
    """What the book tells about own delays, from the months' ends before its day."""
    day = date.fromordinal(book.day)
    ends = [end.toordinal() for end in month_ends(day, MONTHS + 1)[:-1]]
    return Chances(book.nodes, cases(book, graph, [end for end in ends if end >= book.first]))


def recorded(ledger: Ledger, *, seed: int = SEED) -> Record:
    """How the forecasts of the last quarters' ends did, ours and those of the owners."""
    said: list[Said] = []
    day = quarter_end_before(ledger.day)
    for _ in range(QUARTERS):
        if day.toordinal() < ledger.book.first:
            break
        said += _said_on(ledger, day.toordinal(), seed)
        day = quarter_end_before(day)
    return judge(said, ledger.book)


def _said_on(ledger: Ledger, day: int, seed: int) -> list[Said]:
    """The forecasts of a past day. What is said later does not change them: they are made once."""
    book, bonds = ledger.book.until(day), ledger.bonds(day)
    found = _made_on(ledger, book, bonds, seed)
    return [
        Said(day, ledger.nodes[n], by, at)
        for n, *days in found.tolist()
        for by, at in zip(("owner", "p50", "p80"), days, strict=True)
        if at != MISSING
    ]


def _made_on(ledger: Ledger, book: Book, bonds: Mapping[int, Bond], seed: int) -> Days:
    """A row for each milestone: its place, and the days that its owner, P50 and P80 said."""
    graph = Graph(ledger.nodes, bonds, ledger.counting)
    made = play(book, graph, learned(book, graph), horizon=HORIZON, seed=seed, runs=_RECORD_RUNS)
    rows = [
        (
            book.index[one.node.id],
            one.promise if one.promise >= book.day else MISSING,
            *(MISSING if at is None else at for at in (one.p50, one.p80)),
        )
        for one in made
    ]
    return np.array(rows, np.int32).reshape(-1, 4)
