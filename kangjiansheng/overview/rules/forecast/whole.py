"""The forecast of a portfolio on a day, and how such forecasts did before."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import numpy as np

from kangjiansheng.core.digests import sha256
from kangjiansheng.overview.rules.periods import quarter_end_before

from .book import Book
from .chances import Chances
from .days import MISSING, Days
from .graph import Graph
from .known import HORIZON, Known, learn
from .record import Record, Said, judge
from .runs import RUNS, SEED, Expected, Outlook, play, spread

METHOD = 2  # raise it when the same ledger gives other figures, or another digest
QUARTERS = 12  # so far back goes the record
_RECORD_RUNS = 400


class Plans(Protocol):
    """Where the plans of projects are read."""

    working: Sequence[int]  # the ordinals of all working days

    def closed(self, projects: Collection[int], day: int) -> Iterator[tuple[Book, Graph]]:
        """Some projects as they were known at the end of a day, in ascending order, a few in each book."""

    def begun(self, projects: Collection[int]) -> int:
        """The day of the first entry of some projects; later than all days without any."""


@dataclass(frozen=True, eq=False)
class Foresight:
    """A forecast: the open milestones of the year ahead by the day that is promised, and the history behind it."""

    day: date
    seed: int
    runs: int
    inputs: str
    expected: Outlook
    chances: Chances

    def of(self, projects: Collection[int]) -> "Foresight":
        """The same of some of its projects; what stands behind it is that of all."""
        return replace(self, expected=self.expected.at(np.isin(self.expected.project, list(projects))))

    @property
    def known(self) -> int:
        """For how many there is enough history."""
        return int(np.count_nonzero(self.expected.known))

    @property
    def hopeful(self) -> int:
        """How many will more likely than not come after the day that is promised."""
        return int(np.count_nonzero(self.expected.hopeful))

    @property
    def worst(self) -> Expected:
        """Of the hopeful ones that whose P80 lies furthest after its promise."""
        found = self.expected.at(self.expected.hopeful)
        late = np.where(found.p80 == MISSING, 0, found.p80).astype(np.int64) - found.promise
        worst: Expected = found[int(np.lexsort((found.id, late))[-1])]
        return worst


def foresee(
    plans: Plans,
    known: Known,
    projects: Collection[int],
    *,
    seed: int = SEED,
    runs: int = RUNS,
    before: Outlook | None = None,
    touched: Collection[int] = (),
) -> Foresight:
    """The forecast for some projects of the day of what is known.

    `before` is what was expected of them when the cases were the same, and `touched` the projects that have been
    written to since then: the others are not played again.
    """
    chances = Chances(known.cases_of(projects))
    expected = _expected(plans, known, chances, projects, seed, runs, before, touched)
    told = sha256(repr([METHOD, known.day, seed, runs]).encode() + _working(plans) + known.digest(projects))
    return Foresight(date.fromordinal(known.day), seed, runs, told, expected, chances)


def _working(plans: Plans) -> bytes:
    return hashlib.sha256(np.array(plans.working, np.int32).tobytes()).digest()


def _expected(
    plans: Plans,
    known: Known,
    chances: Chances,
    projects: Collection[int],
    seed: int,
    runs: int,
    before: Outlook | None = None,
    touched: Collection[int] = (),
) -> Outlook:
    played = linked = known.linked(projects)
    parts = [spread(known.asked_of(projects), chances, known.day, runs)]
    if before is not None:
        stay = set(linked) - set(touched)
        parts.append(before.at(np.isin(before.project, list(stay))))
        played = [key for key in linked if key not in stay]
    if played:
        for book, graph in plans.closed(played, known.day):
            parts.append(play(book, graph, chances, horizon=HORIZON, seed=seed, runs=runs))
    return Outlook.joined(parts)


def quarters(plans: Plans, projects: Collection[int], day: date) -> list[int]:
    """The quarters' ends before a day on which forecasts could be made."""
    found, first = [], plans.begun(projects)
    for _ in range(QUARTERS):
        day = quarter_end_before(day)
        if day.toordinal() < first:
            break
        found.append(day.toordinal())
    return found


def said_on(plans: Plans, projects: Collection[int], day: int, seed: int) -> Said:
    """The forecasts of a past day, made from what was known then."""
    known = learn(plans.closed(projects, day), day, digests=False)
    made = _expected(plans, known, Chances(known.cases_of(projects)), projects, seed, _RECORD_RUNS)
    owner: Days = np.where(made.promise >= day, made.promise, MISSING).astype(np.int32)
    return Said(day, made.id, owner, made.p50, made.p80)


def recorded(plans: Plans, known: Known, projects: Collection[int], *, seed: int = SEED) -> Record:
    """How the forecasts of the last quarters' ends did, ours and those of the owners."""
    days = quarters(plans, projects, date.fromordinal(known.day))
    said = [said_on(plans, projects, day, seed) for day in days]
    return judge(said, known.ends_of(projects), known.day)


def figures(found: Foresight, record: Record) -> dict[str, Any]:
    """The same as `kangjiansheng metrics` prints it."""
    return {
        "seed": found.seed,
        "runs": found.runs,
        "inputs": found.inputs,
        "open_next_year": len(found.expected),
        "forecast": found.known,
        "too_little_history": len(found.expected) - found.known,
        "more_likely_late": found.hopeful,
        "record": {
            by: {
                "forecasts": held.whole,
                "milestones": held.milestones,
                "kept": held.part,
                "rate": None if held.rate is None else round(held.rate, 4),
                "interval_percent": held.interval,
                **({"verdict": held.verdict} if by == "p80" else {}),
            }
            for by, held in record.total.items()
        },
    }
