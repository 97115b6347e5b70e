"""Which gates wait for a decision."""

from collections.abc import Iterable, Sequence

from kangjiansheng.overview.rules.rows import OnAgenda, Project, Waiting
from tests.overview.reference.rows import open_ones


def waiting(projects: Sequence[Project], agenda: Iterable[OnAgenda]) -> tuple[Waiting, ...]:
    """Each open gate of a running project that an item decides waits for the soonest such meeting."""
    first: dict[int, OnAgenda] = {}
    for item in sorted(agenda, key=lambda item: (item.held_on, item.meeting)):
        first.setdefault(item.gate_id, item)
    found = []
    for project, gate in open_ones(projects):
        item = first.get(gate.id)
        if gate.gate and item:
            shown = item if item.shown else None
            found.append(Waiting(gate.id, project.code, item.meeting, item.held_on, shown))
    return tuple(sorted(found, key=lambda w: (w.held_on, w.project_code, w.milestone_id)))
