"""What a scenario would do: the portfolio as it would stand, and the figures of the board on both sides."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kangjiansheng.overview.rules import figures
from kangjiansheng.overview.rules.rows import Project, is_running, open_ones

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
    slipped = figures.slipped(projects, {}, day)
    due = figures.due(projects, {}, day, day)
    slips = [m.slip for _, m in open_ones(projects) if m.slip is not None]
    return {
        "running": sum(is_running(project) for project in projects),
        "slipped": slipped.now,
        "median": slipped.median,
        "largest": max(slips, default=None),
        "due": due.now,
        "overdue": due.overdue,
    }
