"""Days to compare with, and how what a search found is shown."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.search import tokens
from kangjiansheng.overview.rules import periods, searching

days = st.dates(date(2024, 9, 11), date(2035, 12, 31))


@given(days)
def test_the_quarter_before_is_before_and_ends_a_quarter(day: date) -> None:
    end = periods.quarter_end_before(day)
    assert end < day and (day - end).days <= 92
    assert (end + timedelta(1)).day == 1 and end.month % 3 == 0


@given(days, st.integers(1, 24))
def test_month_ends_end_months_and_the_last_is_the_day(day: date, count: int) -> None:
    ends = periods.month_ends(day, count)
    assert len(ends) == count and ends[-1] == day and ends == sorted(set(ends))
    assert all((end + timedelta(1)).day == 1 for end in ends[:-1])


@given(days)
def test_rail_marks_lie_on_the_rail(day: date) -> None:
    marks = periods.rail_marks(day)
    assert [m.at for m in marks] == sorted(m.at for m in marks)
    assert all(0 <= mark.at <= 1000 and mark.year_end == (mark.day.month == 12) for mark in marks)


@pytest.mark.parametrize(("day", "third"), [(1, 1), (10, 1), (11, 2), (20, 2), (21, 3), (31, 3)])
def test_a_month_has_three_thirds(day: int, third: int) -> None:
    assert periods.third_of_month(date(2026, 12, day)) == (2026, 12, third)


def _join(pieces: list[searching.Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _spans(found: str, typed: str) -> list[tuple[int, int]]:
    return tokens.places(found, tokens.query(typed))


@given(st.text(max_size=60), st.text(max_size=12))
def test_marking_changes_no_letter(found: str, typed: str) -> None:
    assert _join(searching.pieces(found, _spans(found, typed))) == found


def test_an_excerpt_is_cut_around_the_word() -> None:
    long = "甲" * 200 + "伦理审查" + "乙" * 300
    pieces = searching.excerpt(long, _spans(long, "倫理"))
    shown = _join(pieces)
    assert shown.startswith("…") and shown.endswith("…") and len(shown) < 160
    assert [p.text for p in pieces if p.hit] == ["伦理"]
