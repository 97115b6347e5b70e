"""Expected net present value: what a project costs on its way and may earn, weighted by the chance of getting there.

eNPV = Σ over years of (chance of reaching what the year's money belongs to × money) ÷ (1 + r)^(years from the day's
year). Costs count with the chance of reaching their step, revenue with the chance of approval. The chances carry the
risk, so r is the price of money (10 % by default), not a venture rate on top of it. Amounts are millions of yuan.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.overview.rules.chances import PATH, PRE, REVIEW, Swing, chance, ends, shared
from kangjiansheng.overview.rules.rates import CLINICAL, IND, PRECLINICAL, RateSet

RATE = 0.10
COST_STEPS = PATH[:-1]  # what is spent after approval is in the net revenue
PEAK, YEARLY = "peak", "years"
YEARS = (2000, 2150)
MOST_YEARS = 40
# How far the tornado moves what has no sample behind it.
RATE_ENDS, REVENUE_ENDS, COST_ENDS, DELAY = 0.02, 0.2, 0.2, 1


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts of years one after another, from `first` on."""

    first: int
    amounts: tuple[float, ...]

    def by_year(self) -> Iterable[tuple[int, float]]:
        """Each year with its amount."""
        return ((self.first + at, amount) for at, amount in enumerate(self.amounts))


@dataclass(frozen=True, slots=True)
class Figures:
    """What was entered for a project: costs by step, net revenue after approval, the discount rate."""

    costs: Mapping[str, Money]
    revenue: Money | None
    rate: float = RATE

    def scaled(self, *, costs: float = 1.0, revenue: float = 1.0) -> "Figures":
        """The same with all costs, or all revenue, multiplied."""
        return replace(
            self,
            costs={step: _times(money, costs) for step, money in self.costs.items()},
            revenue=_times(self.revenue, revenue) if self.revenue else None,
        )

    def later(self, step: str, years: int) -> "Figures":
        """The same when all that lies beyond a step comes later: its own costs stay, revenue keeps its length."""
        beyond = set(PATH[PATH.index(step) + 1 :])
        moved = {
            at: replace(money, first=money.first + years) if at in beyond else money
            for at, money in self.costs.items()
        }
        revenue = replace(self.revenue, first=self.revenue.first + years) if self.revenue else None
        return replace(self, costs=moved, revenue=revenue)


@dataclass(frozen=True, slots=True)
class Valued:
    """A project with figures: the step on which it stands on the day, and what was entered by then."""

    step: str
    figures: Figures


def _times(money: Money, by: float) -> Money:
    return replace(money, amounts=tuple(amount * by for amount in money.amounts))


def figures_of(state: Mapping[str, Any]) -> Figures:
    """The figures from the state that a row or a revision holds."""
    return Figures(
        {step: Money(one["first"], tuple(one["amounts"])) for step, one in state["costs"].items()},
        _revenue(state["revenue"]),
        state["discount"] / 10_000,
    )


def _revenue(kept: Mapping[str, Any] | None) -> Money | None:
    if not kept:
        return None
    if kept["kind"] == YEARLY:
        return Money(kept["first"], tuple(kept["amounts"]))
    return Money(kept["first"], tuple(ramp(kept["peak"], kept["rise"], kept["hold"])))


def ramp(peak: float, rise: int, hold: int) -> list[float]:
    """Revenue that rises in equal steps to its peak in the last year of `rise` and stays there for `hold` years."""
    return [peak * year / rise for year in range(1, rise + 1)] + [peak] * hold


def reach(goal: str, step: str, rates: RateSet) -> float:
    """The chance of reaching a step of the path from the one on which a project stands; 1 for what is reached."""
    at, to = PATH.index(step), PATH.index(goal)
    if to <= at:
        return 1.0
    if goal == PATH[-1]:
        return chance(step, rates)
    if goal == REVIEW:  # a filing that is permitted later takes both: what is left is the way to the filing
        return min(1.0, rates.rates[PRECLINICAL].p / rates.rates[IND].p) if rates.rates[IND].p else 0.0
    early = {PRE: rates.rates[PRECLINICAL].p, REVIEW: rates.rates[IND].p}.get(step, 1.0)
    steps = [one for one in CLINICAL if at <= PATH.index(one) < to]
    return early * math.prod(rates.rates[CLINICAL[one]].p for one in steps)


def enpv(figures: Figures, step: str, rates: RateSet, day: date) -> float:
    """The expected net present value in the year of a day. What lies in years before is spent, and left out."""
    return sum(row.worth for row in lines(figures, step, rates, day))


@dataclass(frozen=True, slots=True)
class Line:
    """One year's money of one step: the amount (costs negative), the chance that it comes, and its present value."""

    year: int
    step: str
    amount: float
    chance: float
    worth: float


def lines(figures: Figures, step: str, rates: RateSet, day: date) -> list[Line]:
    """The sum, year by year: how it comes about."""
    found = []
    flows = [(goal, -1, money) for goal, money in figures.costs.items()]
    if figures.revenue:
        flows.append((PATH[-1], 1, figures.revenue))
    for goal, sign, money in flows:
        likely = reach(goal, step, rates)
        for year, amount in money.by_year():
            if year >= day.year and amount:
                worth = sign * amount * likely / (1 + figures.rate) ** (year - day.year)
                found.append(Line(year, goal, sign * amount, likely, worth))
    return sorted(found, key=lambda line: (line.year, PATH.index(line.step)))


def total(projects: Iterable[Valued], rates: RateSet, day: date) -> float:
    """The sum over projects."""
    return sum(enpv(one.figures, one.step, rates, day) for one in projects)


def enpv_ending(figures: Figures, step: str, rates: RateSet, day: date, later: int) -> float:
    """The same when the plan ends so many days later: what lies beyond the step on which the project stands comes later
    by as many, and is worth so much less."""
    beyond = (1 + figures.rate) ** (-later / 365)
    return sum(
        row.worth if row.step == step else row.worth * beyond for row in lines(figures, step, rates, day)
    )


def tornado(projects: Sequence[Valued], rates: RateSet, day: date) -> list[Swing]:
    """What the sum rests on: each assumption at both of its ends, the others as they are; the largest first.

    Rates go over their Wilson interval (a tenth up and down where n is unknown), the discount rate two points down and
    up, revenue and costs a fifth, and the delay is a year for all that lies ahead.
    """
    found = []
    for key in _rates_ahead(projects):
        low, high, unknown = ends(rates, key)
        at = [total(projects, rates.put(key, p), day) for p in (low, high)]
        found.append(Swing(key, low, high, at[0], at[1], unknown=unknown))

    def moved(key: str, low: float, high: float, change: Any) -> None:
        at = [sum(enpv(change(one, end), one.step, rates, day) for one in projects) for end in (low, high)]
        found.append(Swing(key, low, high, at[0], at[1], unknown=True))

    moved(
        "rate",
        -RATE_ENDS,
        RATE_ENDS,
        lambda one, by: replace(one.figures, rate=max(0.0, one.figures.rate + by)),
    )
    moved("revenue", 1 - REVENUE_ENDS, 1 + REVENUE_ENDS, lambda one, by: one.figures.scaled(revenue=by))
    moved("costs", 1 - COST_ENDS, 1 + COST_ENDS, lambda one, by: one.figures.scaled(costs=by))
    moved("delay", 0, DELAY, lambda one, by: one.figures.later(one.step, int(by)))
    return shared(swing for swing in found if swing.size > 0)


def _rates_ahead(projects: Iterable[Valued]) -> list[str]:
    first = min((PATH.index(one.step) for one in projects), default=len(PATH))
    keys = [CLINICAL[step] for step in CLINICAL if PATH.index(step) >= first]
    steps = {one.step for one in projects}
    early = [PRECLINICAL] if PRE in steps else []
    return early + ([IND] if steps & {PRE, REVIEW} else []) + keys


def check(costs: Mapping[str, Money], revenue: Mapping[str, Any] | None, discount: int) -> None:
    """Refuse what cannot be money of a project: no figure at all, negative amounts, years far off, absurd rates."""
    if not costs and not revenue:
        raise RuleBroken("overview:value-nothing")
    if not 0 <= discount <= 5000:
        raise RuleBroken("overview:value-discount", "discount")
    for step, money in costs.items():
        _check_money(money, f"first_{step}", f"costs_{step}")
    made = _revenue(revenue)
    if made is not None:
        kind = PEAK if revenue and revenue["kind"] == PEAK else "yearly"
        _check_money(made, "revenue_first", "peak" if kind == PEAK else "yearly")


def _check_money(money: Money, first: str, amounts: str) -> None:
    if not YEARS[0] <= money.first <= YEARS[1]:
        raise RuleBroken("overview:value-year", first, least=YEARS[0], most=YEARS[1])
    if len(money.amounts) > MOST_YEARS:
        raise RuleBroken("overview:value-years", amounts, most=MOST_YEARS)
    if any(not 0 <= amount <= 1_000_000 for amount in money.amounts):
        raise RuleBroken("overview:value-amount", amounts)
