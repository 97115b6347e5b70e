"""How long ago somebody stood by what is promised, by laboratory and by project."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kangjiansheng.core.calendar import day_of
from kangjiansheng.projects.rules.freshness import Age, age

from .rows import ENDED, PAUSED, Milestone, Project, Ref

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


@dataclass(frozen=True, slots=True)
class Lab:
    """The same of the projects that a laboratory leads; None for those without one."""

    lab: Ref | None
    words: tuple[Word, ...]

    def count(self, key: Age) -> int:
        """How many open milestones are of an age."""
        return sum(word.ages[key] for word in self.words)

    @property
    def stale(self) -> int:
        """How many nobody has stood by for three weeks."""
        return sum(word.stale for word in self.words)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Laboratories with an open milestone, what is most silent first."""

    labs: tuple[Lab, ...]

    @property
    def total(self) -> int:
        """All open milestones of running projects."""
        return sum(lab.count(key) for lab in self.labs for key in AGES)

    @property
    def stale(self) -> int:
        """How many nobody has stood by for three weeks."""
        return sum(lab.stale for lab in self.labs)


def spoken(projects: Sequence[Project], day: date) -> Spoken:
    """Open milestones of running projects, by who confirmed them last."""
    labs: dict[str, Ref | None] = {}
    words: dict[str, list[Word]] = {}
    for project in projects:
        open_now = [m for m in project.milestones if _is_open(m)]
        if open_now and project.claimed not in ENDED and project.claimed != PAUSED:
            lab = project.labs[0] if project.labs else None
            key = lab.code if lab else ""
            labs[key] = lab
            words.setdefault(key, []).append(_word(project, open_now, day))
    found = [Lab(labs[key], tuple(words[key])) for key in labs]
    order = {key: number for number, key in enumerate(sorted(labs, key=lambda key: (not key, key)))}
    found.sort(key=lambda lab: (-lab.stale, order[lab.lab.code if lab.lab else ""]))
    return Spoken(tuple(found))


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
