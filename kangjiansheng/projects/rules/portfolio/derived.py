"""Columns that only repeat what other rows say: read, compared, warned about, never stored."""

import json
from collections.abc import Sequence
from datetime import date

from .history import Dates
from .planned import PlannedMilestone
from .tables import Row

_REPEATED = ("plan_baseline", "forecast", "actual", "status")
Found = tuple[str, Dates, Row]


def compare_derived(project: Row, milestones: Sequence[Found]) -> None:
    """Warn where `slip_days`, `last_*`, `next_*` or `milestones_json` differ from the milestones."""
    for _, dates, row in milestones:
        _compare(row, "slip_days", _days(dates.actual or dates.forecast, dates.baseline))
    reached = [(dates.actual, n) for n, (_, dates, _) in enumerate(milestones) if dates.actual is not None]
    if reached:
        code, dates, _ = milestones[max(reached)[1]]
        _compare(project, "last_milestone", code)
        _compare(project, "last_milestone_actual", _iso(dates.actual))
    coming = next(((c, d) for c, d, _ in milestones if d.actual is None and not d.cancelled), None)
    if coming is not None:
        code, dates = coming
        _compare(project, "next_milestone", code)
        _compare(project, "next_plan_baseline", _iso(dates.baseline))
        _compare(project, "next_forecast", _iso(dates.forecast))
        _compare(project, "next_slip_days", _days(dates.forecast, dates.baseline))
    _compare_json(project, milestones)


def compare_order(milestones: Sequence[tuple[PlannedMilestone, Dates, Row]]) -> None:
    """Warn of a milestone that is done before its predecessor. Finish to start warns, and never blocks."""
    actual = {milestone.code: dates.actual for milestone, dates, _ in milestones}
    for milestone, dates, row in milestones:
        if dates.actual is None:
            continue
        for code in milestone.predecessors:
            if code not in actual:
                continue
            before = actual[code]
            if before is None or before > dates.actual:
                row.problems.add("done-before-predecessor", row, "actual", predecessor=code)


def _compare(row: Row, column: str, expected: str) -> None:
    given = row.word(column)
    if given and given != expected:
        row.problems.add("derived-differs", row, column, expected=expected)


def _compare_json(project: Row, milestones: Sequence[Found]) -> None:
    text = project.raw("milestones_json")
    if not text:
        return
    try:
        listed = {str(item["milestone_code"]): item for item in json.loads(text)}
    except (ValueError, TypeError, KeyError, RecursionError):
        project.problems.add("json-unreadable", project, "milestones_json")
        return
    rows = {code: row for code, _, row in milestones}
    differing = [
        code
        for code in dict.fromkeys([*rows, *listed])
        if code not in rows
        or code not in listed
        or any(
            column in listed[code] and str(listed[code][column] or "") != rows[code].word(column)
            for column in _REPEATED
        )
    ]
    if differing:
        project.problems.add("derived-differs", project, "milestones_json", milestones=differing)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _days(reached: date | None, baseline: date | None) -> str:
    return str((reached - baseline).days) if reached and baseline else ""
