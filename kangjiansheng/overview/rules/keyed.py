"""Every figure of the board and of the pipeline's value under a key: plain numbers, as JSON gives them.

Chances and sums have four decimals, money two. The keys of milestones and projects are in `projects.rules.metrics`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from . import chances
from .board import Board
from .rates import RateSet

BARS = 5  # the distribution under its key goes up to so many approvals


def of_board(found: Board) -> dict[str, Any]:
    """The figures that the dashboard shows, compared with its other day."""
    cause, soonest, rate = found.answer.cause, found.gates.soonest, found.on_time
    return {
        "compare": found.compare.isoformat(),
        "groups": dict(found.answer.groups),
        "on_time_12m": {
            "percent": rate.now.percent,
            "then": rate.then.percent,
            "change": rate.change,
            "on_time": rate.now.part,
            "done": rate.now.whole,
        },
        "largest_slip": [cause.project.code, cause.milestone.code, cause.days] if cause else None,
        "slipped": {
            "now": found.slipped.now,
            "then": found.slipped.then,
            "change": found.slipped.change,
            "no_forecast_then": found.slipped.new,
            "median": found.slipped.median,
        },
        "due_90d": {
            "now": found.due.now,
            "then": found.due.then,
            "off_plan": found.due.off,
            "overdue": found.due.overdue,
        },
        "gates_waiting": {
            "now": found.gates.now,
            "then": found.gates.then,
            "soonest": soonest.held_on.isoformat() if soonest else None,
        },
        "needs_attention": found.attention.total,
        "moves": {
            "moved": found.moves.total,
            "no_forecast_then": found.moves.new,
            "reached": found.moves.reached,
        },
        "punctuality_3m": {
            row.lab.code: [row.shares[-1].part, row.shares[-1].whole] for row in found.health.rows
        },
    }


def of_approvals(projects: Sequence[chances.Project], rates: RateSet) -> dict[str, Any]:
    """Expected approvals with a set of rates, under keys that end with its code.

    The distribution goes up to five approvals, or to as many as there are projects; the page shows all of it.
    """
    counts = chances.counted(projects)
    bars = chances.distribution(chances.chances_of(counts, rates))
    bars += [0.0] * (BARS + 1 - len(bars))
    spread = chances.spread(counts, rates)
    return {
        f"expected_approvals_{rates.code}": round(chances.expected(counts, rates), 4),
        f"expected_approvals_interval_{rates.code}": _ends(spread.approvals) if spread else None,
        f"prob_at_least_one_approval_{rates.code}": round(chances.at_least_one(counts, rates), 4),
        f"poisson_binomial_{rates.code}": [round(p, 4) for p in bars[: min(BARS, len(projects)) + 1]],
    }


def _ends(interval: chances.Interval) -> list[float]:
    return [round(interval.low, 4), round(interval.high, 4)]


def of_permissions(awaited: Iterable[chances.Permission], day: date, rates: RateSet) -> dict[str, Any]:
    """Expected IND permissions in each horizon, with the projects that they are the sum of."""
    rows = list(awaited)
    found = {}
    for months in chances.HORIZONS:
        due = [
            (row, chances.of_permission(row.project, rates)) for row in chances.permissions(rows, day, months)
        ]
        items = [[row.project.code, row.forecast.isoformat() if row.forecast else None, p] for row, p in due]
        found[f"expected_INDs_{months}m"] = {
            "value": round(sum(p for _row, p in due), 4),
            "items": items,
        }
    return found


def permissions_compared(
    awaited: Iterable[chances.Permission],
    before: Iterable[chances.Permission],
    day: date,
    compare: date,
    rates: RateSet,
) -> dict[str, Any]:
    """The same on the day of comparison, and how much of them now comes from permissions that had no forecast then."""
    rows, old = list(awaited), list(before)
    known = chances.foreseen(old)
    found = {}
    for months in chances.HORIZONS:
        then = [
            chances.of_permission(row.project, rates) for row in chances.permissions(old, compare, months)
        ]
        new = [
            chances.of_permission(row.project, rates)
            for row in chances.permissions(rows, day, months)
            if row.project.code not in known
        ]
        found[f"{months}m"] = {"then": round(sum(then), 4), "no_forecast_then": round(sum(new), 4)}
    return {"INDs_compared": found}


def of_value(
    projects: Sequence[chances.Project],
    awaited: Iterable[chances.Permission],
    day: date,
    sets: Mapping[str, RateSet],
    codes: Sequence[str],
    worth: float | None,
    valued: int,
) -> dict[str, Any]:
    """The value of the pipeline: approvals with each of some sets, the last of which also gives the other rates."""
    found: dict[str, Any] = {
        "rates": codes[-1],
        "approved": sum(chances.step_of(p) == chances.MARKET for p in projects),
    }
    for code in dict.fromkeys(codes):
        found |= of_approvals(projects, sets[code])
    found |= of_permissions(awaited, day, sets[codes[-1]])
    return found | {
        "expected_net_present_value": {
            "value": round(worth, 2) if worth is not None else None,
            "projects": valued,
        }
    }
