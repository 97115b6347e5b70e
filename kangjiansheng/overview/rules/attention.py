"""What needs somebody, ordered by consequence, with reasons as codes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from kangjiansheng.projects.rules.days import Day, once
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
    `since` is the day on which it fell behind its baseline and has been so ever since. `last` is the one with which
    those that come later end: what the delay does to the project.
    """

    project: Project
    milestone: Milestone
    status: str
    days: int
    after: int
    also: int
    waiting: Waiting | None = None
    since: date | None = None
    last: Milestone | None = None


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
    total, matters = _matters(day, waiting, naming, at_most)
    found = [*matters, *_threats(day, risks, naming)]
    found.sort(key=lambda one: one[0])
    total += len(found) - len(matters)
    return Attention(tuple(make() for _order, make in found[:at_most]), total)


@dataclass(frozen=True, slots=True, eq=False)
class _Telling:
    """The most telling milestone of each project that has any: where it stands, its class, what that counts in days, how
    many open ones of its project come after it, and how many others are off plan."""

    at: Array
    rank: Array
    days: Array
    after: Array
    also: Array


@once
def _telling(day: Day) -> _Telling:
    """Of the projects that people work on."""
    off = day.runs & day.is_of(*_CLASSES)
    rank = day.in_order(*_CLASSES)
    slip = np.where(day.slip == NONE, 0, day.slip)
    at = day.best(off, rank * 2**32 - slip)
    overdue = np.where(day.promised[at] != NONE, day.number - day.promised[at], slip[at])
    days = np.where(rank[at] == 0, overdue, slip[at])
    also = np.bincount(day.project[off], minlength=len(day.seen))[day.project[at]] - 1
    return _Telling(at, rank[at], days, _after(day, at), also)


def _after(day: Day, at: Array) -> Array:
    """How many open milestones of the same project come after each of some."""
    opened = np.flatnonzero(day.is_open)
    keys = _key(day.project[opened], day.position[opened])
    last = np.full(len(at), np.iinfo(np.int32).max)
    until, since = _key(day.project[at], last), _key(day.project[at], day.position[at])
    return np.searchsorted(keys, until) - np.searchsorted(keys, since, "right")


def _key(project: Array, position: Array) -> Array:
    return project.astype(np.int64) * 2**32 + position


def _matters(
    day: Day, waiting: Sequence[Waiting], naming: Naming, at_most: int | None
) -> tuple[int, list[_Found]]:
    """How many projects have something, and the most telling milestone of the first of them."""
    telling = _telling(day)
    at, after, days = telling.at, telling.after, telling.days.copy()
    waits = {item.milestone_id: item for item in waiting}
    for place in np.flatnonzero(np.isin(day.id[at], list(waits)) & (telling.rank != 0)).tolist():
        days[place] = (waits[int(day.id[at[place]])].held_on - day.day).days
    kind = np.minimum(telling.rank, 2)
    weight = np.where(kind == 1, days, -days * (after + 1))
    found: list[_Found] = []
    for n in np.lexsort((day.rank[at], weight, kind))[:at_most].tolist():
        key, place = int(day.id[at[n]]), int(at[n])
        counted = int(days[n]), int(after[n]), int(telling.also[n])
        order = (int(kind[n]), int(weight[n]), day.code(day.project[place]), False)
        status = _CLASSES[telling.rank[n]]
        found.append((order, partial(_matter, day, naming, place, status, *counted, waits.get(key))))
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
        naming.milestone(_last(day, at)) if after else None,
    )


def _last(day: Day, at: int) -> int:
    """The open milestone with which the project of another one ends."""
    opened = _opened(day, day.project[at])
    return int(opened[np.argmax(day.position[opened])])


def _opened(day: Day, place: int) -> Array:
    """The open milestones of the project at a place."""
    plan = slice(*np.searchsorted(day.project, (place, place + 1)).tolist())
    found: Array = np.arange(plan.start, plan.stop)[day.is_open[plan]]
    return found


def _threats(day: Day, risks: Mapping[int, Sequence[Risk]], naming: Naming) -> Iterator[_Found]:
    """The most telling risk of each project that people work on."""
    for key, of_project in risks.items():
        place = day.find_project(key)
        if place is None or not day.working[place] or not of_project:
            continue
        after = {risk.number: _after_first(day, place, risk.milestones) for risk in of_project}
        worst = min(of_project, key=lambda risk: (-risk.score * (after[risk.number] + 1), risk.number))
        later = after[worst.number]
        make = partial(_threat, day, naming, place, worst, later, len(of_project) - 1)
        yield (2, -worst.score * (later + 1), day.code(place), True), make


def _after_first(day: Day, place: int, codes: Sequence[str]) -> int:
    """How many open milestones of a project come after the first that has one of some codes; 0 when none has."""
    opened = _opened(day, place)
    named = opened[np.isin(day.codes[opened], codes)]
    return int((day.position[opened] > day.position[named[0]]).sum()) if len(named) else 0


def _threat(day: Day, naming: Naming, place: int, risk: Risk, after: int, also: int) -> Threat:
    review = risk.review_on
    days = (day.day - review).days if review and review < day.day else None
    return Threat(naming.project(place), risk, days, after, also)
