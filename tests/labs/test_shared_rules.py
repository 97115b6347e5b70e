"""Rules of shared resources: no database. When places are free, how full a month is, what is the bottleneck."""

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.calendar import china
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.rules import resources as rules

DAY = date(2026, 11, 23)  # a Monday
MIDNIGHT = rules.at(DAY, 0)
OPENING = rules.Opening(8, 18)


@dataclass(frozen=True)
class Row:
    place: int
    places: int
    starts_at: datetime
    ends_at: datetime | None
    kind: str = "use"


@st.composite
def spans(draw):
    begins = draw(st.integers(0, 100))
    ends = draw(st.none() | st.integers(begins + 1, begins + 60))
    return Row(
        1,
        draw(st.integers(1, 3)),
        MIDNIGHT + begins * rules.HOUR,
        None if ends is None else MIDNIGHT + ends * rules.HOUR,
        draw(st.sampled_from(["use", "use", "maintenance"])),
    )


@st.composite
def booked(draw):
    """A capacity, and what was booked one after another, each where it fitted; None for what did not."""
    capacity, held, asked = draw(st.integers(1, 4)), [], draw(st.lists(spans(), max_size=14))
    refused = []
    for wish in asked:
        place = rules.fitting(capacity, held, wish)
        if place is None:
            refused.append((wish, tuple(held)))
        else:
            held.append(Row(place, wish.places, wish.starts_at, wish.ends_at, wish.kind))
    return capacity, held, refused


@given(booked())
def test_whatever_is_booked_one_after_another_never_meets(found):
    capacity, held, refused = found
    for n, one in enumerate(held):
        assert one.place >= 1 and one.place + one.places - 1 <= capacity
        assert not any(rules.meets(one, other) for other in held[:n])
    for wish, then in refused:  # and what was refused had no run of places, wherever it would have begun
        for place in range(1, capacity - wish.places + 2):
            tried = Row(place, wish.places, wish.starts_at, wish.ends_at)
            assert any(rules.meets(tried, other) for other in then)


@pytest.mark.long
@given(booked())
def test_occupancy_is_a_share_of_what_is_there(found):
    capacity, held, _refused = found
    share = rules.occupancy(OPENING, capacity, held, DAY, DAY + timedelta(days=6), china())
    assert 0 <= share.taken <= share.there + 1e-9
    assert share.there <= capacity * 50  # five days of ten hours
    assert share.percent is None or 0 <= share.percent <= 100
    # Counted hour by hour it is the same.
    taken = sum(
        row.places
        for n in range(24 * 7)
        if (at := MIDNIGHT + n * rules.HOUR)
        and (open_ := OPENING.on(DAY + timedelta(days=n // 24), china()))
        and open_[0] <= at < open_[1]
        for row in held
        if row.kind == "use" and row.starts_at <= at and (row.ends_at is None or row.ends_at > at)
    )
    assert share.taken == taken


@given(booked(), st.integers(1, 10), st.integers(1, 4))
def test_the_next_free_time_is_free_and_none_before_it_is(found, hours, places):
    capacity, held, _refused = found
    free = rules.next_free(
        OPENING, capacity, held, hours=hours, places=places, after=MIDNIGHT, calendar=china(), days=7
    )
    tried = [
        begins
        for n in range(7)
        if (open_ := OPENING.on(DAY + timedelta(days=n), china()))
        for hour in range(11 - hours)
        if (begins := open_[0] + hour * rules.HOUR)
        and rules.fitting(capacity, held, rules.Wanted(1, places, begins, begins + hours * rules.HOUR))
    ]
    assert free == (tried[0] if tried else None)


@given(booked(), st.integers(11, 60))
def test_what_is_longer_than_a_day_is_free_for_as_long_and_begins_and_ends_in_opening_hours(found, hours):
    capacity, held, _refused = found
    length = hours * rules.HOUR
    free = rules.next_free(
        OPENING, capacity, held, hours=hours, places=1, after=MIDNIGHT, calendar=china(), days=7
    )
    tried = []
    for hour in range(24 * 7):
        wish = rules.Wanted(1, 1, begins := MIDNIGHT + hour * rules.HOUR, begins + length)
        try:
            rules.check_in_hours(OPENING, wish, china())
        except RuleBroken:
            continue
        if rules.fitting(capacity, held, wish):
            tried.append(begins)
    assert free == (tried[0] if tried else None)


@given(booked())
def test_the_stretches_of_a_day_are_the_day_and_count_what_is_free(found):
    capacity, held, _refused = found
    parts = rules.stretches(OPENING, capacity, held, DAY, china())
    assert (parts[0].begins, parts[-1].ends) == OPENING.on(DAY, china())
    for one, following in itertools.pairwise(parts):
        assert one.ends == following.begins and one.begins < one.ends
    for part in parts:
        assert part.free == capacity - sum(
            row.places for row in held if rules.at_once(row, Row(1, 1, part.begins, part.ends))
        )
        assert part.free >= 0


def test_a_day_of_rest_is_closed_and_a_make_up_day_is_open():
    assert OPENING.on(date(2026, 10, 1), china()) is None  # National Day
    assert rules.stretches(OPENING, 1, [], date(2026, 11, 28), china()) == []
    made_up = next(day for day in sorted(china().workdays) if day.year == 2026)
    assert made_up.weekday() >= 5 and OPENING.on(made_up, china()) is not None
    assert rules.Opening(0, 24, "daily").on(date(2026, 10, 1), china()) is not None


def test_hours_of_maintenance_are_not_there_to_be_booked():
    held = [
        Row(1, 1, rules.at(DAY, 8), rules.at(DAY, 13), "maintenance"),
        Row(1, 1, rules.at(DAY, 13), rules.at(DAY, 18)),
    ]
    assert rules.occupancy(OPENING, 1, held, DAY, DAY, china()) == rules.Occupancy(5.0, 5.0)
    assert rules.occupancy(OPENING, 1, [], date(2026, 11, 28), date(2026, 11, 29), china()).percent is None


def test_a_cell_bank_is_as_full_as_its_positions():
    held = [Row(1, 60, rules.at(DAY, 0), None), Row(61, 10, rules.at(DAY, 0), rules.at(DAY, 24))]
    assert rules.positions(100, held, rules.at(DAY, 12)).percent == 70
    assert rules.positions(100, held, rules.at(DAY, 30)).percent == 60
    closed = Row(71, 20, rules.at(DAY, 0), None, "maintenance")
    assert rules.positions(100, [*held, closed], rules.at(DAY, 12)) == rules.Occupancy(70, 80)


def test_the_bottleneck_is_what_is_above_ninety_and_room_what_is_below_sixty():
    assert rules.bottleneck([("a", 90), ("b", 60), ("c", None)]) == (None, None)
    assert rules.bottleneck([("a", 91), ("b", 97), ("c", 97), ("d", 59), ("e", 12)]) == ("b", "e")
    assert rules.bottleneck([]) == (None, None)
