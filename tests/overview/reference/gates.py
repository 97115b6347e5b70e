"""Which gates wait for a decision: those on which an item of a coming meeting, kind decide, votes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .rows import OnAgenda, Past, Project, Waiting, open_ones


@dataclass(frozen=True, slots=True)
class Gates:
    """Gates that wait for a decision, the soonest meeting first."""

    waiting: tuple[Waiting, ...]
    then: int

    @property
    def now(self) -> int:
        """How many wait."""
        return len(self.waiting)

    @property
    def soonest(self) -> Waiting | None:
        """The one that is decided first."""
        return self.waiting[0] if self.waiting else None


def gates(projects: Sequence[Project], agenda: Iterable[OnAgenda], then: int) -> Gates:
    """Each open gate of a running project that an item decides waits for the soonest such meeting."""
    first: dict[int, OnAgenda] = {}
    for item in sorted(agenda, key=lambda item: (item.held_on, item.meeting)):
        first.setdefault(item.gate_id, item)
    waiting = []
    for project, gate in open_ones(projects):
        next_one = first.get(gate.id)
        if gate.gate and next_one:
            shown = next_one if next_one.shown else None
            waiting.append(Waiting(gate.id, project.code, next_one.meeting, next_one.held_on, shown))
    return Gates(tuple(sorted(waiting, key=lambda w: (w.held_on, w.project_code, w.milestone_id))), then)


def gates_then(past: Mapping[int, Past], agenda: Sequence[OnAgenda]) -> int:
    """How many gates waited on the day of comparison."""
    named = {item.gate_id for item in agenda}
    return sum(p.gate and p.running and p.is_open and p.id in named for p in past.values())
