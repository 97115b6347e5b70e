"""The day that a cell means, however people write it; in doubt none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.workbooks import Cell, Near, Unclear, as_day, read_day

TODAY = date(2026, 11, 25)
AHEAD = Near(None, TODAY, ahead=True)
BEHIND = Near(None, TODAY, ahead=False)
DAY = date(2026, 3, 15)


def text(value: str, near: Near = AHEAD) -> date | None:
    return read_day(Cell("text", value), near)[0]


def why(cell: Cell, near: Near = AHEAD) -> str:
    with pytest.raises(Unclear) as problem:
        read_day(cell, near)
    return problem.value.code


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-15", "2026-3-15", "2026/3/15", "2026.3.15", "2026 / 3 / 15", "20260315", "2026年3月15日", "2026年03月15号",
        "2026年 3月 15日", "２０２６－３－１５", "２０２６／３／１５", "２０２６年３月１５日", "２０２６０３１５", "2026．3．15", " 2026-03-15 ",
        "2026-03-15 00:00:00", "2026-03-15T00:00:00Z", "2026/3/15 14:30", "2026-03-15（周日）", "2026年3月15日 星期日", "46096",
        "15/3/2026", "3/15/2026", "15.03.2026", "15 Mar 2026", "15-Mar-2026", "March 15, 2026", "26年3月15日",
    ],
)  # fmt: skip
def test_what_can_be_read_in_one_way_is_read(written: str) -> None:
    assert text(written) == DAY
    assert read_day(Cell("loose", written), AHEAD) == (DAY, False)


@pytest.mark.parametrize("number", [46096, 46096.75, 20260315])
def test_numbers_are_days_of_the_workbook_or_packed_dates(number: float) -> None:
    assert read_day(Cell("number", float(number)), AHEAD) == (DAY, False)


def test_a_number_of_a_workbook_of_1904_counts_from_there() -> None:
    near = Near(None, TODAY, True, from_1904=True)
    assert read_day(Cell("number", 46096.0 - 1462), near) == (DAY, False)
    assert read_day(Cell("text", str(46096 - 1462)), near) == (DAY, False)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (Cell("text", "3/4/2026"), "date-ambiguous"),
        (Cell("text", "26/3/15"), "date-short-year"),
        (Cell("text", "15-3-26"), "date-short-year"),
        (Cell("text", "2027-02-30"), "date-none-such"),
        (Cell("text", "2026-13-01"), "date-none-such"),
        (Cell("text", "20260230"), "date-none-such"),
        (Cell("text", "31/13/2026"), "date-none-such"),
        (Cell("text", "13月1日"), "date-none-such"),
        (Cell("text", "1026-03-15"), "date-outside"),
        (Cell("text", "2926-03-15"), "date-outside"),
        (Cell("number", 1.0), "date-unreadable"),
        (Cell("number", 2026.0), "date-unreadable"),
        (Cell("number", 460960.0), "date-outside"),
        (Cell("number", 3.1), "date-decimal"),
        (Cell("loose", "3.1"), "date-decimal"),
        (Cell("day", date(1900, 1, 1)), "date-outside"),
        (Cell("text", "下周"), "date-unreadable"),
        (Cell("text", "待定"), "date-unreadable"),
        (Cell("text", "2026年3月"), "date-unreadable"),
        (Cell("text", "2026-03"), "date-unreadable"),
        (Cell("text", "12 Foo 2026"), "date-unreadable"),
        (Cell("flag", True), "date-unreadable"),
        (Cell("error", "#REF!"), "cell-error"),
        (Cell("pending", None), "cell-pending"),
        (Cell("number", float("inf")), "date-outside"),
    ],
)
def test_what_is_in_doubt_is_refused_with_a_word(cell: Cell, code: str) -> None:
    assert why(cell) == code


@pytest.mark.parametrize("nothing", ["", "  ", "-", "—", "——", "/", "无", "無", "N/A", "n/a", "　"])
def test_a_dash_says_nothing(nothing: str) -> None:
    assert read_day(Cell("text", nothing), AHEAD) == (None, False)
    assert read_day(None, AHEAD) == (None, False)


@pytest.mark.parametrize("written", ["3.15", "3月15日", "3/15", "3-15", "3月15号", "３．１５", "03.15"])
def test_a_day_without_year_is_the_next_or_the_last_one(written: str) -> None:
    assert read_day(Cell("text", written), AHEAD) == (date(2027, 3, 15), True)
    assert read_day(Cell("text", written), BEHIND) == (date(2026, 3, 15), True)
    unchanged = Near(date(2024, 3, 15), TODAY, True)
    assert read_day(Cell("text", written), unchanged) == (date(2024, 3, 15), True)


def test_decimals_that_can_mean_one_day_only_are_days() -> None:
    assert read_day(Cell("number", 3.15), AHEAD) == (date(2027, 3, 15), True)
    assert read_day(Cell("number", 12.4), AHEAD) == (date(2026, 12, 4), True)
    assert read_day(Cell("text", "3.1"), AHEAD) == (date(2027, 3, 1), True)
    assert why(Cell("number", 2.4e-5)) == "date-unreadable"


def test_the_29th_of_february_without_year_needs_one() -> None:
    assert why(Cell("text", "2.29")) == "date-none-such"
    assert read_day(Cell("text", "2.29"), Near(date(2028, 2, 29), TODAY, True)) == (date(2028, 2, 29), True)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.booleans())
def test_every_way_of_writing_a_day_with_its_year_gives_that_day(day: date, from_1904: bool) -> None:
    near = Near(None, TODAY, True, from_1904)
    serial = (day - (date(1904, 1, 1) if from_1904 else date(1899, 12, 30))).days
    assert as_day(serial, from_1904=from_1904) == day
    ways = [
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
    ]
    ways += [f"{day.year}年{day.month}月{day.day}日", f"{day:%d %b %Y}"]
    assert {read_day(Cell("text", way), near) for way in ways} == {(day, False)}
    assert read_day(Cell("number", float(serial)), near) == (day, False)
    assert read_day(Cell("day", day), near) == (day, False)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.booleans())
def test_a_supplied_year_never_leaves_its_side_of_today(day: date, ahead: bool) -> None:
    near = Near(None, TODAY, ahead)
    try:
        found, supplied = read_day(Cell("text", f"{day.month}月{day.day}日"), near)
    except Unclear as problem:
        assert (day.month, day.day) == (2, 29) and problem.code == "date-none-such"
        return
    assert found is not None and supplied and (found.month, found.day) == (day.month, day.day)
    assert (TODAY <= found < TODAY + timedelta(367)) if ahead else (TODAY - timedelta(367) < found <= TODAY)


@given(st.text(max_size=20))
def test_any_text_is_a_day_nothing_or_unclear(value: str) -> None:
    for kind in ("text", "loose"):
        try:
            found, _ = read_day(Cell(kind, value), AHEAD)  # type: ignore[arg-type]
        except Unclear:
            continue
        assert found is None or 1950 <= found.year <= 2100
