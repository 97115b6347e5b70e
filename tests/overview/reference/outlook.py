"""What falls due in the coming days, by laboratory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kangjiansheng.overview.rules.periods import third_of_month

from .rows import Milestone, Project, Ref, open_ones, promised

HORIZONS = (30, 90, 365)
_BEFORE = {30: 4, 90: 10, 365: 30}
_CROWD = 3


@dataclass(frozen=True, slots=True)
class Stop:
    """A milestone on its lane. `plan` is the baseline, `day` the date that counts."""

    project: Project
    milestone: Milestone
    lab: Ref | None
    plan: date | None
    day: date

    @property
    def slip(self) -> int:
        """Days by which it slips, 0 when it does not."""
        return max(self.milestone.slip or 0, 0)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Stops by date; `due` and `overdue` add up to them. `crowd` is the fullest 旬: (year, month, third, n)."""

    start: date
    today: date
    end: date
    horizon: int
    stops: tuple[Stop, ...]
    due: int
    overdue: int
    off: int
    crowd: tuple[int, int, int, int] | None
    festival: date | None
    before_festival: int

    def lanes(self) -> list[tuple[Ref | None, list[Stop]]]:
        """Stops by leading laboratory in the order of codes; those without one come last."""
        found: dict[str, tuple[Ref | None, list[Stop]]] = {}
        for stop in self.stops:
            found.setdefault(stop.lab.code if stop.lab else "￿", (stop.lab, []))[1].append(stop)
        return [found[code] for code in sorted(found)]


def outlook(
    projects: Sequence[Project], day: date, horizon: int = 90, festival: date | None = None
) -> Outlook:
    """Open milestones of running projects promised for the window, and those that are overdue.

    `festival` is the next 春节; it is spoken of when it lies in the window.
    """
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
        start=day - timedelta(days=_BEFORE.get(horizon, 10)),
        today=day,
        end=end,
        horizon=horizon,
        stops=tuple(stops),
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
