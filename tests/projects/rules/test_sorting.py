"""Columns are sorted and counted as their values are, however few bits that takes."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.projects.rules.sorting import MISSING, in_order, narrow, occurring

NEAR = st.integers(-30_000, 30_000)
FAR = st.integers(-(2**40), 2**40)
VALUES = st.one_of(NEAR, FAR, st.just(MISSING))


@given(st.lists(st.tuples(VALUES, st.one_of(NEAR, st.just(MISSING)), st.booleans())))
def test_rows_are_sorted_as_by_their_values(rows):
    columns = [
        np.array([row[n] for row in rows], kind) for n, kind in enumerate((np.int64, np.int64, np.bool_))
    ]
    assert in_order(*columns).tolist() == sorted(range(len(rows)), key=lambda at: rows[at])


@given(st.lists(st.one_of(NEAR, st.just(MISSING)), min_size=1))
def test_values_that_lie_near_take_two_bytes(values):
    assert narrow(np.array(values, np.int64)).dtype == np.uint16


@given(st.lists(st.one_of(st.integers(-5, 50), st.integers(0, 2**40))))
def test_what_occurs_is_counted(values):
    assert occurring(np.array(values, np.int64)) == Counter(values)
