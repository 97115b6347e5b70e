"""The answer first: what the one sentence at the top says, as facts. The words are the page's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .figures import OnTime
from .gates import Gates
from .rows import ENDED, PAUSED, Milestone, Project, open_ones

# Groups of the sentence in the order in which they are told; each project is in exactly one.
GROUPS = ("ontrack", "risk", "off", "gate", "paused", "ended", "idle")
_OF_STATUS = {
    "ontrack": "ontrack",
    "risk": "risk",
    "slip": "off",
    "late": "off",
    "gate": "gate",
    "idle": "idle",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """The open milestone with the largest slip."""

    project: Project
    milestone: Milestone
    days: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`groups` are (group, number) without those that are empty; their sum is `total`."""

    total: int
    groups: tuple[tuple[str, int], ...]
    on_time: OnTime
    cause: Cause | None
    gates: Gates


def group_of(project: Project) -> str:
    """The group of the sentence that a project counts in."""
    if project.claimed in ENDED:
        return "ended"
    if project.claimed == PAUSED:
        return "paused"
    return _OF_STATUS.get(project.status, "ended" if project.status == "done" else "idle")


def answer(projects: Sequence[Project], on_time: OnTime, gates: Gates) -> Answer:
    """Count the projects and find what slips most. Nothing is said of which nothing is known."""
    counted = Counter(group_of(project) for project in projects)
    return Answer(
        total=len(projects),
        groups=tuple((group, counted[group]) for group in GROUPS if counted[group]),
        on_time=on_time,
        cause=cause(projects),
        gates=gates,
    )


def cause(projects: Sequence[Project]) -> Cause | None:
    """The largest slip of an open milestone in a running project; of equals the earliest in its plan."""
    late = [(p, m, m.slip) for p, m in open_ones(projects) if m.slip is not None and m.slip > 0]
    if not late:
        return None
    project, milestone, days = min(late, key=lambda row: (-row[2], row[0].code, row[1].position))
    return Cause(project, milestone, days)
