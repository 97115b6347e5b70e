"""The figures: by hand on small lists, and their borders."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.projects.rules.metrics import slips
from tests.projects.reference.metrics import MilestoneRow, ProjectRow, metrics

TODAY = date(2026, 11, 20)


def ms(code="A010", baseline=TODAY, forecast=None, actual=None, plan=None, **more):
    return MilestoneRow("KJS-001", code, baseline, plan or baseline, forecast, actual, **more)


def back(days):
    return TODAY - timedelta(days=days)


def test_nothing_gives_no_rates():
    found = metrics([], [], TODAY)
    assert (found["projects"], found["milestones"], found["done"], found["due_by_asof"]) == (0, 0, 0, 0)
    assert found["on_time_rate"] is found["on_time_rate_tol30"] is found["on_time_rate_current_plan"] is None
    assert found["slip_days"] == {"mean": None, "median": None, "p90": None, "max": None}
    assert found["by_stage"] == {} and found["overdue_stale_forecast"] == []


def test_a_decision_counts_among_the_milestones_only():
    found = metrics([], [ms("X900", back(9), forecast=back(5), actual=back(1))], TODAY)
    assert found["milestones"] == 1
    assert found["done"] == found["due_by_asof"] == found["last_12m"]["done"] == 0
    assert metrics([], [ms("X910", back(9), forecast=back(5))], TODAY)["overdue_stale_forecast"] == []


def test_an_actual_after_the_day_is_not_done_yet():
    row = ms(baseline=back(1), actual=TODAY + timedelta(days=1))
    assert metrics([], [row], TODAY)["done"] == 0
    assert metrics([], [row], TODAY)["due_not_done"] == 1
    assert metrics([], [row], TODAY + timedelta(days=1))["done"] == 1


def test_tolerance_and_current_plan():
    rows = [
        ms(baseline=back(40), actual=back(40)),
        ms(baseline=back(40), actual=back(10)),
        ms(baseline=back(40), actual=back(9), plan=back(5)),
    ]
    found = metrics([], rows, TODAY)
    assert found["done_on_or_before_baseline"] == 1
    assert (found["on_time_rate"], found["on_time_rate_tol30"]) == (0.3333, 0.6667)
    assert found["on_time_rate_current_plan"] == 0.6667


def test_the_last_twelve_months_leave_out_their_first_day():
    rows = [ms(baseline=back(900), actual=back(n)) for n in (0, 364, 365)]
    assert metrics([], rows, TODAY)["last_12m"] == {"done": 2, "on_time": 0}


def test_a_forecast_is_stale_on_the_day_after():
    assert metrics([], [ms(forecast=TODAY)], TODAY)["overdue_stale_forecast"] == []
    assert metrics([], [ms(forecast=back(1))], TODAY)["overdue_stale_forecast"] == [["KJS-001", "A010"]]
    assert metrics([], [ms(forecast=back(1), cancelled=True)], TODAY)["overdue_stale_forecast"] == []


def test_due_counts_by_the_baseline_alone():
    rows = [ms(baseline=TODAY), ms(baseline=TODAY + timedelta(days=1)), ms(baseline=None)]
    found = metrics([], rows, TODAY)
    assert (found["due_by_asof"], found["due_done"], found["due_not_done"]) == (1, 0, 1)


def test_claims_are_counted_as_they_stand():
    rows = [ProjectRow("A1", "IIT", "ACTIVE", "神经"), ProjectRow("A2", "IIT", "ON_HOLD", "别的")]
    found = metrics(rows, [], TODAY)
    assert (found["by_stage"], found["by_group"]) == ({"IIT": 2}, {"神经": 1, "别的": 1})
    assert found["by_status"] == {"ACTIVE": 1, "ON_HOLD": 1}


def test_p90_is_an_element_and_the_median_a_middle():
    assert slips([5]) == {"mean": 5.0, "median": 5, "p90": 5, "max": 5}
    assert slips(list(range(11)))["p90"] == 9
    assert slips(list(range(10)))["p90"] == 8
    assert slips([3, 1, 2, 10])["median"] == 2.5


@given(st.lists(st.integers(-500, 2000), min_size=1))
def test_slips_lie_between_the_extremes(days):
    found = slips(days)
    assert found["max"] == max(days)
    assert min(days) <= found["median"] <= max(days) and found["p90"] in days
    assert sum(day <= found["p90"] for day in days) >= 0.9 * (len(days) - 1)


@pytest.mark.long
@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), max_size=30), st.integers(0, 900))
def test_due_splits_and_done_grows_with_time(dates, later):
    rows = [ms(baseline=back(b), actual=back(a)) for b, a in dates]
    early, late = metrics([], rows, TODAY), metrics([], rows, TODAY + timedelta(days=later))
    assert early["due_by_asof"] == early["due_done"] + early["due_not_done"]
    assert early["done"] <= late["done"]
    assert early["done_on_or_before_baseline"] <= late["done_on_or_before_baseline"]
