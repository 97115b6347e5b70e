"""Ledgers of which the truth is known: plans whose milestones come late by draws from known distributions."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from kangjiansheng.core.calendar import shipped, working_days
from kangjiansheng.overview.rules.forecast.book import Bond, Book, Line, Node, Run
from kangjiansheng.overview.rules.forecast.days import NEVER, Counting
from kangjiansheng.overview.rules.forecast.graph import Graph

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
        return Book(self.nodes, self.lines, self.runs, day)

    @property
    def graph(self) -> Graph:
        """Its dependencies."""
        return Graph(self.nodes, self.bonds, COUNTING)


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
