"""What counts of a project and its milestones, row by row."""

from collections.abc import Iterable, Iterator
from datetime import date

from kangjiansheng.overview.rules.rows import Milestone, Project, is_open, is_running


def promised(milestone: Milestone) -> date | None:
    """The date that counts: the confirmed forecast, else the current plan, else the baseline."""
    return milestone.forecast or milestone.current_plan or milestone.baseline


def open_ones(projects: Iterable[Project]) -> Iterator[tuple[Project, Milestone]]:
    """Open milestones of running projects, each with its project."""
    for project in projects:
        if is_running(project):
            yield from ((project, m) for m in project.milestones if is_open(m))
