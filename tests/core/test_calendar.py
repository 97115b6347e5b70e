"""Working days of China against a count of its own, and the borders of a day in Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.calendar import (
    add_months,
    add_working_days,
    china,
    day_of,
    end_of,
    start_of,
    working_days_between,
)

days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
any_day = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def works(day):
    """A second, plain account of the published lists: what rests and what is worked."""
    text, year = day.strftime("%m-%d"), day.year
    rests = {
        2024: "01-01 04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05 06-10 09-15 09-16 09-17",
        2025: "01-01 04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05 05-31 06-01 06-02 10-08",
        2026: "01-01 01-02 01-03 04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05 06-19 06-20 06-21",
    }
    made_up = {
        2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
        2025: "01-26 02-08 04-27 09-28 10-11",
        2026: "01-04 02-14 02-28 05-09 09-20 10-10",
    }
    spring = {2024: ("02-10", "02-17"), 2025: ("01-28", "02-04"), 2026: ("02-15", "02-23")}
    if text in made_up.get(year, "").split():
        return True
    if day.isoweekday() > 5 or text in rests.get(year, "").split():
        return False
    if year in spring and spring[year][0] <= text <= spring[year][1]:
        return False
    if year == 2026 and "09-25" <= text <= "09-27":
        return False
    return not (year in spring and "10-01" <= text <= "10-07")


def test_each_published_day_is_as_the_second_account_says():
    day = date(2024, 1, 1)
    while day <= date(2026, 12, 31):
        assert china().is_working_day(day) == works(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-09-20", 60, "2026-12-18"),  # a make-up Sunday; the count begins on Monday
        ("2026-09-30", 1, "2026-10-08"),  # over the National Day holiday
        ("2026-10-09", 1, "2026-10-10"),  # a Saturday that is worked
        ("2026-02-13", 2, "2026-02-24"),  # the make-up Saturday, then after Spring Festival
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-23", -1, "2026-11-20"),
    ],
)
def test_known_spans(start, count, end):
    assert add_working_days(date.fromisoformat(start), count) == (date.fromisoformat(end), False)


@given(days, st.integers(1, 150))
def test_added_days_are_counted_one_by_one(start, count):
    end, _ = add_working_days(start, count)
    span = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(works, span)) == count
    assert works(end)


@given(any_day, st.integers(0, 200))
def test_between_is_the_inverse_of_add(start, count):
    end, approximate = add_working_days(start, count)
    assert working_days_between(start, end) == (count, approximate)


@given(any_day, st.integers(-60, 60))
def test_beyond_the_published_years_is_approximate(start, count):
    end, approximate = add_working_days(start, count)
    touched = {start + timedelta(days=n) for n in range(1, (end - start).days + 1)}
    touched |= {start - timedelta(days=n) for n in range(1, (start - end).days + 1)}
    assert approximate == any(not 2024 <= day.year <= 2026 for day in touched)


def test_a_loaded_year_is_no_longer_approximate():
    calendar = china().with_year(2027, [date(2027, 1, 1)], [])
    assert add_working_days(date(2026, 12, 31), 1) == (date(2027, 1, 1), True)
    assert add_working_days(date(2026, 12, 31), 1, calendar) == (date(2027, 1, 4), False)


@given(any_day)
def test_a_day_ends_where_the_next_begins(day):
    assert day_of(start_of(day)) == day == day_of(end_of(day))
    assert start_of(day + timedelta(days=1)) - end_of(day) == timedelta(microseconds=1)


def test_a_day_begins_at_four_in_the_afternoon_of_greenwich():
    assert start_of(date(2026, 11, 20)) == datetime(2026, 11, 19, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-11-20", 24, "2028-11-20"), ("2024-01-31", 1, "2024-02-29"), ("2026-03-31", -1, "2026-02-28")],
)
def test_months_end_where_the_month_ends(day, months, expected):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)
