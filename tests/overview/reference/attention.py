"""What needs somebody, ordered by consequence, with reasons as codes."""

from collections.abc import Mapping, Sequence
from datetime import date

from kangjiansheng.overview.rules.attention import Attention, Matter, Threat
from kangjiansheng.overview.rules.rows import Milestone, Project, Risk, Waiting, is_open, is_running
from tests.overview.reference.rows import promised

_CLASS = {"late": 0, "gate": 1, "slip": 2, "risk": 3}


def attention(
    projects: Sequence[Project],
    waiting: Sequence[Waiting],
    day: date,
    since: Mapping[int, date],
    risks: Mapping[int, Sequence[Risk]],
) -> Attention:
    """First what is overdue without a new date, for there nobody knows; then gates by the day of their meeting;
    then by consequence: days of slip times the milestones that hang on it, itself included. A risk that needs
    somebody (`risks` by project) stands among these: each point of its rating counts as a day.
    """
    by_milestone = {item.milestone_id: item for item in waiting}
    found: list[Matter | Threat] = []
    for project in projects:
        if is_running(project):
            matter = _matter(project, by_milestone, day, since)
            threat = _threat(project, risks.get(project.id, ()), day)
            found += [one for one in (matter, threat) if one is not None]
    return Attention(tuple(sorted(found, key=_order)), len(found))


def _matter(
    project: Project, waiting: Mapping[int, Waiting], day: date, since: Mapping[int, date]
) -> Matter | None:
    off = [m for m in project.milestones if is_open(m) and m.status in _CLASS]
    if not off:
        return None
    worst = min(off, key=lambda m: (_CLASS[m.status], -(m.slip or 0), m.position))
    later = [m for m in project.milestones if is_open(m) and m.position > worst.position]
    return Matter(
        project=project,
        milestone=worst,
        status=worst.status,
        days=_days(worst, waiting.get(worst.id), day),
        after=len(later),
        also=len(off) - 1,
        waiting=waiting.get(worst.id),
        since=since.get(worst.id),
        last=max(later, key=lambda m: m.position, default=None),
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
