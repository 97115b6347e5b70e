"""What needs somebody, ordered by consequence, with reasons as codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .rows import Milestone, Project, Waiting, is_open, is_running, promised

AT_MOST = 7
_CLASS = {"late": 0, "gate": 1, "slip": 2, "risk": 3}


@dataclass(frozen=True, slots=True)
class Matter:
    """One project's most telling milestone.

    `days` is what its status counts: overdue days, days until the meeting, or slip. `after` is how many of
    the project's milestones come later and are open. `also` counts the project's other milestones off plan.
    `since` is the day on which it fell behind its baseline and has been so ever since.
    """

    project: Project
    milestone: Milestone
    status: str
    days: int
    after: int
    also: int
    waiting: Waiting | None = None
    since: date | None = None


def attention(
    projects: Sequence[Project],
    waiting: Sequence[Waiting],
    day: date,
    since: Mapping[int, date] | None = None,
) -> list[Matter]:
    """The matters; pages show the first ones and keep the others folded.

    First what is overdue without a new date, for there nobody knows; then gates by the day of their meeting;
    then by consequence: days of slip times the milestones that hang on it, itself included.
    """
    by_milestone = {item.milestone_id: item for item in waiting}
    found = [
        matter
        for project in projects
        if is_running(project) and (matter := _matter(project, by_milestone, day, since or {}))
    ]
    return sorted(found, key=_order)


def _matter(
    project: Project, waiting: Mapping[int, Waiting], day: date, since: Mapping[int, date]
) -> Matter | None:
    off = [m for m in project.milestones if is_open(m) and m.status in _CLASS]
    if not off:
        return None
    worst = min(off, key=lambda m: (_CLASS[m.status], -(m.slip or 0), m.position))
    return Matter(
        project=project,
        milestone=worst,
        status=worst.status,
        days=_days(worst, waiting.get(worst.id), day),
        after=sum(is_open(m) and m.position > worst.position for m in project.milestones),
        also=len(off) - 1,
        waiting=waiting.get(worst.id),
        since=since.get(worst.id),
    )


def _days(milestone: Milestone, waiting: Waiting | None, day: date) -> int:
    date_ = promised(milestone)
    if milestone.status == "late" and date_:
        return (day - date_).days
    if waiting:
        return (waiting.held_on - day).days
    return milestone.slip or 0


def _order(matter: Matter) -> tuple[int, int, str]:
    rank = _CLASS[matter.status]
    weight = matter.days if matter.status == "gate" else -matter.days * (matter.after + 1)
    return (min(rank, 2), weight, matter.project.code)
