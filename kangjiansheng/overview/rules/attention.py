"""What needs somebody, ordered by consequence, with reasons as codes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, Array
from kangjiansheng.projects.rules.milestones import Status

from .rows import Milestone, Naming, Project, Risk, Waiting
from .slips import behind_since

_CLASSES: tuple[Status, ...] = ("late", "gate", "slip", "risk")


@dataclass(frozen=True, slots=True)
class Matter:
    """One project's most telling milestone.

    `days` is what its status counts: overdue days, days until the meeting, or slip. `after` is how many of
    the project's milestones come later and are open. `also` counts the project's other milestones off plan.
    `since` is the day on which it fell behind its baseline and has been so ever since.
    """

    project: Project
    milestone: Milestone
    status: str
    days: int
    after: int
    also: int
    waiting: Waiting | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Threat:
    """One project's most telling risk or issue, rated high or not reviewed in time.

    `days` are those since the review was due, None when it is not. `after` is how many open milestones come later
    than the first one that it threatens. `also` counts the project's other risks that need somebody.
    """

    project: Project
    risk: Risk
    days: int | None
    after: int
    also: int
    status: str = "risk"


@dataclass(frozen=True, slots=True)
class Attention:
    """The first matters; `total` counts all."""

    rows: tuple[Matter | Threat, ...]
    total: int


_Order = tuple[int, int, str, bool]
_Found = tuple[_Order, Callable[[], Matter | Threat]]


def attention(
    day: Day,
    waiting: Sequence[Waiting],
    risks: Mapping[int, Sequence[Risk]],
    naming: Naming,
    at_most: int | None = None,
) -> Attention:
    """First what is overdue without a new date, for there nobody knows; then gates by the day of their meeting;
    then by consequence: days of slip times the milestones that hang on it, itself included. A risk that needs
    somebody (`risks` by project) stands among these: each point of its rating counts as a day.
    """
    opened = _Opened(day)
    total, matters = _matters(day, waiting, opened, naming, at_most)
    found = [*matters, *_threats(day, risks, opened, naming)]
    found.sort(key=lambda one: one[0])
    total += len(found) - len(matters)
    return Attention(tuple(make() for _order, make in found[:at_most]), total)


class _Opened:
    """The open milestones by project and position."""

    def __init__(self, day: Day) -> None:
        self.day, self.at = day, np.flatnonzero(day.is_open)
        self.project = day.project[self.at]
        self.keys = self._key(self.project, day.position[self.at])

    def after(self, project: Array, position: Array) -> Array:
        """How many of a project come after a position."""
        until = self._key(project, np.full_like(position, np.iinfo(np.int32).max))
        return np.searchsorted(self.keys, until) - np.searchsorted(
            self.keys, self._key(project, position), "right"
        )

    def after_first(self, place: int, codes: Sequence[str]) -> int:
        """How many of a project come after the first that has one of some codes; 0 when none has."""
        begin, end = np.searchsorted(self.project, (place, place + 1))
        at = self.at[begin:end]
        named = self.day.position[at[np.isin(self.day.codes[at], codes)]]
        return int(self.after(np.array([place]), named[:1])[0]) if len(named) else 0

    @staticmethod
    def _key(project: Array, position: Array) -> Array:
        return project.astype(np.int64) * 2**32 + position


def _matters(
    day: Day, waiting: Sequence[Waiting], opened: _Opened, naming: Naming, at_most: int | None
) -> tuple[int, list[_Found]]:
    """How many projects that people work on have something, and the most telling milestone of the first of them."""
    off = day.runs & day.is_of(*_CLASSES)
    rank = day.in_order(*_CLASSES)
    slip = np.where(day.slip == NONE, 0, day.slip)
    at = day.best(off, rank * 2**32 - slip)
    overdue = np.where(day.promised[at] != NONE, day.number - day.promised[at], slip[at])
    days = np.where(rank[at] == 0, overdue, slip[at])
    waits = {item.milestone_id: item for item in waiting}
    for place in np.flatnonzero(np.isin(day.id[at], list(waits)) & (rank[at] != 0)).tolist():
        days[place] = (waits[int(day.id[at[place]])].held_on - day.day).days
    after = opened.after(day.project[at], day.position[at])
    kind = np.minimum(rank[at], 2)
    weight = np.where(kind == 1, days, -days * (after + 1))
    also = np.bincount(day.project[off], minlength=len(day.seen))[day.project[at]] - 1
    found: list[_Found] = []
    for n in np.lexsort((day.rank[at], weight, kind))[:at_most].tolist():
        key, place = int(day.id[at[n]]), int(at[n])
        facts = (_CLASSES[rank[place]], int(days[n]), int(after[n]), int(also[n]), waits.get(key))
        order = (int(kind[n]), int(weight[n]), day.code(day.project[place]), False)
        found.append((order, partial(_matter, day, naming, place, *facts)))
    return len(at), found


def _matter(
    day: Day, naming: Naming, at: int, status: str, days: int, after: int, also: int, gate: Waiting | None
) -> Matter:
    return Matter(
        naming.project(day.project[at]),
        naming.milestone(at),
        status,
        days,
        after,
        also,
        gate,
        behind_since(day, at),
    )


def _threats(
    day: Day, risks: Mapping[int, Sequence[Risk]], opened: _Opened, naming: Naming
) -> Iterator[_Found]:
    """The most telling risk of each project that people work on."""
    for key, of_project in risks.items():
        place = day.find_project(key)
        if place is None or not day.working[place] or not of_project:
            continue
        after = {risk.number: opened.after_first(place, risk.milestones) for risk in of_project}
        worst = min(of_project, key=lambda risk: (-risk.score * (after[risk.number] + 1), risk.number))
        later = after[worst.number]
        make = partial(_threat, day, naming, place, worst, later, len(of_project) - 1)
        yield (2, -worst.score * (later + 1), day.code(place), True), make


def _threat(day: Day, naming: Naming, place: int, risk: Risk, after: int, also: int) -> Threat:
    review = risk.review_on
    days = (day.day - review).days if review and review < day.day else None
    return Threat(naming.project(place), risk, days, after, also)
