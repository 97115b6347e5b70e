"""The answer first: what the one sentence at the top says, as facts. The words are the page's."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from kangjiansheng.projects.rules.days import Day, once

from .figures import OnTime
from .gates import Gates
from .rows import ENDED, PAUSED, Milestone, Naming, Project
from .slips import behind_since, largest

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
    """The open milestone with the largest slip, and since when it has been behind its baseline without a break."""

    project: Project
    milestone: Milestone
    days: int
    since: date


@dataclass(frozen=True, slots=True)
class Answer:
    """`groups` are (group, number) without those that are empty; their sum is `total`."""

    total: int
    groups: tuple[tuple[str, int], ...]
    on_time: OnTime
    cause: Cause | None
    gates: Gates


def answer(day: Day, on_time: OnTime, gates: Gates, naming: Naming) -> Answer:
    """Count the projects and find what slips most. Nothing is said of which nothing is known."""
    return Answer(
        total=len(day.there),
        groups=_groups(day),
        on_time=on_time,
        cause=cause(day, naming),
        gates=gates,
    )


@once
def _groups(day: Day) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for kind, number in Counter((day.claimed[at], day.statuses[at]) for at in day.there).items():
        counted[_group(*kind)] += number
    return tuple((group, counted[group]) for group in GROUPS if counted[group])


def _group(claimed: str, status: str) -> str:
    """The group of the sentence that a project counts in."""
    if claimed in ENDED:
        return "ended"
    if claimed == PAUSED:
        return "paused"
    return _OF_STATUS.get(status, "ended" if status == "done" else "idle")


def cause(day: Day, naming: Naming) -> Cause | None:
    """The largest slip of an open milestone in a running project; of equals the earliest in its plan."""
    for at in largest(day, 1):
        if begin := behind_since(day, at):
            return Cause(naming.project(day.project[at]), naming.milestone(at), int(day.slip[at]), begin)
    return None
