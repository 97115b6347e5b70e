"""The schedule: order, what a slip moves, what drives the end; against a plain longest path and by its laws."""

import itertools
import random
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.calendar import add_working_days
from kangjiansheng.projects.rules.schedule import Cycle, Link, Schedule, Step, Stop, in_order

D = date(2026, 11, 23)
units = st.sampled_from(["day", "workday"])


def day(n: int) -> date:
    return D + timedelta(n)


@st.composite
def plans(draw: st.DrawFn) -> list[Step]:
    """Up to twelve steps in any order, each waiting for some that are earlier in a hidden order."""
    count = draw(st.integers(1, 12))
    names = draw(st.permutations(range(count)))
    found = []
    for place, name in enumerate(names):
        before = draw(st.sets(st.sampled_from(names[:place]), max_size=3)) if place else set()
        links = tuple(Link(b, draw(st.integers(0, 5)), draw(units)) for b in sorted(before))
        planned = day(draw(st.integers(0, 300)))
        state = draw(st.sampled_from(["open", "open", "open", "done", "cancelled"]))
        found.append(
            Step(
                name,
                links,
                promised=planned + timedelta(draw(st.integers(0, 40))),
                planned=planned,
                actual=planned if state == "done" else None,
                cancelled=state == "cancelled",
                duration=draw(st.none() | st.integers(0, 60)),
                unit=draw(units),
            )
        )
    return draw(st.permutations(found))


@pytest.mark.long
@given(plans())
def test_each_step_comes_after_all_it_waits_for(steps):
    place = {step.id: n for n, step in enumerate(in_order(steps))}
    assert len(place) == len(steps)
    assert all(place[link.before] < place[step.id] for step in steps for link in step.links)


def test_steps_that_wait_for_each_other_are_named():
    ring = [Step(1, (Link(3),)), Step(2, (Link(1),)), Step(3, (Link(2),)), Step(4, (Link(1),))]
    with pytest.raises(Cycle) as caught:
        in_order(ring)
    assert sorted(caught.value.members) == [1, 2, 3]


@pytest.mark.long
@given(plans(), st.data())
def test_a_later_predecessor_never_makes_a_successor_earlier(steps, data):
    schedule = Schedule(steps, today=D)
    one = data.draw(st.sampled_from(steps))
    was = schedule.dates[one.id] or D
    near = data.draw(st.integers(0, 60))
    far = near + data.draw(st.integers(0, 60))
    first = schedule.moved({one.id: was + timedelta(near)})
    second = schedule.moved({one.id: was + timedelta(far)})
    assert set(first) <= set(second)
    assert all(first[key].after <= second[key].after for key in first)
    assert all(shift.days > 0 for shift in second.values())
    assert set(second) <= set(schedule.followers(one.id))
    assert schedule.moved({one.id: schedule.dates[one.id]}) == {}


@pytest.mark.long
@given(plans(), st.data())
def test_nothing_moves_when_something_comes_earlier(steps, data):
    schedule = Schedule(steps, today=D)
    one = data.draw(st.sampled_from(steps))
    was = schedule.dates[one.id] or D
    assert schedule.moved({one.id: was - timedelta(data.draw(st.integers(0, 90)))}) == {}


@pytest.mark.long
@given(plans(), st.data())
def test_what_has_moved_is_not_too_early_and_stays(steps, data):
    """After the move has been saved nothing more moves: what was pushed fits."""
    schedule = Schedule(steps, today=D)
    one = data.draw(st.sampled_from(steps))
    to = (schedule.dates[one.id] or D) + timedelta(data.draw(st.integers(1, 90)))
    moved = schedule.moved({one.id: to})
    after = {**{key: shift.after for key, shift in moved.items()}, one.id: to}
    saved = [
        Step(s.id, s.links, after.get(s.id, s.promised), s.planned, s.actual, s.cancelled, s.duration, s.unit)
        for s in steps
        if s.id != one.id or not s.actual
    ]
    if len(saved) == len(steps):
        assert set(moved).isdisjoint(Schedule(saved, today=D).too_early())


@pytest.mark.long
@given(st.integers(2, 9), st.randoms(use_true_random=False))
def test_equals_the_longest_path_by_brute_force(count, dice: random.Random):
    """With every step promised on its earliest day, a slip moves each as the longest path through it says."""
    duration = {n: dice.randint(0, 40) for n in range(count)}
    lag = {
        (a, b): dice.randint(0, 9) for a, b in itertools.combinations(range(count), 2) if dice.random() < 0.5
    }

    def longest(n: int, start: dict[int, int]) -> int:
        """The latest end over all ways that lead to n, walking each of them."""
        ways = [longest(a, start) + lag[a, b] for a, b in lag if b == n]
        return max(ways, default=start.get(n, 0)) + (duration[n] if ways else 0)

    ends = {n: longest(n, {}) for n in range(count)}
    steps = [
        Step(
            n,
            tuple(Link(a, lag[a, b]) for a, b in lag if b == n),
            promised=day(ends[n]),
            planned=day(ends[n]),
            duration=duration[n],
        )
        for n in range(count)
    ]
    roots = [n for n in range(count) if not steps[n].links]
    root, slip = dice.choice(roots), dice.randint(1, 50)
    moved = Schedule(steps, today=D).moved({root: day(slip)})
    then = {n: longest(n, {root: slip}) for n in range(count)}
    assert {n: shift.days for n, shift in moved.items()} == {
        n: then[n] - ends[n] for n in range(count) if n != root and then[n] > ends[n]
    }


def chain(*durations: int, **more) -> list[Step]:
    """0 ← 1 ← 2 …, each promised as planned."""
    ends = list(itertools.accumulate(durations))
    return [
        Step(n, (Link(n - 1),) if n else (), day(end), day(end), **(more if n == len(ends) - 1 else {}))
        for n, end in enumerate(ends)
    ]


def test_the_gap_of_the_plan_is_the_duration_that_nobody_said():
    moved = Schedule(chain(0, 30, 60), today=D).moved({0: day(15)})
    assert {key: shift.days for key, shift in moved.items()} == {1: 15, 2: 15}


def test_of_a_long_move_that_is_known_apart_which_goes_beyond_the_slip():
    steps = [
        *chain(0, 30),
        Step(2, (Link(1),), promised=day(50), planned=day(60)),
    ]  # ten days before the plan's gap
    schedule = Schedule(steps, today=D)
    moved = schedule.moved({0: day(1)})
    assert {key: shift.days for key, shift in moved.items()} == {1: 1, 2: 11}
    assert schedule.within({0: day(1)}, moved) == {1: day(31), 2: day(51)}


def test_slack_takes_a_slip_up():
    late = [*chain(0, 30), Step(2, (Link(0), Link(1)), day(200), day(40))]
    assert Schedule(late, today=D).moved({0: day(15)}).keys() == {1}


def test_sixty_working_days_are_counted_by_the_calendar_of_china():
    accepted = date(2026, 8, 31)
    permission, _ = add_working_days(accepted, 60)
    steps = [
        Step(0, (), accepted, accepted),
        Step(1, (Link(0),), permission, permission, duration=60, unit="workday"),
    ]
    moved = Schedule(steps, today=D).moved({0: date(2026, 9, 30)})
    # 1 to 7 October rest and Saturday the 10th works; counted on a paper calendar.
    assert moved[1].after == add_working_days(date(2026, 9, 30), 60)[0] == date(2026, 12, 29)
    assert not moved[1].approximate


def test_beyond_the_published_holidays_it_says_that_it_is_approximate():
    far = date(2030, 1, 2)
    steps = [Step(0, (), far, far), Step(1, (Link(0),), far, far, duration=60, unit="workday")]
    assert Schedule(steps, today=D).moved({0: far + timedelta(9)})[1].approximate


def test_a_clock_that_stands_still_pushes_by_the_days_it_stood():
    accepted = date(2026, 3, 2)
    running = Step(1, (Link(0),), None, None, duration=60, unit="workday")
    plain = Schedule([Step(0, (), None, None, accepted), running], today=D).earliest(1)[0]
    stop = Stop(date(2026, 4, 7), date(2026, 4, 20))  # ten working days
    stood = Step(1, (Link(0),), duration=60, unit="workday", stops=(stop,))
    found = Schedule([Step(0, (), None, None, accepted), stood], today=D).earliest(1)[0]
    assert found == add_working_days(plain, 10)[0]


def test_a_clock_that_still_stands_moves_with_today():
    begun = Step(0, (), None, None, date(2026, 11, 2))
    standing = Step(1, (Link(0),), duration=10, stops=(Stop(date(2026, 11, 10)),))
    assert Schedule([begun, standing], today=date(2026, 11, 19)).earliest(1)[0] == date(2026, 11, 22)
    assert Schedule([begun, standing], today=date(2026, 11, 29)).earliest(1)[0] == date(2026, 12, 2)


def test_a_cancelled_step_passes_on_what_it_waited_for():
    steps = chain(0, 30, 30)
    steps[1] = Step(1, (Link(0),), cancelled=True)
    assert Schedule(steps, today=D).moved({0: day(10)})[2].days == 10


def test_what_was_kept_too_early_is_named_and_not_moved_by_the_way():
    steps = chain(0, 30, 30)
    kept = [Step(0, (), day(20), day(0)), *steps[1:]]
    schedule = Schedule(kept, today=D)
    assert schedule.too_early() == {1: day(50)}
    assert schedule.moved({0: day(15)}) == {}
    assert schedule.moved({0: day(25)})[1].after == day(55)


def test_the_driving_path_leads_from_the_first_to_the_end():
    steps = [
        *chain(0, 30, 30),
        Step(3, (Link(1), Link(2)), day(90), day(90)),
        Step(4, (Link(0),), day(80), day(5)),
    ]
    schedule = Schedule(steps, today=D)
    assert schedule.driving(3) == [0, 1, 2, 3]
    assert schedule.driving(4) == [4]


def test_three_hundred_milestones_in_under_fifty_milliseconds():
    """The smallest of some tries: what the machine does besides is not ours."""
    steps = [
        Step(
            n,
            tuple(Link(b) for b in {max(n - 1, 0), max(n - 7, 0)} if b < n),
            day(5 * n),
            day(5 * n),
            unit="workday" if n % 3 else "day",
        )
        for n in range(300)
    ]
    spent = []
    for _ in range(5):
        begin = time.thread_time()
        assert len(Schedule(steps, today=D).moved({0: day(30)})) > 100
        spent.append(time.thread_time() - begin)
    assert min(spent) < 0.05


@pytest.mark.long
@given(plans(), st.data())
def test_within_the_slip_nothing_moves_further_and_the_order_stays(steps, data):
    """Each by no more than the slip, none in front of what it waits for, and all of it where the plan fitted before."""
    steps = [replace(step, duration=step.duration or 0) for step in steps]
    schedule = Schedule(steps, today=D)
    dates = {step.id: step.promised for step in steps if not (step.actual or step.cancelled)}
    one = data.draw(st.sampled_from(sorted(dates) or [steps[0].id]))
    slip = data.draw(st.integers(1, 90))
    to = {one: dates.get(one, D) + timedelta(slip)}
    full = schedule.moved(to)
    within = schedule.within(to, full)
    assert set(within) == set(full)
    assert all(full[key].before <= day <= full[key].after for key, day in within.items())
    assert not dates or all((day - full[key].before).days <= slip for key, day in within.items())
    before = schedule.dates
    after = before | to | within
    whole = before | to | {key: shift.after for key, shift in full.items()}
    for step in steps:
        for link in step.links:
            if step.actual or step.cancelled or any(s.cancelled for s in steps if s.id == link.before):
                continue
            if before[link.before] <= before[step.id] and whole[link.before] <= whole[step.id]:
                assert after[link.before] <= after[step.id]
    in_days = all(s.unit == "day" and all(link.unit == "day" for link in s.links) for s in steps)
    if in_days and not schedule.too_early():
        assert after == whole


def test_within_the_slip_nobody_catches_up_and_nothing_is_pushed_needlessly():
    """2 stands ten days before the plan's gap; 3 has slack that only its catching up would use."""
    steps = [
        *chain(0, 30),
        Step(2, (Link(1),), promised=day(50), planned=day(60)),
        Step(3, (Link(2),), promised=day(65), planned=day(65), duration=10),
    ]
    schedule = Schedule(steps, today=D)
    full = schedule.moved({0: day(5)})
    assert {key: shift.days for key, shift in full.items()} == {1: 5, 2: 15, 3: 10}
    assert schedule.within({0: day(5)}, full) == {1: day(35), 2: day(55), 3: day(65)}
