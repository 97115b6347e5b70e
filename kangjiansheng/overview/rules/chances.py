"""How likely approvals are: each project's chance, their sum, the whole distribution, and what it rests on.

The definitions are those of docs/metrics.md. Chances multiply the rates of the steps that lie ahead of a project;
projects are taken as independent of each other.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kangjiansheng.core.calendar import add_months
from kangjiansheng.overview.rules.rates import CLINICAL, IND, PRECLINICAL, RateSet

Drawn = NDArray[np.float64]

PRE, REVIEW, MARKET = "PRE", "IND_REVIEW", "MARKET"
PATH = (PRE, REVIEW, *CLINICAL, MARKET)
_STEPS: Mapping[str, str] = {
    **dict.fromkeys(("DISCOVERY", "CANDIDATE", "CMC", "NONCLINICAL", "IIT", "PRE_IND", "TECH_TRANSFER"), PRE),
    "IND_REVIEW": REVIEW,
    "PHASE_I": "PHASE_I",
    "PHASE_I_II": "PHASE_I",
    "PHASE_II": "PHASE_II",
    "PIVOTAL_II": "PHASE_II",
    "PHASE_III": "PHASE_III",
    "BLA_REVIEW": "BLA_REVIEW",
    **dict.fromkeys(("APPROVED", "MARKETED", "LTFU"), MARKET),
}
TRACK_818, TERMINATED, ON_HOLD = "B_818", "TERMINATED", "ON_HOLD"
IND_PERMISSION = "A140"
HORIZONS = (12, 24, 36)  # months in which permissions are counted
NOTHING = 1e-18  # a chance that is left out at the far end of a distribution
DRAWS = 2000
_SEED = 20_210_217  # of the draws: the same portfolio and rates give the same interval


class Project(Protocol):
    """What a chance asks of a project, as it stood at the end of a day."""

    @property
    def code(self) -> str: ...
    @property
    def pathway(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def claimed(self) -> str: ...


class Permission(Protocol):
    """The milestone at which a clinical trial may begin (A140), with its project, at the end of a day."""

    @property
    def project(self) -> Project: ...
    @property
    def forecast(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Interval:
    """From the 2.5th to the 97.5th per cent of what the draws gave."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spread:
    """What the size of the samples behind the rates leaves open: of the sum, and of at least one."""

    approvals: Interval
    any: Interval


@dataclass(frozen=True, slots=True)
class Swing:
    """How far the answer moves when one assumption does: its value at the low and the high end, and its share of all
    swings. `unknown`: the ends are not an interval of a sample but one that is set here."""

    key: str
    low: float
    high: float
    at_low: float
    at_high: float
    share: float = 0.0
    unknown: bool = False

    @property
    def size(self) -> float:
        """The width of the answer between both ends."""
        return abs(self.at_high - self.at_low)


def step_of(project: Project) -> str | None:
    """The step of the path on which a project stands; None when it leads to no approval of a drug."""
    if project.claimed == TERMINATED or project.pathway == TRACK_818:
        return None
    return _STEPS.get(
        project.stage
    )  # FILING and TRANSLATION_818 are stages of the 818 track, whoever claims them


def chance(step: str | None, rates: RateSet) -> float:
    """The chance of approval from a step; 1 beyond it, 0 without one."""
    if step is None or step == MARKET:
        return float(step == MARKET)
    if step in CLINICAL:
        return rates.loa(step)
    return rates.rates[PRECLINICAL if step == PRE else IND].p * rates.loa("PHASE_I")


def counted(projects: Iterable[Project]) -> dict[str, int]:
    """How many projects stand on each step before approval, in the order of the path."""
    found = Counter(step_of(project) for project in projects)
    return {step: found[step] for step in PATH[:-1] if found[step]}


def expected(counts: Mapping[str, int], rates: RateSet) -> float:
    """The sum of the chances: how many approvals are to be expected."""
    return sum(number * chance(step, rates) for step, number in counts.items())


def at_least_one(counts: Mapping[str, int], rates: RateSet) -> float:
    """The chance that any project is approved."""
    return 1 - math.prod((1 - chance(step, rates)) ** number for step, number in counts.items())


def distribution(chances: Iterable[float]) -> list[float]:
    """The Poisson-binomial distribution: the chance of exactly 0, 1, … successes, by convolution of the binomial ones of
    those that are equal.

    The far end, each below 1e-18, is left out, so that thousands of projects cost little.
    """
    found = np.ones(1)
    for p, number in Counter(chances).items():
        found = _together(found, _binomial(p, number))
    kept: list[float] = found.tolist()
    return kept


def _binomial(p: float, number: int) -> Drawn:
    """The chance of 0, 1, … successes of so many, by doubling."""
    if number == 1:
        return np.array([1 - p, p])
    half = _binomial(p, number // 2)
    whole = _together(half, half)
    return _together(whole, np.array([1 - p, p])) if number % 2 else whole


def _together(one: Drawn, other: Drawn) -> Drawn:
    """The distribution of a sum, without its far end."""
    found = np.convolve(one, other)
    return found[: np.flatnonzero(found >= NOTHING)[-1] + 1]


def chances_of(counts: Mapping[str, int], rates: RateSet) -> list[float]:
    """The chance of each project, by step."""
    return [chance(step, rates) for step, number in counts.items() for _ in range(number)]


def central(probabilities: Sequence[float], share: float = 0.9) -> tuple[int, int]:
    """The numbers between which the middle `share` of a distribution lies, both included."""
    tail, total, low, high = (1 - share) / 2, 0.0, 0, len(probabilities) - 1
    for k, p in enumerate(probabilities):
        if total <= tail < total + p:
            low = k
        if total < 1 - tail <= total + p:
            high = k
            break
        total += p
    return low, high


def of_permission(project: Project, rates: RateSet) -> float:
    """The chance that the clinical trial application of a project is permitted."""
    return rates.rates[IND if project.stage == REVIEW else PRECLINICAL].p


def permissions(rows: Iterable[Permission], day: date, months: int) -> list[Permission]:
    """The open permissions that are forecast up to `months` calendar months after the day, by project: those of
    projects that are neither terminated nor on hold. What is overdue is among them."""
    until = add_months(day, months)
    found = [
        row
        for row in rows
        if row.forecast is not None
        and row.forecast <= until
        and row.project.claimed not in (TERMINATED, ON_HOLD)
    ]
    return sorted(found, key=lambda row: row.project.code)


def foreseen(rows: Iterable[Permission]) -> dict[str, date]:
    """For which day each permission was forecast, by the code of its project; without those that had no forecast."""
    return {row.project.code: row.forecast for row in rows if row.forecast is not None}


def spread(counts: Mapping[str, int], rates: RateSet) -> Spread | None:
    """The intervals that follow from how many programmes each rate was counted in; None where a count is unknown.

    Method: each clinical rate is drawn from its Beta distribution after Jeffreys' prior, Beta(np + ½, n(1 − p) + ½),
    2,000 times with a fixed seed; the two rates before phase I have no n and stay as they are.
    """
    if not counts:
        return None
    ahead = _ahead(counts)
    if any(rates.rates[key].n is None for key in ahead):
        return None
    drawn = _draws(tuple((rates.rates[key].p, rates.rates[key].n or 1) for key in ahead))
    early = {PRE: rates.rates[PRECLINICAL].p, REVIEW: rates.rates[IND].p}
    place = {step: number for number, step in enumerate(CLINICAL)}
    skipped = len(CLINICAL) - len(ahead)
    sums, none = np.zeros(DRAWS), np.ones(DRAWS)
    for step, number in counts.items():
        one = early.get(step, 1.0) * drawn[:, place.get(step, 0) - skipped]
        sums += number * one
        none *= (1 - one) ** number
    return Spread(_middle(sums), _middle(1 - none))


def _ahead(counts: Mapping[str, int]) -> list[str]:
    """The clinical rates that any project still has before it."""
    first = min((list(CLINICAL).index(step) if step in CLINICAL else 0) for step in counts)
    return list(CLINICAL.values())[first:]


@lru_cache(maxsize=64)
def _draws(known: tuple[tuple[float, int], ...]) -> Drawn:
    """Drawn likelihoods of approval: a row for each draw, a column for each of the steps, the first one first."""
    dice = random.Random(_SEED)
    found = []
    for _ in range(DRAWS):
        steps = [dice.betavariate(n * p + 0.5, n * (1 - p) + 0.5) for p, n in known]
        found.append([math.prod(steps[at:]) for at in range(len(steps))])
    drawn = np.array(found)
    drawn.flags.writeable = False  # it is kept for everybody
    return drawn


def _middle(values: Drawn) -> Interval:
    ordered, cut = np.sort(values), len(values) // 40
    return Interval(float(ordered[cut]), float(ordered[-1 - cut]))


TENTH = 0.1  # where no n is known: a tenth of the rate up and down


def ends(rates: RateSet, key: str) -> tuple[float, float, bool]:
    """The ends of a rate: Wilson's interval, or a tenth up and down where n is unknown (then True)."""
    rate = rates.rates[key]
    if rate.interval is None:
        return rate.p * (1 - TENTH), min(1.0, rate.p * (1 + TENTH)), True
    return *rate.interval, False


def swings(counts: Mapping[str, int], rates: RateSet) -> list[Swing]:
    """What the expected number rests on: each rate at both of its ends, the others as they are; the largest first."""
    found = []
    if counts:
        keys = [key for step, key in ((PRE, PRECLINICAL), (REVIEW, IND)) if step in counts] + _ahead(counts)
        for key in keys:
            low, high, unknown = ends(rates, key)
            at = [expected(counts, rates.put(key, p)) for p in (low, high)]
            found.append(Swing(key, low, high, at[0], at[1], unknown=unknown))
    return shared(found)


def shared(found: Iterable[Swing]) -> list[Swing]:
    """The swings by size, each with its share of their sum."""
    ordered = sorted(found, key=lambda swing: -swing.size)
    whole = sum(swing.size for swing in ordered)
    return [
        Swing(
            s.key,
            s.low,
            s.high,
            s.at_low,
            s.at_high,
            share=s.size / whole if whole else 0.0,
            unknown=s.unknown,
        )
        for s in ordered
    ]
