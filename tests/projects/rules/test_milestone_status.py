"""One status per milestone, its reasons, and the acts that are allowed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.rules import milestones
from kangjiansheng.projects.rules.milestones import MilestoneState, reasons, slip_days, status, worst

TODAY = date(2026, 11, 20)
BASE = date(2027, 1, 1)
OPEN = MilestoneState(baseline=BASE, plan=BASE, forecast=BASE)


def forecast(days, **more):
    return replace(OPEN, forecast=BASE + timedelta(days=days), **more)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-3, "ontrack"), (0, "ontrack"), (1, "risk"), (14, "risk"), (15, "slip"), (200, "slip")],
)
def test_a_delay_is_a_risk_up_to_fourteen_days_and_then_a_slip(days, expected):
    assert status(forecast(days), TODAY) == expected


def test_the_line_is_a_setting():
    assert status(forecast(15), TODAY, threshold=16) == "risk"


def test_a_date_is_late_on_the_day_after():
    state = replace(OPEN, forecast=TODAY)
    assert status(state, TODAY) != "late"
    assert status(state, TODAY + timedelta(days=1)) == "late"


def test_a_proposed_date_does_not_take_lateness_away():
    state = replace(OPEN, baseline=TODAY, plan=TODAY, forecast=TODAY, proposed=BASE)
    tomorrow = TODAY + timedelta(days=1)
    assert status(state, tomorrow) == "late"
    assert [because.code for because in reasons(state, tomorrow)] == ["forecast_passed", "proposed"]


def test_an_unconfirmed_forecast_is_no_promise():
    state = replace(OPEN, forecast=BASE + timedelta(days=90), forecast_confirmed=False)
    assert status(state, TODAY) == "idle"
    assert slip_days(state) is None


def test_done_counts_from_its_day():
    state = replace(OPEN, actual=TODAY, state="done")
    assert status(state, TODAY) == "done"
    assert status(state, TODAY - timedelta(days=1)) == "ontrack"


def test_flag_pause_and_gate():
    assert status(OPEN, TODAY, flagged=True) == "risk"
    assert status(forecast(90), TODAY, paused=True) == "pause"
    assert status(forecast(90), TODAY, gate=True, awaiting=True) == "gate"
    assert status(forecast(90), TODAY, gate=False, awaiting=True) == "slip"
    assert status(replace(OPEN, forecast=None), TODAY) == "idle"
    assert status(replace(OPEN, state="cancelled"), TODAY) == "idle"


def test_reasons_carry_facts_and_no_words():
    state = forecast(42, reason_code="PROCESS")
    found = {because.code: because.facts for because in reasons(state, TODAY)}
    assert found["slipped"] == {"days": 42, "baseline": BASE, "forecast": BASE + timedelta(days=42)}
    assert found["waiting_for"] == {"reason": "PROCESS"}
    assert reasons(OPEN, TODAY) == ()


def test_a_project_takes_its_worst_milestone_except_for_a_waiting_gate():
    assert worst(["done", "ontrack", "risk"]) == "risk"
    assert worst(["slip", "late", "ontrack"]) == "late"
    assert worst(["late", "gate"]) == "gate"
    assert worst(["done", "done"]) == "done"
    assert worst(["idle", "ontrack"]) == "ontrack"
    assert worst([]) == "idle"


days = st.integers(-400, 400)


@given(days, days, st.booleans())
def test_slip_is_the_distance_in_calendar_days(ahead, reached, is_done):
    baseline = TODAY + timedelta(days=ahead)
    day = baseline + timedelta(days=reached)
    state = MilestoneState(baseline=baseline, plan=baseline, **{"actual" if is_done else "forecast": day})
    assert slip_days(state) == reached


@pytest.mark.long
@given(days, days, st.integers(0, 400))
def test_time_alone_makes_an_open_milestone_late_and_never_better(base, promise, wait):
    state = replace(OPEN, baseline=TODAY + timedelta(days=base), forecast=TODAY + timedelta(days=promise))
    before, after = status(state, TODAY), status(state, TODAY + timedelta(days=wait))
    assert after == "late" if before == "late" else after in (before, "late")
    assert (after == "late") == (promise < wait)


@given(days)
def test_every_status_but_the_quiet_ones_has_a_reason(delay):
    state = forecast(delay)
    assert bool(reasons(state, TODAY)) == (status(state, TODAY) in ("risk", "slip", "late"))


def refused(code, act, *args, **more):
    with pytest.raises(RuleBroken) as caught:
        act(*args, **more)
    assert caught.value.code == code


def test_on_track_confirms_the_promise_or_the_proposal():
    assert milestones.on_track(OPEN, TODAY) == OPEN
    proposal = replace(OPEN, proposed=BASE + timedelta(days=9))
    assert milestones.on_track(proposal, TODAY) == forecast(9)
    refused("projects:promise-passed", milestones.on_track, OPEN, BASE + timedelta(days=1))
    refused("projects:nothing-promised", milestones.on_track, MilestoneState(), TODAY)


def test_will_slip_asks_for_a_day_to_come_and_a_reason():
    later = BASE + timedelta(days=42)
    moved = milestones.will_slip(OPEN, later, "PROCESS", TODAY)
    assert (moved.forecast, moved.baseline, moved.reason_code) == (later, BASE, "PROCESS")
    proposal = milestones.will_slip(OPEN, later, "PROCESS", TODAY, confirmed=False)
    assert (proposal.forecast, proposal.proposed) == (BASE, later)
    yesterday = TODAY - timedelta(days=1)
    refused("projects:date-passed", milestones.will_slip, OPEN, yesterday, "PROCESS", TODAY)
    refused("projects:reason-missing", milestones.will_slip, OPEN, later, "", TODAY)
    refused("projects:same-date", milestones.will_slip, OPEN, BASE, "PROCESS", TODAY)  # nothing slips
    said = milestones.will_slip(moved, later, "SUPPLY", TODAY)
    assert said == replace(moved, reason_code="SUPPLY")  # only the reason is new
    for reason in ("SUPPLY", ""):
        refused("projects:same-date", milestones.will_slip, said, later, reason, TODAY)
    refused("projects:same-date", milestones.will_slip, moved, later, "SUPPLY", TODAY, confirmed=False)
    refused("projects:too-far-ahead", milestones.will_slip, OPEN, TODAY.replace(year=2099), "PROCESS", TODAY)


def test_an_earlier_date_is_an_advance_and_needs_no_reason():
    late = forecast(42, reason_code="PROCESS")
    sooner = milestones.will_slip(late, BASE + timedelta(days=10), "", TODAY)
    assert (sooner.forecast, sooner.reason_code) == (BASE + timedelta(days=10), "PROCESS")
    refused("projects:reason-missing", milestones.will_slip, late, BASE, "NONSENSE", TODAY)
    assert (
        milestones.will_slip(late, BASE + timedelta(days=10), "SUPPLY", TODAY) == sooner
    )  # no cause of a slip
    assert milestones.will_slip(late, BASE, "SUPPLY", TODAY).reason_code is None  # nothing slips any more
    asked = milestones.will_slip(late, BASE, "SUPPLY", TODAY, confirmed=False)
    assert asked == replace(late, proposed=BASE)
    assert milestones.cause(late, BASE, "SUPPLY") == "" == milestones.cause(late, late.promised, "PROCESS")


def test_the_promised_date_is_kept_against_one_that_was_proposed():
    asked = forecast(9, reason_code="PROCESS", proposed=BASE + timedelta(days=42))
    assert milestones.will_slip(asked, asked.promised, "SUPPLY", TODAY) == replace(asked, proposed=None)
    again = milestones.will_slip(asked, asked.promised, "", TODAY, confirmed=False)
    assert again == replace(asked, proposed=asked.promised)
    refused("projects:same-date", milestones.will_slip, again, asked.promised, "SUPPLY", TODAY)


@given(st.integers(-4000, 12000), st.integers(-4000, 0))
def test_a_day_is_plausible_from_a_year_before_the_project_to_thirty_years_ahead(at, began):
    day, begun = TODAY + timedelta(days=at), TODAY + timedelta(days=began)
    fits = begun - timedelta(days=365) <= day <= TODAY + timedelta(days=365 * 30)
    try:
        milestones.plausible(day, TODAY, begun, field="actual")
    except RuleBroken as problem:
        assert not fits and problem.field == "actual"
    else:
        assert fits


def test_done_needs_a_day_that_has_come_and_can_be_reopened():
    reached = milestones.done(OPEN, TODAY, TODAY)
    assert (reached.state, reached.actual) == ("done", TODAY)
    assert milestones.reopen(reached) == OPEN
    refused("projects:actual-ahead", milestones.done, OPEN, TODAY + timedelta(days=1), TODAY)
    refused("projects:not-open", milestones.done, reached, TODAY, TODAY)
    refused("projects:already-open", milestones.reopen, OPEN)


def test_a_decision_takes_no_act():
    decision = replace(OPEN, kind="decision")
    refused("projects:is-decision", milestones.on_track, decision, TODAY)
    refused("projects:is-decision", milestones.reopen, replace(decision, state="done"))


def test_undo_returns_to_before_unless_something_has_happened_since():
    moved = forecast(42)
    assert milestones.undo(moved, moved, OPEN) == OPEN
    refused("projects:changed-since", milestones.undo, forecast(50), moved, OPEN)


def test_a_new_plan_leaves_the_baseline():
    state = milestones.rebaseline(OPEN, BASE + timedelta(days=60))
    assert (state.baseline, state.plan) == (BASE, BASE + timedelta(days=60))
    refused("projects:same-date", milestones.rebaseline, OPEN, BASE)
