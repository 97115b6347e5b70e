"""The figures of `kangjiansheng metrics`, of all projects as they stood at the end of a day, whether they run or not.

Rates have four decimals, the mean two, days are whole. Rows that record a decision count in `milestones` only; every
other figure leaves them out. The definitions for readers are in docs/metrics.md.
"""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from . import figures
from .days import Day
from .ledgers import Array

DEFINITIONS = "docs/metrics.md"


def metrics(day: Day) -> dict[str, Any]:
    """All figures of a day, under the keys that `kangjiansheng metrics --json` prints. A rate or a slip without any row
    is None."""

    def count(name: str) -> int:
        return int(figures.counted(name, day).sum())

    done, due, due_done = count("done"), count("due-by"), count("due-done")
    on_time = count("done-on-baseline")
    return {
        "as_of": day.day.isoformat(),
        "definitions": DEFINITIONS,
        "projects": len(day.there),
        "by_stage": _by(day, day.stage),
        "by_status": _by(day, day.claimed),
        "by_group": _by(day, day.facts("group")),
        "milestones": len(day.id),
        "done": done,
        "done_on_or_before_baseline": on_time,
        "on_time_rate": rate(on_time, done),
        "on_time_rate_tol30": rate(count("done-within-tolerance"), done),
        "on_time_rate_current_plan": rate(count("done-on-plan"), done),
        "slip_days": slips(figures.slipped_by(day).tolist()),
        "last_12m": {"done": count("on-time"), "on_time": count("on-time-kept")},
        "due_by_asof": due,
        "due_done": due_done,
        "due_not_done": due - due_done,
        "overdue_stale_forecast": sorted(_named(day, figures.counted("stale", day))),
    }


def _by(day: Day, column: Array) -> dict[str, int]:
    """How many projects there are of each word of a column."""
    return dict(Counter(column[day.there].tolist()))


def _named(day: Day, mask: Array) -> list[list[str]]:
    """The codes of the project and of the milestone of each of a mask."""
    places = zip(day.project[mask].tolist(), day.codes[mask].tolist(), strict=True)
    return [[day.code(project), code] for project, code in places]


def rate(part: int, whole: int) -> float | None:
    """A share with four decimals, or None when there is nothing to share."""
    return round(part / whole, 4) if whole else None


def slips(days: Sequence[int]) -> dict[str, float | int | None]:
    """Mean (two decimals), median, p90 and maximum of slips in calendar days; None without any.

    p90 is the element floor(0.9·(n−1)) of the sorted list.
    """
    if not days:
        return {"mean": None, "median": None, "p90": None, "max": None}
    ordered = sorted(days)
    return {
        "mean": round(sum(ordered) / len(ordered), 2),
        "median": median(ordered),
        # In whole numbers: 0.9 has no exact binary form, and 0.9·10 must be 9.
        "p90": ordered[9 * (len(ordered) - 1) // 10],
        "max": ordered[-1],
    }
