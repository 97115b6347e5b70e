"""How long ago somebody stood by what is promised, of each project, row by row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kangjiansheng.core.calendar import day_of
from kangjiansheng.overview.rules.rows import ENDED, PAUSED, Milestone, Project
from kangjiansheng.projects.rules.freshness import Age, age

AGES: tuple[Age, ...] = ("fresh", "aging", "old", "silent")
STALE: tuple[Age, ...] = ("old", "silent")


@dataclass(frozen=True, slots=True)
class Word:
    """Of one project: how many open milestones are of which age, and when anybody spoke last and longest ago."""

    project: Project
    ages: Counter[Age]
    last: date | None
    oldest: date | None

    @property
    def stale(self) -> int:
        """How many nobody has stood by for three weeks."""
        return sum(self.ages[key] for key in STALE)


def spoken(projects: Sequence[Project], day: date) -> dict[str, list[Word]]:
    """Open milestones of running projects, by the laboratory that leads, what is most silent first."""
    words: dict[str, list[Word]] = {}
    for project in projects:
        open_now = [m for m in project.milestones if _is_open(m)]
        if open_now and project.claimed not in ENDED and project.claimed != PAUSED:
            lab = project.labs[0] if project.labs else None
            key = lab.code if lab else ""
            words.setdefault(key, []).append(_word(project, open_now, day))
    return dict(
        sorted(words.items(), key=lambda pair: (-sum(word.stale for word in pair[1]), not pair[0], pair[0]))
    )


def _is_open(milestone: Milestone) -> bool:
    return milestone.kind != "decision" and milestone.actual is None and milestone.state == "open"


def _word(project: Project, open_now: Sequence[Milestone], day: date) -> Word:
    days = [_day(m.confirmed_at) for m in open_now]
    known = [one for one in days if one is not None]
    return Word(
        project,
        Counter(age(one, day) for one in days),
        max(known, default=None),
        min(known, default=None),
    )


def _day(instant: datetime | None) -> date | None:
    return day_of(instant) if instant else None
