"""How many decisions at each gate let a project go on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .rows import Milestone, Project

ENOUGH = 3  # decisions, below which nothing is concluded of one gate


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided at a gate: go, conditional, stop."""

    milestone_id: int
    word: str
    decided_on: date
    body: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its gate and project."""

    project: Project
    milestone: Milestone
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Gate:
    """The decisions at the gates of one code, newest first."""

    code: str
    decisions: tuple[Decision, ...]

    def count(self, word: str) -> int:
        """How many of one verdict."""
        return sum(one.verdict.word == word for one in self.decisions)

    @property
    def milestone(self) -> Milestone:
        """The gate by the name that it has where it was decided last."""
        return self.decisions[0].milestone


@dataclass(frozen=True, slots=True)
class Yields:
    """Gates in the order of their codes; `unrecorded` were reached without a decision on record."""

    gates: tuple[Gate, ...]
    unrecorded: int

    @property
    def total(self) -> int:
        """All decisions."""
        return sum(len(gate.decisions) for gate in self.gates)

    def count(self, word: str) -> int:
        """How many of one verdict at all gates."""
        return sum(gate.count(word) for gate in self.gates)

    @property
    def narrowest(self) -> Gate | None:
        """The gate with the smallest share of go; None while too few were decided anywhere, or all went through."""
        known = [g for g in self.gates if len(g.decisions) >= ENOUGH and g.count("go") < len(g.decisions)]
        return min(known, key=lambda g: (g.count("go") / len(g.decisions), g.code), default=None)


def yields(projects: Sequence[Project], verdicts: Iterable[Verdict]) -> Yields:
    """Decisions at the gates of these projects; what was decided twice counts twice."""
    gates = {m.id: (p, m) for p in projects for m in p.milestones if m.gate}
    decided: dict[str, list[Decision]] = defaultdict(list)
    seen = set()
    for verdict in sorted(verdicts, key=lambda one: one.decided_on, reverse=True):
        if verdict.milestone_id in gates:
            project, milestone = gates[verdict.milestone_id]
            decided[milestone.code].append(Decision(project, milestone, verdict))
            seen.add(milestone.id)
    unrecorded = sum(m.actual is not None and m.id not in seen for _p, m in gates.values())
    return Yields(tuple(Gate(code, tuple(decided[code])) for code in sorted(decided)), unrecorded)
