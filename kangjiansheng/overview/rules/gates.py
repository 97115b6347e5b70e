"""Which gates wait for a decision: those on which an item of a coming meeting, kind decide, votes."""

from collections.abc import Iterable
from dataclasses import dataclass

from kangjiansheng.projects.rules.days import Day

from .rows import OnAgenda, Waiting


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


def gates(day: Day, agenda: Iterable[OnAgenda], then: int) -> Gates:
    """Each open gate of a running project that an item decides waits for the soonest such meeting."""
    first: dict[int, OnAgenda] = {}
    for item in sorted(agenda, key=lambda item: (item.held_on, item.meeting)):
        first.setdefault(item.gate_id, item)
    waiting = []
    for key, item in first.items():
        at = day.find(key)
        if at is not None and day.gate[at] and day.runs[at]:
            shown = item if item.shown else None
            waiting.append(Waiting(key, day.code(day.project[at]), item.meeting, item.held_on, shown))
    return Gates(tuple(sorted(waiting, key=lambda w: (w.held_on, w.project_code, w.milestone_id))), then)


def gates_then(past: Day, agenda: Iterable[OnAgenda]) -> int:
    """How many gates waited on the day of comparison."""
    found = (past.find(key) for key in {item.gate_id for item in agenda})
    return sum(bool(past.gate[at] and past.runs[at]) for at in found if at is not None)
