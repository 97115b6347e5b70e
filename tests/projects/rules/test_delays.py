"""Why an end comes late: parts and remainder make the whole, nothing is below nought, no delay gives nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangjiansheng.projects.rules import delays as rules
from kangjiansheng.projects.rules.schedule import Link, Schedule, Step

TODAY = date(2026, 11, 25)
START = date(2026, 1, 5)


def plan(*rows: tuple[int, int, tuple[int, ...]]) -> Schedule:
    """A plan from (step, day of its baseline after the start, predecessors)."""
    return Schedule(
        [
            Step(key, tuple(Link(one) for one in before), promised=_day(at), planned=_day(at))
            for key, at, before in rows
        ],
        today=TODAY,
    )


def _day(at: int) -> date:
    return START + timedelta(at)


@st.composite
def cases(draw: Any) -> tuple[Schedule, dict[int, date | None], int, dict[int, list[rules.Move]]]:
    """A plan, what became of it, its end, and the moves that are on record."""
    count = draw(st.integers(1, 7))
    steps, reality, moves = [], {}, {}
    for key in range(count):
        at = draw(st.none() | st.integers(0, 300))
        day = None if at is None else _day(at)
        before = draw(st.sets(st.integers(0, key - 1), max_size=3)) if key else set()
        unit = draw(st.sampled_from(["day", "workday"]))
        steps.append(
            Step(
                key,
                tuple(Link(one, draw(st.integers(0, 9)), unit) for one in sorted(before)),
                promised=day,
                planned=day,
                cancelled=draw(st.sampled_from([False, False, False, True])),
                duration=draw(st.none() | st.integers(0, 60)),
                unit=unit,
            )
        )
        reality[key] = draw(st.none() | st.integers(0, 400).map(_day))
        reasons = st.sampled_from(["regulator", "supply", ""])
        moves[key] = draw(st.lists(st.tuples(reasons, st.integers(1, 90)), max_size=3))
    return Schedule(steps, today=TODAY), reality, count - 1, moves


@pytest.mark.long
@settings(max_examples=200)
@given(cases())
def test_parts_and_remainder_make_the_whole(case: Any) -> None:
    schedule, reality, end, moves = case
    found = rules.attribute(schedule, reality, end, moves)
    first, last = schedule.dates[end], reality[end]
    if found is None:
        own = rules.own_delays(schedule, reality)
        assert first is None or last is None or last <= first or not any(day > 0 for day in own.values())
        return
    assert found.total == (last - first).days > 0
    assert all(one.days >= 0 for one in found.causes) and found.recovered >= 0
    assert sum(one.days for one in found.causes) - found.recovered + found.remainder == found.total
    assert [one.days for one in found.causes] == sorted((one.days for one in found.causes), reverse=True)
    named = [one.reason for one in found.causes if one.reason]
    assert len(set(named)) == len(named)
    assert all(len(one.steps) == 1 for one in found.causes if not one.reason)


@pytest.mark.long
@given(cases())
def test_the_parts_are_the_own_delays(case: Any) -> None:
    schedule, reality, _end, moves = case
    own = rules.own_delays(schedule, reality)
    found = rules.parts(own, moves)
    for key, days in own.items():
        assert sum(part.days for part in found if part.step == key) == max(days, 0)
    assert all(part.days > 0 for part in found)


@pytest.mark.long
@given(cases())
def test_where_nothing_slipped_there_is_nothing_to_say(case: Any) -> None:
    schedule, _reality, end, moves = case
    assert rules.attribute(schedule, dict(schedule.dates), end, moves) is None


CHAIN = plan((1, 0, ()), (2, 30, (1,)), (3, 60, (2,)))


def test_along_a_chain_each_reason_costs_its_own_days() -> None:
    reality = {1: _day(10), 2: _day(45), 3: _day(75)}
    found = rules.attribute(CHAIN, reality, 3, {1: [("supply", 10)], 2: [("regulator", 15)]})
    assert found is not None and (found.total, found.recovered, found.remainder) == (15, 0, 0)
    assert [(one.reason, one.days, one.steps) for one in found.causes] == [
        ("supply", 10, (1,)),
        ("regulator", 5, (2,)),  # ten of its fifteen days came from before
    ]


def test_days_that_were_caught_up_stand_on_their_own() -> None:
    reality = {1: _day(20), 2: _day(50), 3: _day(72)}
    found = rules.attribute(CHAIN, reality, 3, {1: [("supply", 20)]})
    assert found is not None and (found.total, found.recovered, found.remainder) == (12, 8, 0)
    assert [(one.reason, one.days) for one in found.causes] == [("supply", 20)]


def test_two_paths_that_are_late_alike_leave_a_remainder() -> None:
    fork = plan((1, 0, ()), (2, 0, ()), (3, 30, (1, 2)))
    reality = {1: _day(10), 2: _day(10), 3: _day(40)}
    found = rules.attribute(fork, reality, 3, {1: [("supply", 10)], 2: [("regulator", 10)]})
    assert found is not None and (found.total, found.remainder) == (10, 10)
    assert {one.reason: one.days for one in found.causes} == {"supply": 0, "regulator": 0}


def test_what_no_move_explains_has_no_reason() -> None:
    found = rules.attribute(CHAIN, {1: _day(0), 2: _day(50), 3: _day(80)}, 3, {2: [("supply", 5)]})
    assert found is not None
    assert {one.reason: one.days for one in found.causes} == {"": 15, "supply": 5}
