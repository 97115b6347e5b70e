"""Which milestones slip most, and whether it gets worse."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.ledgers import NONE, STATES, day_at, day_of

from .rows import Milestone, Naming, Project, Spell, none_or

AT_MOST = 8
_CLUSTER = 3


@dataclass(frozen=True, slots=True)
class Slip:
    """`now` and `then` are days after the baseline; `then` is None when nothing was promised at the time."""

    project: Project
    milestone: Milestone
    now: int
    then: int | None
    then_date: date | None

    @property
    def new(self) -> bool:
        """True when there was no forecast on the day of comparison."""
        return self.then_date is None

    @property
    def recovers(self) -> bool:
        """True when the forecast has come back since the day of comparison."""
        return self.then is not None and self.then > self.now


@dataclass(frozen=True, slots=True)
class Finding:
    """`cluster`: `project` holds three or more of the rows, of which another may hold the `largest`."""

    code: Literal["none", "cluster", "single"]
    project: Project | None = None
    largest: Slip | None = None
    number: int = 0
    recovering: Project | None = None


@dataclass(frozen=True, slots=True)
class Slips:
    """The largest slips first; `total` counts all that slip by a day or more."""

    rows: tuple[Slip, ...]
    total: int
    finding: Finding


def slips(day: Day, past: Day, naming: Naming, at_most: int | None = AT_MOST) -> Slips:
    """Open milestones of running projects whose confirmed date lies after their baseline. What is said of the largest
    rests on as many as a figure draws, however many are listed."""
    found = []
    for at in largest(day, at_most):
        then = past.find(day.id[at])
        promised = none_or(past.reached[then]) if then is not None else None
        found.append(
            Slip(
                naming.project(day.project[at]),
                naming.milestone(at),
                int(day.slip[at]),
                none_or(past.slip[then]) if then is not None else None,
                day_of(promised) if promised is not None else None,
            )
        )
    return Slips(tuple(found), _slipping(day), _finding(found[:AT_MOST]))


@once
def largest(day: Day, at_most: int | None) -> list[int]:
    """Where the open milestones of running projects stand that slip most; of equals the earliest in its plan."""
    return list(day.first(day.slips, -day.slip, day.rank, day.position, at_most=at_most).tolist())


@once
def _slipping(day: Day) -> int:
    return int(day.slips.sum())


def behind_since(day: Day, at: int) -> date | None:
    """The day on which a milestone fell behind its baseline and has been so ever since; None when it is not."""
    history, last = day.ledgers.milestones, int(day.entry[at])
    spells, said = [], history.said
    for n in range(int(history.starts[day.place[at]]), last + 1):
        baseline, forecast = said["baseline"][n], said["forecast"][n]
        opened = said["state"][n] == STATES.index("open") and said["actual"][n] == NONE
        if opened and baseline != NONE and forecast > baseline:
            until = day_at(said["at"][n + 1]) if n < last else None
            spells.append(Spell(day_at(said["at"][n]), until))
    return since(spells)


def since(spells: Sequence[Spell]) -> date | None:
    """Since when a milestone that is behind its baseline has been so without a break; None when it is not."""
    ordered = sorted(spells, key=lambda s: (s.since, s.until or date.max), reverse=True)
    if not ordered or ordered[0].until is not None:
        return None
    begin = ordered[0].since
    for spell in ordered[1:]:
        if spell.until is None or spell.until < begin:
            break
        begin = min(begin, spell.since)
    return begin


def _finding(rows: Sequence[Slip]) -> Finding:
    if not rows:
        return Finding("none")
    recovering = next((row.project for row in rows if row.recovers), None)
    project, number = Counter(row.project for row in rows).most_common(1)[0]
    if number >= _CLUSTER:
        largest = max(rows, key=lambda row: (row.now, row.project is project))
        return Finding("cluster", project, largest, number, recovering)
    return Finding("single", rows[0].project, rows[0], 1, recovering)
