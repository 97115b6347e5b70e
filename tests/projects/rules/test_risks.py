"""Risks: how severe, in which order, in which cell, late since when, and what is refused."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.rules import risks as rules

TODAY = date(2026, 11, 25)


@dataclass
class One:
    """A risk or an issue."""

    number: int
    likelihood: int | None
    impact: int
    review_on: date | None
    life: str


ones = st.builds(
    One,
    st.integers(1, 999),
    st.none() | st.integers(1, 5),
    st.integers(1, 5),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sampled_from([*rules.LIVES, rules.CLOSED]),
)


@given(ones)
def test_a_likelier_or_graver_risk_is_never_milder(one: One) -> None:
    order = ["low", "medium", "high"]
    here = order.index(rules.level(one.likelihood, one.impact))
    if one.impact < 5:
        assert order.index(rules.level(one.likelihood, one.impact + 1)) >= here
    if one.likelihood and one.likelihood < 5:
        assert order.index(rules.level(one.likelihood + 1, one.impact)) >= here
    assert order.index(rules.level(None, one.impact)) >= here  # what has happened is certain


@pytest.mark.long
@given(st.lists(ones, max_size=30))
def test_the_order_loses_none_and_puts_what_is_open_and_grave_first(found: list[One]) -> None:
    ordered = rules.in_order(found, TODAY)
    assert sorted(map(id, ordered)) == sorted(map(id, found))
    for first, second in pairwise(ordered):
        assert (first.life == rules.CLOSED) <= (second.life == rules.CLOSED)
        if (first.life == rules.CLOSED) == (second.life == rules.CLOSED):
            assert rules.score(first.likelihood, first.impact) >= rules.score(
                second.likelihood, second.impact
            )


@given(st.lists(ones, max_size=30))
def test_every_open_one_stands_in_one_cell(found: list[One]) -> None:
    cells = rules.matrix(found)
    assert len(cells) == 25
    assert sum(cells.values()) == sum(one.life != rules.CLOSED for one in found)


@given(ones)
def test_a_review_is_late_from_the_day_after(one: One) -> None:
    days = rules.overdue(one, TODAY)
    late = one.life != rules.CLOSED and one.review_on is not None and one.review_on < TODAY
    assert (days is not None) == late
    assert days is None or (days > 0 and one.review_on == TODAY - timedelta(days))


FACTS: dict[str, Any] = {
    "kind": "risk",
    "title": "x",
    "likelihood": 3,
    "impact": 3,
    "response": "reduce",
    "life": "open",
    "review_on": TODAY,
}


def test_what_is_right_passes() -> None:
    rules.check(FACTS, today=TODAY)
    rules.check({**FACTS, "kind": "issue", "likelihood": None}, today=TODAY)
    past = TODAY - timedelta(3)
    rules.check({**FACTS, "review_on": past}, today=TODAY, before=past)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("kind", "wish", "risk-word"),
        ("response", "", "risk-word"),
        ("life", "closed", "risk-word"),
        ("title", "", "risk-title"),
        ("impact", 0, "risk-scale"),
        ("impact", 6, "risk-scale"),
        ("likelihood", None, "risk-scale"),
        ("review_on", None, "risk-review-missing"),
        ("review_on", TODAY - timedelta(1), "date-passed"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(key: str, value: Any, code: str) -> None:
    with pytest.raises(RuleBroken) as found:
        rules.check({**FACTS, key: value}, today=TODAY)
    assert (found.value.code, found.value.field) == (f"projects:{code}", key)
