"""The figures of a laboratory's year, from milestones as they stood at its end and from what was promised before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from .metrics import rate, slips

# What an outcome of the review decides at the gates of the laboratory's plan, and the other way round.
VERDICTS = {"renew": "go", "conditions": "conditional", "close": "stop"}
OUTCOMES = {verdict: outcome for outcome, verdict in VERDICTS.items()}
BEFORE = timedelta(days=90)  # the promise by which a forecast is judged is that of so many days before


class Counted(Protocol):
    """What the figures ask of a milestone."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def baseline(self) -> date | None: ...
    @property
    def actual(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """`due`: with a baseline in the period, of which `kept` were reached by it. `reached` in the period, with the
    median of their slips in calendar days; of the `judged` ones, which stood in the ledger 90 days before, `held` came
    no later than was promised then. Rates are None without any."""

    due: int
    kept: int
    reached: int
    median_slip: float | None
    judged: int
    held: int

    @property
    def kept_rate(self) -> float | None:
        """The share of what was due that was kept."""
        return rate(self.kept, self.due)

    @property
    def held_rate(self) -> float | None:
        """The share of forecasts that held."""
        return rate(self.held, self.judged)


def reached_in(milestones: Iterable[Counted], first: date, last: date) -> list[Counted]:
    """Those reached from a day to a day; decisions are none, and what was cancelled does not count."""
    return [
        m
        for m in milestones
        if m.kind == "milestone" and m.state != "cancelled" and m.actual and first <= m.actual <= last
    ]


def figures(
    milestones: Iterable[Counted], promised: Mapping[int, date | None], first: date, last: date
) -> Figures:
    """The figures of a period. `promised`: what the ledger promised of those reached, 90 days before they were."""
    counted = [m for m in milestones if m.kind == "milestone" and m.state != "cancelled"]
    due = [m for m in counted if m.baseline and first <= m.baseline <= last]
    reached = reached_in(counted, first, last)
    late = [(m.actual - m.baseline).days for m in reached if m.actual and m.baseline]
    judged = [(m.actual, promised[m.id]) for m in reached if promised.get(m.id)]
    return Figures(
        due=len(due),
        kept=sum(m.actual is not None and m.baseline is not None and m.actual <= m.baseline for m in due),
        reached=len(reached),
        median_slip=slips(late)["median"],
        judged=len(judged),
        held=sum(actual is not None and day is not None and actual <= day for actual, day in judged),
    )
