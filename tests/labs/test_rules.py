"""Rules of institutions, agreements and laboratories: no database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import rules

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.long
@given(DAYS, DAYS, DAYS)
def test_a_term_is_whole_and_within_bounds(begins, ends, today):
    found = rules.term(begins, ends, today)
    assert (found is None) == (ends <= begins)
    if found:
        assert 0 <= found.percent <= 100
        assert found.passed >= 0 and found.left >= 0
        whole = (ends.year - begins.year) * 12 + ends.month - begins.month
        assert found.passed + found.left <= whole


@given(DAYS)
def test_renewal_is_due_about_six_months_before_the_end(ends):
    assert 180 <= (ends - rules.renewal_due(ends)).days <= 184 + 1


def test_the_end_of_a_long_month():
    assert rules.renewal_due(date(2027, 8, 31)) == date(2027, 2, 28)
    assert rules.renewal_due(date(2028, 8, 31)) == date(2028, 2, 29)
    assert rules.renewal_due(date(2027, 9, 9)) == date(2027, 3, 9)


def test_a_term_is_unknown_when_an_end_is_not_stated():
    assert rules.term(date(2024, 9, 10), None, date(2026, 1, 1)) is None
    assert rules.renewal_note(None, date(2026, 1, 1)) is None


def test_the_note_about_renewal_shows_in_the_last_year_only():
    ends = date(2027, 9, 9)
    assert rules.renewal_note(ends, date(2026, 9, 1)) is None
    assert rules.renewal_note(ends, date(2026, 11, 20)) == date(2027, 3, 9)
    assert rules.renewal_note(ends, date(2027, 9, 10)) is None


@given(st.sampled_from(list(rules.LIVES)), st.sampled_from(list(rules.LIVES)))
def test_only_the_steps_of_the_table_are_allowed(now, wanted):
    if wanted in rules.STEPS[now]:
        rules.check_step(now, wanted, accepted_on=date(2025, 1, 1))
    else:
        with pytest.raises(RuleBroken):
            rules.check_step(now, wanted, accepted_on=date(2025, 1, 1))


def test_a_closed_laboratory_can_be_reached_from_everywhere_and_left_for_nowhere():
    assert rules.STEPS["closed"] == ()
    assert all("closed" in steps for life, steps in rules.STEPS.items() if life != "closed")


@pytest.mark.long
@given(st.from_regex(r"[A-Z0-9][A-Z0-9-]{1,39}", fullmatch=True))
def test_codes_that_may_stand_in_an_address(code):
    rules.check_code(code)


def test_the_six_sectors_in_their_order():
    assert "".join(sector.sign["hans"] for sector in rules.sectors().values()) == "政产学研医资"


def test_every_act_is_of_this_feature_and_has_words():
    assert all(act.split(":")[0] == "labs" and str(words) for act, words in rules.ACTS.items())
