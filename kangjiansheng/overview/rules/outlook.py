"""What falls due in the coming days, by laboratory."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.ledgers import NONE, Array, day_of, number
from kangjiansheng.projects.rules.sorting import occurring

from .periods import third_of_month
from .rows import Milestone, Naming, Project, Ref, none_or

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
    """Stops by date, or the most telling of them; `due` and `overdue` add up to all, `counts` are all by the code of
    their laboratory. `crowd` is the fullest 旬: (year, month, third, n)."""

    start: date
    today: date
    end: date
    horizon: int
    stops: tuple[Stop, ...]
    counts: Mapping[str, int]
    due: int
    overdue: int
    off: int
    crowd: tuple[int, int, int, int] | None
    festival: date | None
    before_festival: int

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return self.due + self.overdue

    def lanes(self) -> list[tuple[Ref | None, list[Stop]]]:
        """Stops by leading laboratory in the order of codes; those without one come last."""
        found: dict[str, tuple[Ref | None, list[Stop]]] = {}
        for stop in self.stops:
            found.setdefault(stop.lab.code if stop.lab else "￿", (stop.lab, []))[1].append(stop)
        return [found[code] for code in sorted(found)]


def outlook(
    day: Day,
    naming: Naming,
    horizon: int = 90,
    festival: date | None = None,
    at_most: int | None = None,
    soonest: int | None = None,
) -> Outlook:
    """Open milestones of running projects promised for the window, and those that are overdue.

    `festival` is the next 春节; it is spoken of when it lies in the window. Of more than `at_most` stops each lane
    shows its share: of those that are still to come the ones off plan first, the largest slip before others. Of more
    than `soonest` only the first by date are shown.
    """
    end = day.day + timedelta(days=horizon)
    spring = festival if festival and day.day < festival <= end else None
    shown, counted = _window(day, end, spring, at_most, soonest)
    return Outlook(
        start=day.day - timedelta(days=_BEFORE.get(horizon, 10)),
        today=day.day,
        end=end,
        horizon=horizon,
        stops=tuple(_stop(day, at, naming) for at in shown),
        festival=spring,
        **counted,
    )


@once
def _window(
    day: Day, end: date, spring: date | None, at_most: int | None, soonest: int | None
) -> tuple[list[int], dict[str, Any]]:
    """Where the stops stand that are shown, and what is counted of all."""
    inside = day.runs & (day.promised != NONE) & (day.promised <= number(end))
    due = day.promised[inside & (day.promised >= day.number)]
    total = int(inside.sum())
    labs, of = np.unique(day.lab, return_inverse=True)
    lanes = of[day.project]
    shown = inside if at_most is None or total <= at_most else _fewer(day, inside, lanes, at_most)
    first = day.first(shown, day.promised, day.rank, day.position, at_most=soonest)
    return first.tolist(), {
        "counts": _by_lab(day, labs, lanes[inside]),
        "due": len(due),
        "overdue": total - len(due),
        "off": int((inside & day.is_of("risk", "slip", "late")).sum()),
        "crowd": _crowd(due),
        "before_festival": int((due < number(spring)).sum()) if spring else 0,
    }


def _by_lab(day: Day, labs: Array, lanes: Array) -> Counter[str]:
    found: Counter[str] = Counter()
    for lane, count in occurring(lanes).items():
        found[day.ledgers.labs.get(int(labs[lane]), "")] += count
    return found


def _stop(day: Day, at: int, naming: Naming) -> Stop:
    place, plan = day.project[at], none_or(day.baseline[at])
    return Stop(
        naming.project(place),
        naming.milestone(at),
        naming.lab(day.lab[place]) if day.lab[place] else None,
        day_of(plan) if plan is not None else None,
        day_of(day.promised[at]),
    )


def _fewer(day: Day, inside: Array, lanes: Array, at_most: int) -> Array:
    """The same number for each lane, the most telling ones; what is overdue is spoken of in words already."""
    overdue = day.promised < day.number
    order = day.first(inside, lanes, overdue, day.status, -np.maximum(day.slip, 0), day.promised, day.rank)
    sorted_lanes = lanes[order]
    nth = np.arange(len(order)) - np.searchsorted(sorted_lanes, sorted_lanes)
    kept = np.zeros_like(inside)
    kept[order[nth < max(at_most // len(occurring(sorted_lanes)), 1)]] = True
    return kept


def _crowd(due: Array) -> tuple[int, int, int, int] | None:
    """The fullest ten days, when they hold three or more and no other ten days hold as many."""
    counted: Counter[tuple[int, int, int]] = Counter()
    for key, count in occurring(due).items():
        counted[third_of_month(day_of(key))] += count
    thirds = counted.most_common(2)
    if not thirds or thirds[0][1] < _CROWD or (len(thirds) > 1 and thirds[1][1] == thirds[0][1]):
        return None
    (year, month, third), most = thirds[0]
    return year, month, third, most
