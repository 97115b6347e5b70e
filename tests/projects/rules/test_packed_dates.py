"""Columns of dates in two bytes each say what columns of whole numbers say."""

from datetime import date, timedelta

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from kangjiansheng.projects.rules.ledgers import NONE, number
from kangjiansheng.projects.rules.packed import Dates, dates, numbers, renewed, spliced

FIRST, LAST = date(1950, 1, 1), date(2129, 6, 5)
near = st.one_of(st.just(NONE), st.dates(FIRST, LAST).map(number))
far = st.one_of(near, st.dates().map(number))


def column(numbers):
    return np.array(numbers, np.int32)


@example([number(FIRST), NONE, number(LAST)])
@given(st.lists(near))
def test_they_are_read_as_they_were_written(numbers):
    packed = dates(column(numbers))
    assert isinstance(packed, Dates)
    assert packed[:].dtype == np.int32
    assert packed[:].tolist() == numbers
    places = np.arange(len(numbers))[::-1]
    assert packed[places].tolist() == numbers[::-1]
    assert [int(packed[at]) for at in places] == numbers[::-1]


@example([number(FIRST - timedelta(days=1))])
@example([number(LAST + timedelta(days=1)), NONE])
@given(st.lists(far))
def test_a_date_too_far_off_leaves_the_column_as_it_was(numbers):
    packed = dates(column(numbers))
    known = [n for n in numbers if n != NONE]
    assert isinstance(packed, Dates) == all(number(FIRST) <= n <= number(LAST) for n in known)
    assert packed[:].tolist() == numbers


@given(old=st.lists(far, min_size=4), new=st.lists(far, min_size=2), data=st.data())
def test_a_stretch_is_put_in_the_place_of_another(old, new, data):
    first = data.draw(st.integers(0, len(old)))
    after = data.draw(st.integers(first, len(old)))
    stretch = [column([n]) for n in (first, after, 0, len(new))]
    found = renewed(dates(column(old)), dates(column(new)), *stretch)
    assert found[:].tolist() == spliced(column(old), column(new), *stretch).tolist()
    assert found[:].tolist() == [*old[:first], *new, *old[after:]]


@given(st.lists(st.integers(-(2**15) - 2, 2**15 + 1)))
def test_numbers_are_what_they_were(found):
    narrow = numbers(column(found))
    assert narrow.tolist() == found
    assert (narrow.dtype == np.int16) == all(-(2**15) <= n < 2**15 for n in found)
