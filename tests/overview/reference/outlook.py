"""What falls due in the coming days, by laboratory."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from kangjiansheng.overview.rules.outlook import Outlook, Stop
from kangjiansheng.overview.rules.periods import third_of_month
from kangjiansheng.overview.rules.rows import Project
from tests.overview.reference.rows import open_ones, promised

_BEFORE = {30: 4, 90: 10, 365: 30}
_CROWD = 3


def outlook(projects: Sequence[Project], day: date, horizon: int, festival: date | None) -> Outlook:
    """Open milestones of running projects promised for the window, and those that are overdue."""
    end = day + timedelta(days=horizon)
    stops = [
        Stop(project, m, project.labs[0] if project.labs else None, m.baseline, date_)
        for project, m in open_ones(projects)
        if (date_ := promised(m)) is not None and date_ <= end
    ]
    stops.sort(key=lambda stop: (stop.day, stop.milestone.project_code, stop.milestone.position))
    due = [stop for stop in stops if stop.day >= day]
    inside = festival if festival and day < festival <= end else None
    return Outlook(
        start=day - timedelta(days=_BEFORE[horizon]),
        today=day,
        end=end,
        horizon=horizon,
        stops=tuple(stops),
        counts=Counter(stop.lab.code if stop.lab else "" for stop in stops),
        due=len(due),
        overdue=len(stops) - len(due),
        off=sum(stop.milestone.status in ("risk", "slip", "late") for stop in stops),
        crowd=_crowd(due),
        festival=inside,
        before_festival=sum(stop.day < inside for stop in due) if inside else 0,
    )


def _crowd(due: Sequence[Stop]) -> tuple[int, int, int, int] | None:
    """The fullest ten days, when they hold three or more and no other ten days hold as many."""
    thirds = Counter(third_of_month(stop.day) for stop in due).most_common(2)
    if not thirds or thirds[0][1] < _CROWD or (len(thirds) > 1 and thirds[1][1] == thirds[0][1]):
        return None
    (year, month, third), number = thirds[0]
    return year, month, third, number
