"""Which acts the edited cells of a row come to, in order; the rules of milestones decide what is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.rules import milestones as rules
from kangjiansheng.projects.rules.milestones import MilestoneState

# lead: plans and hands over, too. confirm: whose word counts at once. propose: whose word waits. none: reads.
Right = Literal["lead", "confirm", "propose", "none"]
ANY_REASON = "OTHER"  # stands in while the reader has not been asked for one


@dataclass(frozen=True, slots=True)
class Step:
    """One act: its kind in the ledger, the state after it, and whom it makes the owner.

    `lacks_reason`: a promise becomes later and neither the row nor the reader has said why. `replans`: it
    changes a plan, which needs a reason and an authority. `corrects`: only the reason of a slip is another one.
    """

    kind: str
    state: MilestoneState
    owner: int | None = None
    note: str = ""
    lacks_reason: bool = False
    replans: bool = False
    corrects: bool = False


def steps(
    state: MilestoneState,
    wanted: Mapping[str, Any],
    *,
    reason: str | None,
    note: str,
    right: Right,
    archived: bool,
    today: date,
    begun: date | None = None,
    held_by: str = "",
) -> list[Step]:
    """The acts for the new values of a row; empty when they come to nothing.

    Opening again comes first, then the plan, the owner, the forecast or the reason of the slip that stands, and at
    last done or cancelled. Raises RuleBroken with the column in `field`. `begun` is the day on which the project began, as far as known.
    `held_by`: the conditions that stop a gate, in words.
    """
    asked = [key for key in ("state", "plan", "owner", "forecast", "actual") if key in wanted]
    if _corrects(state, wanted, today):
        asked.append("reason")
    if not asked:
        return []
    _may(asked, right, archived, state)
    found: list[Step] = []
    new_state = wanted.get("state")
    if new_state == "open":
        state = _put(found, "reopen", _at("state", lambda: rules.reopen(state)))
    if "plan" in wanted:
        plan: date = wanted["plan"]
        first = state.baseline is None
        planned = _at("plan", lambda: _planned(state, plan, today, begun))
        state = _put(found, "rebaseline", planned, replans=not first)
    if "owner" in wanted:
        found.append(Step("owner", state, owner=wanted["owner"]))
    if "forecast" in wanted:
        state = _forecast(found, state, wanted["forecast"], reason, note, right, today)
    if "reason" in asked and (kept := state.promised):
        state = _moved(found, "forecast", state, kept, wanted["reason"], note, today, corrects=True)
    _end(found, state, new_state, wanted.get("actual"), note, today, begun)
    if held_by and found and found[-1].kind == "done":
        raise RuleBroken("projects:conditions-open", field="actual", conditions=held_by)
    return found


def _corrects(state: MilestoneState, wanted: Mapping[str, Any], today: date) -> bool:
    """Whether the row gives another reason for the slip that stands and says nothing else about when; a date that has
    passed needs another one first."""
    if "reason" not in wanted or wanted.keys() & {"forecast", "actual", "state"} or state.state != "open":
        return False
    ahead = state.promised is not None and state.promised >= today
    return ahead and rules.corrects(state, wanted["reason"])


def _may(asked: list[str], right: Right, archived: bool, state: MilestoneState) -> None:
    if archived:
        raise RuleBroken("projects:archived", field=asked[0])
    if state.kind == "decision":
        raise RuleBroken("projects:is-decision", field=asked[0])
    if right == "none":
        raise RuleBroken("projects:sheet-reads-only", field=asked[0])
    for key in asked:
        if right == "propose" and key != "forecast":
            raise RuleBroken("projects:sheet-proposes-only", field=key)
        if right == "confirm" and key in ("plan", "owner"):
            raise RuleBroken("projects:sheet-leads-only", field=key)


def _at(column: str, act: Any) -> MilestoneState:
    """Let a rule that refuses name the column instead of its own field."""
    try:
        found: MilestoneState = act()
    except RuleBroken as problem:
        raise RuleBroken(problem.code, field=column, **problem.facts) from problem
    return found


def _put(found: list[Step], kind: str, state: MilestoneState, **more: Any) -> MilestoneState:
    found.append(Step(kind, state, **more))
    return state


def _planned(state: MilestoneState, plan: date, today: date, begun: date | None) -> MilestoneState:
    """The first plan is the baseline for good."""
    rules.plausible(plan, today, begun, field="plan")
    if state.baseline is None and state.state == "open":
        return replace(state, baseline=plan, plan=plan)
    return rules.rebaseline(state, plan)


def _forecast(
    found: list[Step],
    state: MilestoneState,
    day: date,
    reason: str | None,
    note: str,
    right: Right,
    today: date,
) -> MilestoneState:
    if right == "propose":
        if state.proposed == day:
            return state
        return _moved(found, "propose", state, day, reason, note, today)
    if day == state.promised and state.state == "open":
        # Nobody has stood by this date yet: the sheet confirms it.
        kept = replace(state, proposed=None)
        return _put(found, "confirm", _at("forecast", lambda: rules.on_track(kept, today)), note=note)
    return _moved(found, "forecast", state, day, reason, note, today)


def _moved(
    found: list[Step],
    kind: str,
    state: MilestoneState,
    day: date,
    reason: str | None,
    note: str,
    today: date,
    *,
    corrects: bool = False,
) -> MilestoneState:
    advances = rules.turn(state.promised, day) == "earlier"  # takes no reason
    said = reason or ("" if advances else ANY_REASON)

    def act() -> MilestoneState:
        return rules.will_slip(state, day, said, today, confirmed=kind == "forecast")

    lacks_reason = reason is None and not advances
    return _put(found, kind, _at("forecast", act), note=note, lacks_reason=lacks_reason, corrects=corrects)


def _end(
    found: list[Step],
    state: MilestoneState,
    new_state: str | None,
    actual: date | None,
    note: str,
    today: date,
    begun: date | None,
) -> None:
    if actual is not None and new_state in (None, "done"):
        _put(found, "done", _at("actual", lambda: rules.done(state, actual, today, begun)), note=note)
    elif actual is not None:
        raise RuleBroken("projects:sheet-contradicts", field="actual")
    elif new_state == "done":
        raise RuleBroken("projects:sheet-actual-missing", field="state")
    elif new_state == "cancelled":
        _put(found, "cancel", _at("state", lambda: rules.cancel(state)), note=note)
