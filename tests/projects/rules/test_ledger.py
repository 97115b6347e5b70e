"""Reading the ledger: the state at the end of a day, and how often a promise moved."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.calendar import day_of, end_of, start_of
from kangjiansheng.projects.rules.ledger import LedgerRow, as_of, moves, trend

START = date(2025, 1, 1)
BASE = date(2026, 6, 1)


def row(id, day, forecast=None, kind="forecast", **more):
    instant = start_of(START + timedelta(days=day))
    return LedgerRow(id, kind, instant, instant, BASE, BASE, forecast, **more)


dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def ledgers(draw):
    said = draw(st.lists(st.tuples(st.integers(0, 40), dates), min_size=1, max_size=12))
    rows = [row(n + 1, day, forecast) for n, (day, forecast) in enumerate(said)]
    return [row(0, 0, kind="open"), *draw(st.permutations(rows))]


@given(ledgers(), st.integers(-2, 45))
def test_the_state_is_that_of_the_last_entry_of_the_day(rows, offset):
    day = START + timedelta(days=offset)
    past = [entry for entry in rows if day_of(entry.effective_at) <= day]
    found = as_of(rows, day)
    if not past:
        assert found is None
    else:
        latest = max(entry.effective_at for entry in past)
        assert found.effective_at == latest
        assert found.id == max(entry.id for entry in past if entry.effective_at == latest)


@given(ledgers(), st.randoms())
def test_the_order_of_rows_in_memory_does_not_matter(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    assert as_of(mixed, START + timedelta(days=20)) == as_of(rows, START + timedelta(days=20))
    assert moves(mixed) == moves(rows)
    assert trend(mixed) == trend(rows)


@given(ledgers())
def test_moves_are_the_changes_of_the_promise(rows):
    ordered = sorted(rows, key=lambda entry: (entry.effective_at, entry.id))
    promises = [entry.forecast or entry.current_plan for entry in ordered]
    assert moves(rows) == sum(a != b for a, b in pairwise(promises))


@pytest.mark.long
@given(ledgers(), st.integers(0, 40), st.integers(0, 40))
def test_moves_never_become_fewer_with_time(rows, one, other):
    early, late = sorted((one, other))
    assert moves(rows, START + timedelta(days=early)) <= moves(rows, START + timedelta(days=late))


@given(ledgers())
def test_repeating_a_promise_is_no_move(rows):
    last = as_of(rows, START + timedelta(days=400))
    again = replace(last, id=99, kind="confirm", effective_at=last.effective_at + timedelta(days=1))
    assert moves([*rows, again]) == moves(rows)


def undone(minutes, by, batch=False):
    moved = row(1, 1, date(2026, 9, 1), by=7)
    back = row(2, 1, None, "undo", by=by, undoes_id=1, undoes_batch=batch)
    back = replace(back, recorded_at=moved.recorded_at + timedelta(minutes=minutes))
    return [row(0, 0, kind="open"), moved, back]


def test_an_undo_within_ten_minutes_by_the_same_person_counts_no_move():
    assert moves(undone(10, by=7)) == 0


def test_a_late_undo_or_one_by_another_person_counts_both_moves():
    assert moves(undone(11, by=7)) == 2
    assert moves(undone(1, by=8)) == 2


def test_an_undo_of_a_whole_batch_counts_no_move_however_late():
    assert moves(undone(60 * 24 * 30, by=8, batch=True)) == 0


def test_doing_and_reopening_move_nothing_and_a_new_plan_does():
    opened = row(0, 0, kind="open")
    done = replace(row(1, 5, kind="done"), actual=date(2026, 5, 1), state="done")
    reopened = row(2, 6, kind="reopen")
    planned = replace(row(3, 7, kind="rebaseline"), current_plan=date(2026, 8, 1))
    assert moves([opened, done, reopened]) == 0
    assert moves([opened, done, reopened, planned]) == 1


def test_the_trend_has_one_point_a_day_and_ends_with_the_actual():
    rows = [row(0, 0, kind="open"), row(1, 3, date(2026, 7, 1)), row(2, 3, date(2026, 8, 1))]
    rows.append(replace(row(3, 9, date(2026, 8, 1), "done"), actual=date(2026, 7, 30), state="done"))
    points = [(point.reported_on, point.promised, point.actual) for point in trend(rows)]
    assert points == [
        (START, BASE, False),
        (START + timedelta(days=3), date(2026, 8, 1), False),
        (START + timedelta(days=9), date(2026, 7, 30), True),
    ]
    assert len(trend(rows, START + timedelta(days=8))) == 2


def test_what_happens_in_the_last_moment_of_a_day_belongs_to_it():
    opened = row(0, 0, kind="open")
    late = replace(row(1, 5, date(2026, 9, 1)), effective_at=end_of(START + timedelta(days=5)))
    assert as_of([opened, late], START + timedelta(days=5)) == late
    assert as_of([opened, late], START + timedelta(days=4)) == opened
