"""The figures of `kangjiansheng metrics` counted row by row, and the same rows as columns."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from kangjiansheng.projects.rules import metrics as product
from kangjiansheng.projects.rules.codes import is_decision
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.figures import TOLERANCE_DAYS
from kangjiansheng.projects.rules.ledgers import NONE, STATES, History, Ledgers, number
from kangjiansheng.projects.rules.metrics import DEFINITIONS, rate, slips
from kangjiansheng.projects.rules.packed import dates
from kangjiansheng.projects.rules.plans import RESTING

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
    projects: Iterable[ProjectRow], milestones: Iterable[MilestoneRow], as_of: date
) -> dict[str, Any]:
    """What the product says of some rows, which is what a plain count says. Projects that only milestones name are
    added."""
    rows = list(milestones)
    named = {one.code: one for one in projects}
    named |= {
        row.project: ProjectRow(row.project, "IIT", "ACTIVE", "blood")
        for row in rows
        if row.project not in named
    }
    found = product.metrics(day_of(list(named.values()), rows, as_of))
    assert found == counted(named.values(), rows, as_of)
    return found


def day_of(projects: Sequence[ProjectRow], rows: Sequence[MilestoneRow], as_of: date) -> Day:
    """The rows as columns, one entry of the ledger for each."""
    keys = {one.code: key for key, one in enumerate(projects, 1)}
    of_projects = History(
        np.arange(1, len(projects) + 1),
        np.arange(len(projects) + 1),
        {"code": _words(one.code for one in projects), "illustrative": np.zeros(len(projects), np.bool_)},
        {
            "at": np.zeros(len(projects), np.int64),
            "claimed": _words(one.status for one in projects),
            "stage": _words(one.stage for one in projects),
            "group": _words(one.group for one in projects),
            "family": _words("OTHER" for _one in projects),
            "lab": np.zeros(len(projects), np.int64),
            "rests": np.array([one.status in RESTING for one in projects], np.bool_),
            "archived": np.zeros(len(projects), np.bool_),
        },
    )
    of_milestones = History(
        np.arange(1, len(rows) + 1),
        np.arange(len(rows) + 1),
        {
            "project": np.array([keys[row.project] for row in rows], np.int64),
            "code": _words(row.code for row in rows),
            "position": np.arange(len(rows)),
            "decision": np.array([is_decision(row.code) for row in rows], np.bool_),
            "gate": np.zeros(len(rows), np.bool_),
        },
        {
            "at": np.zeros(len(rows), np.int64),
            "state": np.array(
                [STATES.index("cancelled" if row.cancelled else "open") for row in rows], np.int8
            ),
            "flagged": np.zeros(len(rows), np.bool_),
            **{
                name: dates(np.array([NONE if day is None else number(day) for day in column], np.int64))
                for name, column in (
                    ("baseline", [row.baseline for row in rows]),
                    ("plan", [row.current_plan for row in rows]),
                    ("forecast", [row.forecast for row in rows]),
                    ("actual", [row.actual for row in rows]),
                )
            },
        },
    )
    return Day(Ledgers(of_projects, of_milestones, {}), list(keys.values()), as_of, as_of)


def _words(words: Iterable[str]) -> Any:
    return np.array(list(words), object)


def counted(
    projects: Iterable[ProjectRow], milestones: Iterable[MilestoneRow], as_of: date
) -> dict[str, Any]:
    """All figures as of the end of a day, row by row."""
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
        "on_time_rate_tol30": rate(
            sum(_within(r.actual, r.baseline, TOLERANCE_DAYS) for r in done), len(done)
        ),
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


def _within(actual: date | None, promised: date | None, tolerance: int = 0) -> bool:
    return actual is not None and promised is not None and (actual - promised).days <= tolerance
