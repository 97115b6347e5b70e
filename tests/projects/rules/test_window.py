"""The stretch of time that a timeline shows, and the marks that would touch on it."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.projects.rules import window

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@dataclass(frozen=True)
class Mark:
    x: float


@given(st.sampled_from(window.ZOOMS), days, st.lists(days, max_size=5))
def test_a_window_holds_its_day_and_is_made_of_whole_months(zoom, about, others):
    found = window.window(zoom, about, others)
    assert found.holds(about)
    assert found.first.day == found.after.day == 1
    assert found.place(found.first) == 0 and found.place(found.after) == 100
    if zoom == "all":
        assert all(found.holds(day) for day in others)


@given(st.sampled_from(tuple(window.SPANS)), days)
def test_stepping_there_and_back_comes_to_the_same_month(zoom, about):
    there = window.step(zoom, about, 1)
    assert there > about
    assert window.step(zoom, there, -1) == window.month_of(about)


@given(days, st.lists(days, min_size=2, max_size=6))
def test_later_days_lie_further_right(about, some):
    found = window.window("all", about, some)
    places = [found.place(day) for day in sorted(some)]
    assert places == sorted(places)


@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0.5, 20))
def test_clusters_lose_nothing_and_lie_apart(places, gap):
    found = window.clusters([Mark(x) for x in places], gap)
    assert sorted(mark.x for group in found for mark in group) == sorted(places)
    firsts = [group[0].x for group in found]
    assert all(b - a >= gap for a, b in pairwise(firsts))
    assert all(group[-1].x - group[0].x < gap for group in found)


@pytest.mark.parametrize(
    ("zoom", "months"), [("quarter", ("2026-10", "2027-02")), ("year", ("2026-08", "2027-11"))]
)
def test_what_the_reader_is_told(zoom, months):
    assert window.window(zoom, date(2026, 11, 25), []).months == months
    assert window.step("quarter", date(2026, 11, 25), 1) - date(2026, 11, 25) > timedelta(60)
