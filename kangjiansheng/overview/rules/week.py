"""A person's week: what she must answer for now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kangjiansheng.core.calendar import day_of

from .rows import Milestone, Project, open_ones, promised

AHEAD = timedelta(days=7)
STALE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Week:
    """The person's open milestones: overdue, due in the coming week, and long not confirmed, by date."""

    late: tuple[Milestone, ...]
    due: tuple[Milestone, ...]
    stale: int

    @property
    def is_free(self) -> bool:
        """True when nothing is asked of her this week."""
        return not (self.late or self.due or self.stale)


def week(projects: Sequence[Project], person_id: int, day: date) -> Week:
    """Each milestone is in at most one of the three; a stale one was not spoken of for thirty days."""
    late: list[Milestone] = []
    due: list[Milestone] = []
    stale = 0
    for _, milestone in open_ones(projects):
        date_ = promised(milestone)
        if milestone.owner_id != person_id or date_ is None:
            continue
        if date_ < day:
            late.append(milestone)
        elif date_ <= day + AHEAD:
            due.append(milestone)
        else:
            stale += milestone.confirmed_at is None or day_of(milestone.confirmed_at) < day - STALE
    return Week(tuple(sorted(late, key=_by_day)), tuple(sorted(due, key=_by_day)), stale)


def _by_day(milestone: Milestone) -> tuple[date, str, int]:
    return promised(milestone) or date.max, milestone.project_code, milestone.position
