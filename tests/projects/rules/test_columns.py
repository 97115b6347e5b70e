"""Columns of the list as an address names them."""

from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.projects.rules import columns

some = st.lists(st.sampled_from([*columns.COLUMNS, "nonsense", ""]), max_size=8)


@given(some)
def test_the_order_of_the_address_is_kept_and_nothing_comes_twice(names):
    shown = columns.chosen([",".join(names)])
    wanted = [name for name in names if name in columns.COLUMNS]
    assert list(shown) == (list(dict.fromkeys(wanted)) or list(columns.USUAL))
    assert columns.chosen(names) == shown


@given(st.permutations(columns.COLUMNS[:6]), st.integers(-7, 7))
def test_moving_a_column_changes_no_other_ones_order(names, places):
    name = names[2]
    moved = columns.moved_by(tuple(names), name, places)
    assert sorted(moved) == sorted(names)
    assert [n for n in moved if n != name] == [n for n in names if n != name]
    assert moved.index(name) == min(max(2 + places, 0), len(names) - 1)
    back = columns.moved_by(moved, name, 2 - moved.index(name))
    assert back == tuple(names)


def test_compared_lists_show_by_how_much_each_moved():
    assert "moved" in columns.chosen([], compared=True)
    assert "moved" not in columns.chosen([])


def test_a_second_click_sorts_the_other_way():
    assert columns.order("slip") == ("slip", True)
    assert columns.order("-slip") == ("slip", False)
    assert columns.order("baseline") == ("baseline", False)
    assert columns.order("-baseline") == ("baseline", True)
    assert columns.order("nonsense") == ("", False)
