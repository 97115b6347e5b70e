"""The ledger of an imported milestone: which entries its dates give, and from when each counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from kangjiansheng.core.calendar import end_of, start_of

from .. import vocabulary
from .planned import PlannedEntry
from .tables import Row

# When several things happen on one day, in this order.
_REBASELINE, _REPORT, _LAST, _CANCEL, _DONE = range(5)
_CANCELLED = frozenset({"CANCELLED", "NA"})


@dataclass(frozen=True, slots=True)
class Dates:
    """All that the files say about the dates of one milestone."""

    baseline: date | None
    current_plan: date | None
    rebaselined_on: date | None
    forecast: date | None
    actual: date | None
    cancelled: bool
    reports: tuple[tuple[date, date], ...]  # (report date, forecast), before the actual date, in order
    baseline_start: date | None
    as_of: date

    @classmethod
    def of(
        cls,
        row: Row,
        reports: Mapping[date, tuple[date, Row]],
        baseline_start: date | None,
        as_of: date,
    ) -> "Dates":
        """Read the dates of a row, and note what is odd about them."""
        note = row.problems.add
        baseline, actual = row.day("plan_baseline"), row.day("actual")
        current, rebaselined = row.day("plan_current") or baseline, row.day("rebaselined_on")
        status = row.word("status").upper()
        if status and status not in vocabulary.milestone_statuses():
            note("unknown-status", row, "status", error=True)
        if baseline is None and not row.word("plan_baseline"):
            note("baseline-missing", row, "plan_baseline")
        if current != baseline and rebaselined is None and not row.word("rebaselined_on"):
            note("plan-changed-without-date", row, "plan_current")
        if rebaselined is not None and rebaselined > as_of:
            note("rebaselined-after-as-of", row, "rebaselined_on", as_of=as_of)
        if status == "DONE" and actual is None and not row.word("actual"):
            note("done-without-date", row, "status")
        if actual is not None:
            if status not in ("", "DONE"):
                note("status-differs", row, "status", expected="DONE")
            if not row.text("evidence_ref"):
                note("done-without-evidence", row, "evidence_ref")
            if baseline_start is not None and actual < baseline_start:
                note("actual-before-start", row, "actual", start=baseline_start)
            if actual > as_of:
                note("actual-after-as-of", row, "actual", as_of=as_of)
        return cls(
            baseline=baseline,
            current_plan=current,
            rebaselined_on=min(rebaselined, as_of) if rebaselined else None,
            forecast=row.day("forecast"),
            actual=actual,
            cancelled=status in _CANCELLED and actual is None,
            # What was forecast once the thing was done says nothing.
            reports=tuple(
                (day, forecast)
                for day, (forecast, _) in sorted(reports.items())
                if actual is None or day < actual
            ),
            baseline_start=baseline_start,
            as_of=as_of,
        )


def opening_day(dates: Dates) -> date:
    """The day at whose 00:00 the milestone opens: the earliest that the files name, `as_of` included."""
    own = (dates.baseline, dates.current_plan, dates.rebaselined_on, dates.forecast, dates.actual)
    days = (*own, dates.baseline_start, dates.as_of, *(day for day, _ in dates.reports))
    return min(day for day in days if day is not None)


def entries(dates: Dates, *, decision: bool = False) -> tuple[PlannedEntry, ...]:
    """The entries of a milestone in order. The first opens it with its baseline; no entry is earlier."""
    state = PlannedEntry(
        kind="open",
        effective_at=start_of(opening_day(dates)),
        baseline=dates.baseline,
        current_plan=dates.baseline if dates.rebaselined_on else dates.current_plan,
        forecast=None,
        actual=None,
        state="open",
        moves=0,
    )
    found = [state]
    for day, step, value in sorted(_steps(dates), key=lambda item: item[:2]):
        promised = state.forecast or state.current_plan or state.baseline
        if step == _LAST and state.forecast == value and state.effective_at == end_of(day):
            continue  # the history has said so on the same day
        if step == _REBASELINE:
            state = replace(state, kind="rebaseline", current_plan=value)
        elif step in (_REPORT, _LAST):
            state = replace(state, kind="confirm" if value == promised else "forecast", forecast=value)
        elif step == _CANCEL:
            state = replace(state, kind="cancel", state="cancelled")
        else:
            state = replace(state, kind="done", actual=value, state="done")
        now = state.forecast or state.current_plan or state.baseline
        moved = not decision and promised is not None and now != promised
        state = replace(state, effective_at=end_of(day), moves=state.moves + moved)
        found.append(state)
    return tuple(found)


def _steps(dates: Dates) -> list[tuple[date, int, date | None]]:
    steps: list[tuple[date, int, date | None]] = [(day, _REPORT, forecast) for day, forecast in dates.reports]
    if dates.rebaselined_on is not None:
        steps.append((dates.rebaselined_on, _REBASELINE, dates.current_plan))
    if dates.forecast is not None and (dates.actual is None or dates.actual > dates.as_of):
        steps.append((dates.as_of, _LAST, dates.forecast))
    if dates.cancelled:
        steps.append((dates.as_of, _CANCEL, None))
    if dates.actual is not None:
        steps.append((dates.actual, _DONE, dates.actual))
    return steps
