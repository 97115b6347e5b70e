"""Which group each project counts in, and what slips most."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from kangjiansheng.overview.rules.answer import GROUPS, Answer, Cause
from kangjiansheng.overview.rules.figures import OnTime
from kangjiansheng.overview.rules.gates import Gates
from kangjiansheng.overview.rules.rows import ENDED, PAUSED, Project
from tests.overview.reference.rows import open_ones

_OF_STATUS = {
    "ontrack": "ontrack",
    "risk": "risk",
    "slip": "off",
    "late": "off",
    "gate": "gate",
    "idle": "idle",
}


def answer(projects: Sequence[Project], on_time: OnTime, gates: Gates, since: Mapping[int, date]) -> Answer:
    """Count the projects and find what slips most."""
    counted = Counter(_group(project) for project in projects)
    return Answer(
        total=len(projects),
        groups=tuple((group, counted[group]) for group in GROUPS if counted[group]),
        on_time=on_time,
        cause=_cause(projects, since),
        gates=gates,
    )


def _group(project: Project) -> str:
    if project.claimed in ENDED:
        return "ended"
    if project.claimed == PAUSED:
        return "paused"
    return _OF_STATUS.get(project.status, "ended" if project.status == "done" else "idle")


def _cause(projects: Sequence[Project], since: Mapping[int, date]) -> Cause | None:
    """The largest slip of an open milestone in a running project; of equals the earliest in its plan."""
    late = [
        Cause(p, m, m.slip, since[m.id]) for p, m in open_ones(projects) if m.slip is not None and m.slip > 0
    ]
    return min(late, key=lambda one: (-one.days, one.project.code, one.milestone.position), default=None)
