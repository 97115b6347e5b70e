"""What a scenario would do: the portfolio as it would stand, and the figures of the board on both sides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.figures import AHEAD
from kangjiansheng.projects.rules.ledgers import NONE, Array, number
from kangjiansheng.projects.rules.milestones import SLIP_DAYS

MOST = 50  # moves and stops of one scenario


@dataclass(frozen=True, slots=True)
class Sides:
    """One figure today and in the scenario."""

    key: str
    now: float | None
    then: float | None

    @property
    def changes(self) -> bool:
        """Whether the scenario changes it."""
        return self.now != self.then


def compared(day: Day, moved: Mapping[int, date], stops: Collection[int]) -> list[Sides]:
    """The figures of the board that hang on dates and on which projects run, as they are and with other forecasts for
    some milestones (ids) and without the work on some projects (ids)."""
    forecast = np.array(day.forecast)
    for key, on in moved.items():
        if (at := day.find(key)) is not None:
            forecast[at] = number(on)
    going = day.working & ~np.isin(day.ledgers.projects.keys, list(stops))
    now, then = _figures(day, day.forecast, day.working), _figures(day, forecast, going)
    return [Sides(key, now[key], then[key]) for key in now]


def ends_later(day: Day, moved: Mapping[int, date]) -> dict[int, int]:
    """By how many days the plans of the projects (ids) end later, earlier being below nought: the last open milestone
    of each in the scenario against the last one as it stands."""
    then = np.array(day.promised)
    for key, on in moved.items():
        if (at := day.find(key)) is not None:
            then[at] = number(on)
    opened = day.is_open & (day.promised != NONE)
    touched = {int(day.project[at]) for key in moved if (at := day.find(key)) is not None}
    found = {}
    for place in sorted(touched):
        there = opened & (day.project == place)
        if there.any() and (by := int(then[there].max() - day.promised[there].max())):
            found[int(day.ledgers.projects.keys[place])] = by
    return found


def _figures(day: Day, forecast: Array, working: Array) -> dict[str, int | None]:
    opened = day.is_open & working[day.project]
    known = opened & (forecast != NONE) & (day.baseline != NONE)
    slips = forecast[known] - day.baseline[known]
    slipped = slips[slips >= SLIP_DAYS].tolist()
    promised = np.where(forecast != NONE, forecast, day.planned)
    left = promised[opened & (promised != NONE)] - day.number
    return {
        "running": int((working & day.seen).sum()),
        "slipped": len(slipped),
        "median": int(median(slipped)) if slipped else None,
        "largest": int(slips.max()) if len(slips) else None,
        "due": int(((left >= 0) & (left <= AHEAD.days)).sum()),
        "overdue": int((left < 0).sum()),
    }
