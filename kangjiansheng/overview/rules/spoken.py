"""How long ago somebody stood by what is promised, by laboratory and by project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kangjiansheng.core.calendar import start_of
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.freshness import AGING, OLD, Age
from kangjiansheng.projects.rules.ledgers import NONE, Array, day_at, instant

from .rows import Ref

AGES: tuple[Age, ...] = ("fresh", "aging", "old", "silent")
STALE: tuple[Age, ...] = ("old", "silent")
LISTED = 60  # projects that a page lists
_NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Word:
    """Of one project (its code): how many open milestones are of which age, and when anybody spoke last and longest
    ago."""

    project: str
    ages: Mapping[Age, int]
    last: date | None
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Lab:
    """Of the projects that a laboratory leads how many open milestones are of which age, and what is listed of these
    projects; the laboratory is None for those without one."""

    lab: Ref | None
    ages: Mapping[Age, int]
    words: tuple[Word, ...]

    def count(self, key: Age) -> int:
        """How many open milestones are of an age."""
        return self.ages[key]

    @property
    def stale(self) -> int:
        """How many nobody has stood by for three weeks."""
        return sum(self.ages[key] for key in STALE)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Laboratories with an open milestone, what is most silent first. `projects` have one, listed or not."""

    labs: tuple[Lab, ...]
    projects: int

    @property
    def total(self) -> int:
        """All open milestones of running projects."""
        return sum(lab.count(key) for lab in self.labs for key in AGES)

    @property
    def stale(self) -> int:
        """How many nobody has stood by for three weeks."""
        return sum(lab.stale for lab in self.labs)


def spoken(day: Day, named: Mapping[str, Ref], listed: int | None = None) -> Spoken:
    """Open milestones of running projects, by who confirmed them last. `named` are laboratories by code. At most so many
    projects are listed."""
    at = np.flatnonzero(day.runs)
    ages = np.bincount(day.project[at] * len(AGES) + _ages(day)[at], minlength=len(day.seen) * len(AGES))
    ages = ages.reshape(-1, len(AGES))
    of_project = ages.any(axis=1)
    labs = _by_lab(day, np.flatnonzero(of_project))
    counts = {
        key: dict(zip(AGES, ages[places].sum(axis=0).tolist(), strict=True)) for key, places in labs.items()
    }
    found: list[Lab] = []
    left = listed
    said = _said(day, at)
    for key in _in_order(day, counts):
        places = sorted(labs[key], key=lambda place: int(day.ledgers.rank[place]))[:left]
        left = None if left is None else left - len(places)
        words = tuple(_word(day, place, ages[place], *said) for place in places)
        found.append(Lab(named.get(day.ledgers.labs.get(key, "")), counts[key], words))
    return Spoken(tuple(found), int(of_project.sum()))


def _ages(day: Day) -> Array:
    """The place of each milestone's age among `AGES`: `rules.freshness.age` over all of them."""
    since = (instant(start_of(day.day - timedelta(days=days - 1))) for days in (AGING, OLD))
    aging, old = ((day.confirmed < one) for one in since)
    ages: Array = aging.astype(np.int64) + old + (day.confirmed == NONE)
    return ages


def _by_lab(day: Day, places: Array) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for place, key in zip(places.tolist(), day.lab[places].tolist(), strict=True):
        found.setdefault(key, []).append(place)
    return found


def _in_order(day: Day, counts: Mapping[int, Mapping[Age, int]]) -> Sequence[int]:
    """What is most silent first, then by code; those without a laboratory after the others."""
    code = day.ledgers.labs
    return sorted(
        counts, key=lambda key: (-sum(counts[key][one] for one in STALE), not key, code.get(key, ""))
    )


def _said(day: Day, at: Array) -> tuple[Array, Array]:
    """When anybody spoke last of each project, and longest ago, as instants."""
    last = np.full(len(day.seen), NONE, np.int64)
    oldest = np.full(len(day.seen), _NEVER)
    known = at[day.confirmed[at] != NONE]
    np.maximum.at(last, day.project[known], day.confirmed[known])
    np.minimum.at(oldest, day.project[known], day.confirmed[known])
    return last, oldest


def _word(day: Day, place: int, ages: Array, last: Array, oldest: Array) -> Word:
    there = last[place] != NONE
    return Word(
        day.code(place),
        dict(zip(AGES, ages.tolist(), strict=True)),
        day_at(last[place]) if there else None,
        day_at(oldest[place]) if there else None,
    )
