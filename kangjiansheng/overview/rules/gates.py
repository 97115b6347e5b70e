"""Which gates wait for a decision: those that an item of a coming meeting, kind decide, names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kangjiansheng.core.text import fold

from .rows import OnAgenda, Past, Project, Ref, Waiting, open_ones


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


def names(titles: Iterable[str], gate: Ref) -> bool:
    """True when an item's title holds the gate's code or its name, in whatever script.

    An item about a project is not yet one about its gate: 首例准备 decides nothing on the permission before it.
    """
    said = [fold(title) for title in titles if title]
    code = re.compile(rf"(?<![0-9a-z-]){re.escape(fold(gate.code))}(?![0-9a-z-])")
    called = [fold(name) for name in (gate.name_hans, gate.name_hant, gate.name_en) if name]
    return any(code.search(title) or any(name in title for name in called) for title in said)


def gates(projects: Sequence[Project], agenda: Iterable[OnAgenda], then: int) -> Gates:
    """Each open gate of a running project that an item names waits for the soonest such meeting."""
    about: dict[int, list[OnAgenda]] = {}
    for item in sorted(agenda, key=lambda item: (item.held_on, item.meeting)):
        about.setdefault(item.project_id, []).append(item)
    waiting = []
    for project, gate in open_ones(projects):
        items = [one for one in about.get(project.id, ()) if gate.gate and names(one.titles, gate)]
        if items:
            shown = items[0] if items[0].shown else None
            waiting.append(Waiting(gate.id, project.code, items[0].meeting, items[0].held_on, shown))
    return Gates(tuple(sorted(waiting, key=lambda w: (w.held_on, w.project_code, w.milestone_id))), then)


def gates_then(past: Mapping[int, Past], agenda: Sequence[OnAgenda]) -> int:
    """How many gates waited on the day of comparison."""
    return sum(
        p.gate
        and p.running
        and p.is_open
        and any(item.project_id == p.project_id and names(item.titles, p) for item in agenda)
        for p in past.values()
    )
