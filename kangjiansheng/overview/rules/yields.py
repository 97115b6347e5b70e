"""How many decisions at each gate let a project go on."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE

ENOUGH = 3  # decisions, below which nothing is concluded of one gate


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided at a gate: go, conditional, stop. `name_*` is that of the gate."""

    milestone_id: int
    word: str
    decided_on: date
    body: str = ""
    name_hans: str = ""
    name_hant: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the codes of its project and its gate."""

    project: str
    gate: str
    verdict: Verdict

    @property
    def path(self) -> str:
        """The path of the gate's page."""
        return f"/projects/{self.project}/milestones/{self.gate}"


@dataclass(frozen=True, slots=True)
class Gate:
    """The decisions at the gates of one code, newest first."""

    code: str
    decisions: tuple[Decision, ...]

    def count(self, word: str) -> int:
        """How many of one verdict."""
        return sum(one.verdict.word == word for one in self.decisions)

    @property
    def last(self) -> Verdict:
        """The newest one; the gate is called as it is where that was."""
        return self.decisions[0].verdict


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


def yields(day: Day, verdicts: Iterable[Verdict]) -> Yields:
    """Decisions at the gates of these projects; what was decided twice counts twice."""
    decided: dict[str, list[Decision]] = defaultdict(list)
    unrecorded = day.gate & (day.actual != NONE)
    for verdict in sorted(verdicts, key=lambda one: one.decided_on, reverse=True):
        at = day.find(verdict.milestone_id)
        if at is not None and day.gate[at]:
            code = str(day.codes[at])
            decided[code].append(Decision(day.code(day.project[at]), code, verdict))
            unrecorded[at] = False
    gates = tuple(Gate(code, tuple(decided[code])) for code in sorted(decided))
    return Yields(gates, int(unrecorded.sum()))
