"""What a pack tells since the day of comparison: what was reached, decided, brought, and which risks came and went."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from kangjiansheng.projects.rules.days import Day

from .rows import Milestone, Naming, Project

AT_MOST = 24  # rows of a section in documents that are read; a workbook has all


@dataclass(frozen=True, slots=True)
class Told:
    """Why a date is another one: the code of a reason and a note as somebody said them; `along` with another."""

    reason_code: str
    note: str
    along: bool = False

    @property
    def says_something(self) -> bool:
        """Whether anything is known."""
        return bool(self.reason_code or self.note or self.along)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided at a gate, by whom in words, on how many conditions, and when it was recorded."""

    gate_id: int
    verdict: str
    decided_on: date
    body: str
    reasons: str
    conditions: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence that was brought."""

    at: datetime
    milestone_id: int
    number: int
    kind: str
    name: str
    note: str
    verdict: str
    by_id: int


@dataclass(frozen=True, slots=True)
class RiskState:
    """A risk or an issue as it stood at an instant."""

    id: int
    project_id: int
    number: int
    kind: str
    title: str
    owner_id: int | None
    likelihood: int | None
    impact: int
    life: str
    closing: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Milestones that were reached, each with its project; of all `total` there are `late` behind their baseline."""

    rows: list[tuple[Project, Milestone]]
    total: int
    late: int
    illustrative: bool


def reached(
    day: Day, past: Day, naming: Naming, at_most: int | None = None, *, unless: Collection[int] | None = None
) -> Reached:
    """What is reached now and was not known to be on the day of comparison, by the day on which it was reached, at most
    so many rows. With `unless` only gates, but for those of these ids.

    What was reached before the day of comparison but told only afterwards is news, too.
    """
    news = day.is_done & (past.for_each(day, past.is_done.astype(np.int32)) != 1)
    if unless is not None:
        news = news & day.gate & ~np.isin(day.id, list(unless))
    found = day.first(news, day.actual, day.rank, day.position, at_most=at_most)
    return Reached(
        [(naming.project(day.project[at]), naming.milestone(at)) for at in found],
        int(news.sum()),
        int((news & (day.slip > 0)).sum()),
        day.any_illustrative(news),
    )


def risks_changed(
    now: Iterable[RiskState], then: Iterable[RiskState]
) -> tuple[list[RiskState], list[RiskState]]:
    """Those that are new and open, the gravest first, and those that have been closed since."""
    before = {risk.id: risk for risk in then}
    new, closed = [], []
    for risk in now:
        old = before.get(risk.id)
        if risk.life != "closed" and (old is None or old.life == "closed"):
            new.append(risk)
        elif risk.life == "closed" and (old is None or old.life != "closed"):
            closed.append(risk)
    new.sort(key=lambda risk: (-(risk.likelihood or 5) * risk.impact, risk.project_id, risk.number))
    closed.sort(key=lambda risk: (risk.project_id, risk.number))
    return new, closed
