"""What needs somebody, ordered by consequence, with reasons as codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .rows import Milestone, Project, Risk, Waiting, is_open, is_running, promised

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


@dataclass(frozen=True, slots=True)
class Threat:
    """One project's most telling risk or issue, rated high or not reviewed in time.

    `days` are those since the review was due, None when it is not. `after` is how many open milestones come later
    than the first one that it threatens. `also` counts the project's other risks that need somebody.
    """

    project: Project
    risk: Risk
    days: int | None
    after: int
    also: int
    status: str = "risk"


def attention(
    projects: Sequence[Project],
    waiting: Sequence[Waiting],
    day: date,
    since: Mapping[int, date] | None = None,
    risks: Mapping[int, Sequence[Risk]] | None = None,
) -> list[Matter | Threat]:
    """The matters; pages show the first ones and keep the others folded.

    First what is overdue without a new date, for there nobody knows; then gates by the day of their meeting;
    then by consequence: days of slip times the milestones that hang on it, itself included. A risk that needs
    somebody (`risks` by project) stands among these: each point of its rating counts as a day.
    """
    by_milestone = {item.milestone_id: item for item in waiting}
    found: list[Matter | Threat] = []
    for project in projects:
        if is_running(project):
            matter = _matter(project, by_milestone, day, since or {})
            threat = _threat(project, (risks or {}).get(project.id, ()), day)
            found += [one for one in (matter, threat) if one is not None]
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


def _threat(project: Project, risks: Sequence[Risk], day: date) -> Threat | None:
    if not risks:
        return None
    worst = min(risks, key=lambda risk: (-risk.score * (_after(project, risk) + 1), risk.number))
    review = worst.review_on
    return Threat(
        project=project,
        risk=worst,
        days=(day - review).days if review and review < day else None,
        after=_after(project, worst),
        also=len(risks) - 1,
    )


def _after(project: Project, risk: Risk) -> int:
    opened = [m.position for m in project.milestones if is_open(m)]
    threatened = [m.position for m in project.milestones if is_open(m) and m.code in risk.milestones]
    return sum(position > min(threatened) for position in opened) if threatened else 0


def _days(milestone: Milestone, waiting: Waiting | None, day: date) -> int:
    date_ = promised(milestone)
    if milestone.status == "late" and date_:
        return (day - date_).days
    if waiting:
        return (waiting.held_on - day).days
    return milestone.slip or 0


def _order(matter: Matter | Threat) -> tuple[int, int, str]:
    if isinstance(matter, Threat):
        return 2, -matter.risk.score * (matter.after + 1), matter.project.code
    rank = _CLASS[matter.status]
    weight = matter.days if matter.status == "gate" else -matter.days * (matter.after + 1)
    return (min(rank, 2), weight, matter.project.code)
