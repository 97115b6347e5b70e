"""The figures of the executive dashboard, from plain rows as they stood at the end of a day.

Rates have four decimals, the mean two, days are whole. Rows that record a decision (code X9…) count in
`milestones` only; every other figure leaves them out. The definitions for readers are in docs/metrics.md.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from .codes import is_decision

DEFINITIONS = "docs/metrics.md"
TOLERANCE_DAYS = 30
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project at the end of a day, as its people claim it."""

    code: str
    stage: str
    status: str
    group: str


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone at the end of a day. `forecast` is the confirmed one, never a proposal."""

    project: str
    code: str
    baseline: date | None
    current_plan: date | None
    forecast: date | None
    actual: date | None
    cancelled: bool = False


def metrics(
    projects: Iterable[ProjectRow],
    milestones: Iterable[MilestoneRow],
    as_of: date,
    *,
    tolerance: int = TOLERANCE_DAYS,
) -> dict[str, Any]:
    """All figures as of the end of a day, under the keys that `kangjiansheng metrics --json` prints.

    A rate or a slip without any row is None. `tolerance` in days is that of `on_time_rate_tol30`.
    """
    projects, every = list(projects), list(milestones)
    rows = [row for row in every if not is_decision(row.code)]
    done = [row for row in rows if is_done(row, as_of)]
    due = [row for row in rows if row.baseline is not None and row.baseline <= as_of]
    due_done = sum(is_done(row, as_of) for row in due)
    recent = [row for row in done if row.actual is not None and as_of - _YEAR < row.actual]
    on_time = sum(_within(row.actual, row.baseline) for row in done)
    return {
        "as_of": as_of.isoformat(),
        "definitions": DEFINITIONS,
        "projects": len(projects),
        "by_stage": dict(Counter(project.stage for project in projects)),
        "by_status": dict(Counter(project.status for project in projects)),
        "by_group": dict(Counter(project.group for project in projects)),
        "milestones": len(every),
        "done": len(done),
        "done_on_or_before_baseline": on_time,
        "on_time_rate": rate(on_time, len(done)),
        "on_time_rate_tol30": rate(sum(_within(r.actual, r.baseline, tolerance) for r in done), len(done)),
        "on_time_rate_current_plan": rate(
            sum(_within(r.actual, r.current_plan or r.baseline) for r in done), len(done)
        ),
        "slip_days": slips([(r.actual - r.baseline).days for r in done if r.actual and r.baseline]),
        "last_12m": {
            "done": len(recent),
            "on_time": sum(_within(row.actual, row.baseline) for row in recent),
        },
        "due_by_asof": len(due),
        "due_done": due_done,
        "due_not_done": len(due) - due_done,
        "overdue_stale_forecast": stale(rows, as_of),
    }


def is_done(row: MilestoneRow, as_of: date) -> bool:
    """True when the milestone has an actual date on or before that day."""
    return row.actual is not None and row.actual <= as_of


def stale(rows: Iterable[MilestoneRow], as_of: date) -> list[list[str]]:
    """Project and milestone codes of open milestones whose confirmed forecast lies before that day."""
    return sorted(
        [row.project, row.code]
        for row in rows
        if not row.cancelled
        and not is_done(row, as_of)
        and row.forecast is not None
        and row.forecast < as_of
        and not is_decision(row.code)
    )


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


def _within(actual: date | None, promised: date | None, tolerance: int = 0) -> bool:
    return actual is not None and promised is not None and (actual - promised).days <= tolerance
