"""Ledgers of which the truth is known: plans whose milestones come late by draws from known distributions."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

import numpy as np

from kangjiansheng.core.calendar import shipped, working_days
from kangjiansheng.overview.rules.forecast.book import Book, Entries, Runs, Steps
from kangjiansheng.overview.rules.forecast.days import MISSING, NEVER, Counting
from kangjiansheng.overview.rules.forecast.graph import Bonds, Graph
from tests.overview.reference.forecast.book import Bond, Line, Node, Run

COUNTING = Counting(working_days(shipped()))
START = date(2018, 1, 1).toordinal()

# Code, gate, predecessors, days after the last of them: a plan with two branches that meet again.
STEPS = (
    ("T010", False, (), 0),
    ("T020", True, ("T010",), 120),
    ("T030", False, ("T010",), 90),
    ("T040", False, ("T020", "T030"), 60),
    ("T050", True, ("T040",), 100),
    ("T060", False, ("T040",), 80),
    ("T070", True, ("T050", "T060"), 150),
)


def book_of(nodes: Sequence[Node], lines: Sequence[Line], runs: Sequence[Run], day: int) -> Book:
    """A book of what is told one by one; nodes come project by project, lines in the order of the ledger."""
    rows = {node.id: n for n, node in enumerate(nodes)}
    told = sorted((rows[line.milestone_id], n) for n, line in enumerate(lines) if line.milestone_id in rows)
    said = [lines[n] for _row, n in told]

    def days(name: str) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([getattr(line, name) or MISSING for line in said], np.int32)

    steps = Steps(
        id=np.array([node.id for node in nodes], np.int64),
        project=np.array([node.project_id for node in nodes], np.int64),
        code=np.array([node.code for node in nodes], object),
        kind=np.array([kind_of(node.code) for node in nodes], np.int32),
        gate=np.array([node.gate for node in nodes], np.bool_),
    )
    entries = Entries(
        np.array([row for row, _n in told], np.int32), days("day"), days("plan"), days("promise"), days("actual"),
        np.array([line.state == "open" for line in said], np.bool_),
        np.array([line.state == "cancelled" for line in said], np.bool_),
    )  # fmt: skip
    columns = ([getattr(run, name) for run in runs] for name in ("project_id", "since", "until"))
    return Book(steps, entries, Runs(*(np.array(column, np.int64) for column in columns)), day)


def kind_of(code: str) -> int:
    """A number that the same code has everywhere."""
    return _KINDS.setdefault(code, len(_KINDS))


_KINDS: dict[str, int] = {}


def graph_of(nodes: Sequence[Node], bonds: Mapping[int, Bond]) -> Graph:
    """The dependencies of some milestones; who waits for what is not there waits for nothing."""
    rows = {node.id: n for n, node in enumerate(nodes)}
    found = [bonds.get(node.id, Bond()) for node in nodes]
    links = [
        (n, rows[before], lag, work)
        for n, bond in enumerate(found)
        for before, lag, work in bond.waits
        if before in rows
    ]
    after, before, lag, work = np.array(links, np.int64).reshape(-1, 4).T
    return Graph(
        Bonds(
            np.array([bond.duration for bond in found], np.int32),
            np.array([bond.in_work for bond in found], np.bool_),
            after, before, lag.astype(np.int32), work.astype(np.bool_),
        ),
        COUNTING,
    )  # fmt: skip


@dataclass
class Told:
    """Plans that are told one by one, some projects in each book."""

    nodes: Sequence[Node]
    lines: Sequence[Line]
    runs: Sequence[Run]
    bonds: Callable[[int], Mapping[int, Bond]]
    in_a_book: int = 50
    working: Sequence[int] = tuple(COUNTING.working.tolist())

    @property
    def projects(self) -> list[int]:
        """All of them."""
        return sorted({node.project_id for node in self.nodes})

    def begun(self, projects: Collection[int]) -> int:
        """The day of the first entry."""
        ids = {node.id for node in self.nodes if node.project_id in projects}
        return min((line.day for line in self.lines if line.milestone_id in ids), default=NEVER)

    def closed(self, projects: Collection[int], day: int) -> Iterator[tuple[Book, Graph]]:
        """Some projects as they were known at the end of a day."""
        keys, bonds = sorted(projects), self.bonds(day)
        book = {key: n // self.in_a_book for n, key in enumerate(keys)}
        nodes, lines, runs = ([[] for _ in keys] for _ in range(3))  # type: ignore[var-annotated]
        of = {node.id: book[node.project_id] for node in self.nodes if node.project_id in book}
        for node in sorted(self.nodes, key=lambda one: one.project_id):
            if node.id in of:
                nodes[of[node.id]].append(node)
        for line in self.lines:
            if line.milestone_id in of:
                lines[of[line.milestone_id]].append(line)
        for run in self.runs:
            if run.project_id in book:
                runs[book[run.project_id]].append(run)
        for some, said, worked in zip(nodes, lines, runs, strict=True):
            if some:
                yield book_of(some, said, worked, day), graph_of(some, bonds)


@dataclass
class World:
    """All that happened and will happen: nodes, the ledger in order, and when each milestone really comes."""

    nodes: list[Node] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    bonds: dict[int, Bond] = field(default_factory=dict)
    truth: dict[int, int] = field(default_factory=dict)

    def book(self, day: int) -> Book:
        """What is known of it at the end of a day."""
        return book_of(self.nodes, self.lines, self.runs, day)

    @property
    def graph(self) -> Graph:
        """Its dependencies."""
        return graph_of(self.nodes, self.bonds)


def lateness(luck: Random, gate: bool) -> int:
    """The truth: gates come late by more; some come early."""
    if gate:
        return round(luck.lognormvariate(3.2, 0.9)) - 10
    return round(luck.gauss(6, 14))


def world(seed: int, plans: int, *, late=lateness, every: int = 23) -> World:  # type: ignore[no-untyped-def]
    """`plans` plans, each begun `every` days after the one before."""
    luck, made = Random(seed), World()
    for plan in range(plans):
        _plan(made, luck, plan, START + plan * every, late)
    made.lines.sort(key=lambda line: line.day)
    return made


def _plan(made: World, luck: Random, plan: int, start: int, late) -> None:  # type: ignore[no-untyped-def]
    """Play one plan. Who comes late pushes those that wait for it, near and far, on the day on which it comes; nobody
    is pulled earlier. Each comes as much later than its pushed promise as the truth draws."""
    key = {code: plan * 100 + n for n, (code, *_rest) in enumerate(STEPS)}
    waits = {code: before for code, _gate, before, _gap in STEPS}
    planned: dict[str, int] = {}
    for code, _gate, before, gap in STEPS:
        planned[code] = max((planned[b] for b in before), default=start + 30) + gap
    need = {
        c: planned[c] - max((planned[b] for b in before), default=planned[c]) for c, before in waits.items()
    }
    own = {code: late(luck, gate) for code, gate, _before, _gap in STEPS}
    said = dict(planned)
    came: dict[str, int] = {}
    made.runs.append(Run(plan, start, NEVER))
    for code, gate, before, _gap in STEPS:
        made.nodes.append(Node(key[code], plan, code, gate))
        made.bonds[key[code]] = Bond(tuple((key[b], 0, False) for b in before))
        made.lines.append(Line(key[code], start, planned[code], planned[code], 0, "open"))
    while len(came) < len(STEPS):
        ready = [c for c in planned if c not in came and all(b in came for b in waits[c])]
        last = {c: max((came[b] for b in waits[c]), default=start) for c in ready}
        code = min(ready, key=lambda c: (max(said[c] + own[c], last[c] + 1), c))
        day = came[code] = max(said[code] + own[code], last[code] + 1)
        made.truth[key[code]] = day
        made.lines.append(Line(key[code], day, planned[code], said[code], day, "done"))
        for other, _gate, before, _gap in STEPS:
            left = max((came.get(b, said[b]) for b in before), default=0) + need[other]
            if other not in came and code in _ahead(other, waits) and left > said[other]:
                said[other] = left
                made.lines.append(Line(key[other], day, planned[other], left, 0, "open"))


def _ahead(code: str, waits: dict[str, tuple[str, ...]]) -> set[str]:
    found = set(waits[code])
    for before in waits[code]:
        found |= _ahead(before, waits)
    return found
