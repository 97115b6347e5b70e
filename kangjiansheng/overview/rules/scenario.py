"""What a scenario would do: the portfolio as it would stand, and the figures of the board on both sides."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Any

from kangjiansheng.overview.rules.rows import Project, is_running, open_ones, promised
from kangjiansheng.projects.rules.figures import AHEAD
from kangjiansheng.projects.rules.milestones import SLIP_DAYS

STOPPED = "TERMINATED"
MOST = 50  # moves and stops of one scenario


@dataclass(frozen=True, slots=True)
class Sides:
    """One figure today and in the scenario."""

    key: str
    now: int | None
    then: int | None

    @property
    def changes(self) -> bool:
        """Whether the scenario changes it."""
        return self.now != self.then


def tried(projects: Sequence[Any], days: Mapping[int, date], stops: Collection[int]) -> list[Any]:
    """The portfolio with other forecasts for some milestones, and without the work on stopped projects."""
    return [
        replace(
            project,
            claimed=STOPPED if project.id in stops else project.claimed,
            milestones=tuple(_moved(m, days[m.id]) if m.id in days else m for m in project.milestones),
        )
        for project in projects
    ]


def _moved(milestone: Any, day: date) -> Any:
    slip = (day - milestone.baseline).days if milestone.baseline else None
    return replace(milestone, forecast=day, slip=slip)


def compared(now: Sequence[Project], then: Sequence[Project], day: date) -> list[Sides]:
    """The figures of the board that hang on dates and on which projects run."""
    both = [_figures(projects, day) for projects in (now, then)]
    return [Sides(key, both[0][key], both[1][key]) for key in both[0]]


def _figures(projects: Sequence[Project], day: date) -> dict[str, int | None]:
    opened = [m for _, m in open_ones(projects)]
    slips = [m.slip for m in opened if m.slip is not None]
    slipped = [slip for slip in slips if slip >= SLIP_DAYS]
    left = [at - day for m in opened if (at := promised(m)) is not None]
    return {
        "running": sum(is_running(project) for project in projects),
        "slipped": len(slipped),
        "median": int(median(slipped)) if slipped else None,
        "largest": max(slips, default=None),
        "due": sum(timedelta(0) <= days <= AHEAD for days in left),
        "overdue": sum(days < timedelta(0) for days in left),
    }
