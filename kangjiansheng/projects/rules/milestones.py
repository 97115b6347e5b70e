"""Milestones: which one of eight statuses each has and why, and which acts are allowed."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from kangjiansheng.core.errors import RuleBroken

from .vocabulary import reasons as reason_codes

Status = Literal["ontrack", "risk", "slip", "late", "done", "idle", "gate", "pause"]
State = Literal["open", "done", "cancelled"]
Kind = Literal["milestone", "decision"]
Turn = Literal["later", "earlier", "same"]

SLIP_DAYS = 15
# From the one that needs somebody most to the one that needs nobody.
SEVERITY: tuple[Status, ...] = ("gate", "late", "slip", "risk", "pause", "ontrack", "idle", "done")
_OLDEST = date(1900, 1, 1)
_BEFORE = timedelta(days=365)  # a step may have been taken before its project was planned, by so much
_AHEAD = timedelta(days=365 * 30)


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """A milestone after an act. `forecast` counts only when confirmed; `proposed` is said, not confirmed."""

    baseline: date | None = None
    plan: date | None = None
    forecast: date | None = None
    forecast_confirmed: bool = True
    proposed: date | None = None
    actual: date | None = None
    state: State = "open"
    kind: Kind = "milestone"
    reason_code: str | None = None

    @property
    def confirmed(self) -> date | None:
        """The confirmed forecast, or None."""
        return self.forecast if self.forecast_confirmed else None

    @property
    def promised(self) -> date | None:
        """The last confirmed date: the confirmed forecast, else the current plan, else the baseline."""
        return self.confirmed or self.plan or self.baseline

    def is_done(self, day: date) -> bool:
        """True when it was reached on or before that day."""
        return self.actual is not None and self.actual <= day


@dataclass(frozen=True, slots=True)
class Because:
    """One reason of a status: a code and the facts from which the reader's sentence is made."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def slip_days(state: MilestoneState) -> int | None:
    """Calendar days between baseline and the actual date, or else the confirmed forecast; early is negative.

    None when there is no baseline, or neither an actual nor a confirmed date to compare.
    """
    reached = state.actual or state.confirmed
    if state.baseline is None or reached is None:
        return None
    return (reached - state.baseline).days


def past_plan(state: MilestoneState) -> int | None:
    """Calendar days between the current plan and the date that slips from the baseline; None when the plan still is
    the baseline, or there is nothing to compare."""
    reached = state.actual or state.confirmed
    if state.plan in (None, state.baseline) or reached is None:
        return None
    return (reached - state.plan).days


def status(
    state: MilestoneState,
    today: date,
    *,
    threshold: int = SLIP_DAYS,
    flagged: bool = False,
    gate: bool = False,
    awaiting: bool = False,
    paused: bool = False,
) -> Status:
    """The one status of a milestone at the end of `today`.

    `threshold`: from how many days after the baseline a delay is a slip and no longer a risk.
    `awaiting`: a gate (`gate`) on which the committee or the company must decide. `paused`: its project
    is on hold or has ended. Idle is what nobody has spoken of yet: open, no confirmed date, plan ahead.
    """
    if state.is_done(today):
        return "done"
    if state.state == "cancelled":
        return "idle"
    if paused:
        return "pause"
    if gate and awaiting:
        return "gate"
    if state.promised is not None and state.promised < today:
        return "late"
    late_by = slip_days(state if state.actual is None else replace(state, actual=None)) or 0
    if late_by >= threshold:
        return "slip"
    if late_by > 0 or flagged:
        return "risk"
    return "idle" if state.confirmed is None else "ontrack"


def reasons(
    state: MilestoneState,
    today: date,
    *,
    threshold: int = SLIP_DAYS,
    flagged: bool = False,
    gate: bool = False,
    awaiting: bool = False,
    paused: bool = False,
) -> tuple[Because, ...]:
    """Why the milestone has its status, most telling first; empty when nothing needs a word."""
    if state.is_done(today) or state.state == "cancelled":
        return ()
    found = []
    if paused:
        found.append(Because("paused"))
    if gate and awaiting:
        found.append(Because("awaiting_decision"))
    if state.promised is not None and state.promised < today:
        code = "forecast_passed" if state.confirmed else "plan_passed"
        found.append(Because(code, {"date": state.promised, "days": (today - state.promised).days}))
    late_by = slip_days(replace(state, actual=None)) or 0
    if late_by > 0:
        code = "slipped" if late_by >= threshold else "at_risk"
        found.append(
            Because(code, {"days": late_by, "baseline": state.baseline, "forecast": state.confirmed})
        )
        if (over := past_plan(replace(state, actual=None))) is not None:
            found.append(Because("against_plan", {"days": over}))
    if flagged:
        found.append(Because("flagged"))
    if state.proposed is not None:
        found.append(Because("proposed", {"date": state.proposed}))
    if state.reason_code and found:
        found.append(Because("waiting_for", {"reason": state.reason_code}))
    return tuple(found)


def worst(statuses: Iterable[Status]) -> Status:
    """The status of a project from those of its milestones.

    The worst open milestone, except that a gate waiting for a decision shows as gate. Without any open
    milestone: done when something is done, else idle.
    """
    return min(statuses, key=SEVERITY.index, default="idle")


def on_track(state: MilestoneState, today: date) -> MilestoneState:
    """Confirm the promise, or the proposed date. Refused when that has passed, or nothing is promised."""
    require_open(state)
    date_kept = state.proposed or state.promised
    if date_kept is None:
        raise RuleBroken("projects:nothing-promised", field="date")
    if date_kept < today:
        raise RuleBroken("projects:promise-passed", field="date", date=date_kept)
    return replace(state, forecast=date_kept, forecast_confirmed=True, proposed=None)


def turn(promised: date | None, day: date) -> Turn:
    """Where a day lies against the promised one; without a promise it is later."""
    if promised is None or day > promised:
        return "later"
    return "earlier" if day < promised else "same"


def cause(state: MilestoneState, new_date: date, reason_code: str) -> str:
    """The reason that is recorded with another date: none for one that is not later, unless it corrects the reason of a
    slip."""
    way = turn(state.promised, new_date)
    return reason_code if way == "later" or (way == "same" and corrects(state, reason_code)) else ""


def corrects(state: MilestoneState, reason_code: str) -> bool:
    """Whether this is another reason for a slip whose date stands, and nobody has proposed another date."""
    unasked = state.proposed is None and reason_code in reason_codes()
    return unasked and (slip_days(state) or 0) > 0 and reason_code != state.reason_code


def will_slip(
    state: MilestoneState, new_date: date, reason_code: str, today: date, *, confirmed: bool = True
) -> MilestoneState:
    """Promise another date, with a reason. An unconfirmed date is only proposed, the promise stays.

    A date before the promised one is an advance: it takes no reason, and the last one stays as long as the milestone
    still comes after its baseline. The promised date itself is kept against one that was proposed; else nothing
    changes but the reason of a slip, when it is another one.
    Refused: a date before today or far ahead, a reason outside the vocabulary, nothing new.
    """
    require_open(state)
    if new_date < today:
        raise RuleBroken("projects:date-passed", field="date", date=new_date, today=today)
    plausible(new_date, today, field="date")
    way = turn(state.promised, new_date)
    if reason_code not in reason_codes() and (reason_code or way == "later"):
        raise RuleBroken("projects:reason-missing", field="reason")
    if way == "same" and not _speaks(state, new_date, reason_code, confirmed=confirmed):
        raise RuleBroken("projects:same-date", field="date", date=new_date)
    late = state.baseline is None or new_date > state.baseline
    reason = cause(state, new_date, reason_code) or (state.reason_code if late else None)
    if not confirmed:
        return replace(state, proposed=new_date, reason_code=reason if way == "later" else state.reason_code)
    return replace(state, forecast=new_date, forecast_confirmed=True, proposed=None, reason_code=reason)


def _speaks(state: MilestoneState, promised: date, reason_code: str, *, confirmed: bool) -> bool:
    """Whether the promised date itself says something: against another one, or for another reason."""
    other = state.proposed is not None and state.proposed != promised
    return other or (confirmed and corrects(state, reason_code))


def done(state: MilestoneState, actual: date, today: date, begun: date | None = None) -> MilestoneState:
    """Record that it was reached. Refused for a day that has not come, or one long before the project began."""
    require_open(state)
    if actual > today:
        raise RuleBroken("projects:actual-ahead", field="actual", date=actual, today=today)
    plausible(actual, today, begun, field="actual")
    return replace(state, actual=actual, state="done", proposed=None)


def plausible(day: date, today: date, begun: date | None = None, *, field: str) -> None:
    """Refuse a day that can only be a slip of the pen: over a year before the project began, or 30 years ahead."""
    earliest = begun - _BEFORE if begun and begun - _OLDEST > _BEFORE else _OLDEST
    if day < earliest:
        raise RuleBroken("projects:before-project", field=field, date=day, begun=begun or _OLDEST)
    if day - today > _AHEAD:
        raise RuleBroken("projects:too-far-ahead", field=field, date=day)


def rebaseline(state: MilestoneState, new_plan: date) -> MilestoneState:
    """Give a new current plan. The baseline is never changed."""
    require_open(state)
    if new_plan == state.plan:
        raise RuleBroken("projects:same-date", field="plan", date=new_plan)
    return replace(state, plan=new_plan)


def cancel(state: MilestoneState) -> MilestoneState:
    """Take an open milestone out of the plan; it stays in the record."""
    require_open(state)
    return replace(state, state="cancelled", proposed=None)


def reopen(state: MilestoneState) -> MilestoneState:
    """Open a reached or cancelled milestone again; its actual date goes, the ledger keeps it."""
    if state.kind == "decision":
        raise RuleBroken("projects:is-decision")
    if state.state == "open":
        raise RuleBroken("projects:already-open")
    return replace(state, state="open", actual=None)


def undo(current: MilestoneState, after: MilestoneState, before: MilestoneState) -> MilestoneState:
    """Return to the state before an act. Refused when something else has happened since."""
    if current != after:
        raise RuleBroken("projects:changed-since")
    return before


def require_open(state: MilestoneState) -> None:
    """Refuse what is a decision, was reached or is cancelled."""
    if state.kind == "decision":
        raise RuleBroken("projects:is-decision")
    if state.state != "open":
        raise RuleBroken("projects:not-open", state=state.state)
