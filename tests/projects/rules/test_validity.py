"""What holds for a while: when it is needed, how it stands, what a change of dates leaves."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.rules import validity as rules

TODAY = date(2026, 11, 25)
days = st.dates(date(2025, 1, 1), date(2029, 12, 31))


@dataclass(frozen=True)
class One:
    """A milestone."""

    code: str
    actual: date | None
    promised: date | None
    cancelled: bool = False

    @property
    def is_open(self) -> bool:
        """Neither reached nor cancelled."""
        return self.actual is None and not self.cancelled


plans = st.lists(
    st.builds(One, st.sampled_from("ABCDEFGH"), st.none() | days, st.none() | days, st.booleans()),
    max_size=6,
    unique_by=lambda one: one.code,
)
needs = st.none() | st.builds(rules.Need, st.sampled_from("ABC"), days, st.booleans())


@pytest.mark.long
@given(days, needs)
def test_each_day_has_one_answer_and_counts_its_days(end: date, need: rules.Need | None) -> None:
    found = rules.standing(end, need, TODAY)
    assert found.days >= 0
    if found.word == "leaves":
        assert need is not None and need.day - end == timedelta(found.days) and found.days > 0
    elif found.word == "lapsed":
        assert end + timedelta(found.days) == TODAY and found.days > 0
    elif found.word == "served":
        assert need is not None and need.reached and need.day <= end
    else:
        assert end - timedelta(found.days) == TODAY
        assert (found.days <= rules.SOON) == (found.word == "soon")
        assert need is None or need.day <= end


@given(days, days, st.integers(1, 400))
def test_a_later_milestone_never_makes_it_better(end: date, day: date, more: int) -> None:
    before = rules.standing(end, rules.Need("A", day), TODAY)
    after = rules.standing(end, rules.Need("A", day + timedelta(more)), TODAY)
    assert not (before.alarms and not after.alarms)
    assert rules.newly_left(before, after) == (after.word == "leaves")
    assert not rules.newly_left(after, before)


@given(days, st.integers(0, 400), needs)
def test_a_longer_term_never_makes_it_worse(end: date, more: int, need: rules.Need | None) -> None:
    before, after = (rules.standing(day, need, TODAY) for day in (end, end + timedelta(more)))
    assert not (after.alarms and not before.alarms)


@pytest.mark.long
@given(plans)
def test_without_a_name_the_next_open_one_needs_it(plan: list[One]) -> None:
    opened = [one for one in plan if one.is_open and one.promised]
    found = rules.need(plan)
    if not opened:
        assert found is None
    else:
        assert found is not None and not found.reached
        assert found.day == min(one.promised for one in opened if one.promised)


@given(plans, st.sampled_from("ABCDEFGH"), days)
def test_with_a_name_only_that_one_needs_it(plan: list[One], code: str, tried: date) -> None:
    one = next((one for one in plan if one.code == code), None)
    found = rules.need(plan, code)
    if one is None or (not one.is_open and one.actual is None):
        assert found is None  # it is not there, or cancelled
        return
    assert (found.day if found else None) == (one.actual or one.promised)
    attempt = rules.need(plan, code, {code: tried})
    assert attempt is not None and attempt.day == tried and not attempt.reached


@pytest.mark.long
@given(st.lists(st.tuples(st.integers(), st.builds(rules.standing, days, needs, st.just(TODAY)))))
def test_the_order_loses_none_and_puts_alarms_first(found: list[Any]) -> None:
    ordered = rules.worst_first(found)
    assert sorted(map(id, ordered)) == sorted(map(id, found))
    alarms = [standing.alarms for _key, standing in ordered]
    assert alarms == sorted(alarms, reverse=True)


def test_the_words_of_the_days_around_the_end() -> None:
    def word(end: date, need: date | None = None) -> tuple[str, int]:
        found = rules.standing(end, rules.Need("A", need) if need else None, TODAY)
        return found.word, found.days

    assert word(TODAY) == ("soon", 0)
    assert word(TODAY - timedelta(1)) == ("lapsed", 1)
    assert word(TODAY + timedelta(90)) == ("soon", 90)
    assert word(TODAY + timedelta(91)) == ("holds", 91)
    assert word(date(2027, 3, 1), date(2027, 5, 31)) == ("leaves", 91)
    assert word(date(2027, 3, 1), date(2027, 3, 1)) == ("holds", 96)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"kind": "licence"}, "projects:risk-word", "kind"),
        ({"valid_to": None}, "projects:validity-end", "valid_to"),
        ({"valid_from": date(2027, 3, 2)}, "projects:validity-order", "valid_to"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], code: str, field: str) -> None:
    facts = {"kind": "ethics", "valid_from": None, "valid_to": date(2027, 3, 1)}
    rules.check(facts | {"valid_from": date(2027, 3, 1)})
    with pytest.raises(RuleBroken) as problem:
        rules.check(facts | changed)
    assert (problem.value.code, problem.value.field) == (code, field)
