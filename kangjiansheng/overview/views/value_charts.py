"""The figures of the value of the pipeline, with their words."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kangjiansheng.core import charts
from kangjiansheng.overview.charts import value as drawn
from kangjiansheng.overview.rules import chances, economics
from kangjiansheng.overview.rules.rates import RateSet
from kangjiansheng.overview.views import value_tables as tables
from kangjiansheng.overview.views import value_words as said

if TYPE_CHECKING:
    from kangjiansheng.overview.views.value import Seen


def all_of(seen: "Seen") -> dict[str, Any]:
    """All figures of the page by name; None where there is nothing to draw."""
    now, swings, money = seen.now, seen.swings, seen.money_swings
    total = economics.total([valued for _one, valued in seen.valued], now.rates, now.day)
    return {
        "distribution": distribution(seen) if now.counts else None,
        "sets": sets(seen) if now.counts else None,
        "assumptions": tornado(swings, now.expected, said.count) if swings else None,
        "money": tornado(money, total, said.money) if money else None,
    }


def distribution(seen: "Seen") -> charts.Figure:
    """The chance of each number of approvals; lit are those of the middle nine tenths."""
    low, high = chances.central(seen.now.distribution)
    return drawn.columns(
        [
            drawn.Bar(
                f"≥ {number}" if beyond else str(number),
                p,
                said.percent(p),
                lit=low <= number <= high,
            )
            for number, p, beyond in tables.bars(seen.now)
        ]
    )


def sets(seen: "Seen") -> charts.Figure:
    """The expected number by set, with its interval; the chosen set is lit."""
    rows = [_row(seen, rates) for rates in seen.offered]
    most = max(max(row.high or 0, row.at) for row in rows)
    return drawn.spans(rows, [(tick, f"{tick:g}") for tick in drawn.round_ticks(0, most)])


def _row(seen: "Seen", rates: RateSet) -> drawn.Span:
    at = chances.expected(seen.now.counts, rates)
    found = seen.spreads[rates.code]
    low, high = (found.approvals.low, found.approvals.high) if found else (None, None)
    lit = rates.code == seen.now.rates.code
    return drawn.Span(said.short_set(rates), at, low, high, said.count(at), lit)


def tornado(swings: Sequence[chances.Swing], middle: float, show: Callable[[float], str]) -> charts.Figure:
    """The assumptions by how far the answer moves with each; the largest is lit."""
    rows = [
        drawn.Span(
            said.assumption(swing.key),
            middle,
            swing.at_low,
            swing.at_high,
            said.percent(swing.share, 0),
            number == 0,
        )
        for number, swing in enumerate(swings)
    ]
    ends = [end for swing in swings for end in (swing.at_low, swing.at_high)]
    ticks = [(tick, f"{tick:g}".replace("-", "−")) for tick in drawn.round_ticks(min(ends), max(ends), 5)]
    return drawn.tornado(rows, middle, ticks, show(middle))
