"""A plan made from a pathway: who waits for whom when steps are left out, and what each takes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.projects.rules import plans
from kangjiansheng.projects.rules.vocabulary import templates

PATHWAYS = sorted(templates())


@st.composite
def part_of_a_pathway(draw):
    template = templates()[draw(st.sampled_from(PATHWAYS))]
    return template, draw(st.sets(st.sampled_from([item.code for item in template.milestones])))


def ancestors(template, code):
    found = set()
    waiting = list(template.milestone(code).predecessors)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += template.milestone(one).predecessors
    return found


@pytest.mark.long
@given(part_of_a_pathway())
def test_steps_that_are_left_out_pass_on_whom_they_wait_for(part):
    template, present = part
    waits = plans.bridged(template, present)
    assert waits.keys() == present
    for code, found in waits.items():
        assert set(found) <= present & ancestors(template, code)
        # Who is waited for at all is waited for along the bridges.
        reached, waiting = set(), list(found)
        while waiting:
            one = waiting.pop()
            reached.add(one)
            waiting += waits[one]
        assert reached == present & ancestors(template, code)


def test_the_whole_pathway_waits_as_it_says():
    for template in templates().values():
        waits = plans.bridged(template, {item.code for item in template.milestones})
        assert waits == {item.code: item.predecessors for item in template.milestones}


@given(st.sampled_from(PATHWAYS), st.dates(date(2024, 1, 1), date(2026, 6, 30)))
def test_each_typical_date_is_one_duration_after_the_last_that_it_waits_for(pathway, start):
    template = templates()[pathway]
    items = plans.chosen(template, [item.code for item in template.milestones])
    waits = plans.bridged(template, {item.code for item in items})
    dates = plans.typical_dates(items, waits, start)
    for item in items:
        begin = max((dates[code] for code in waits[item.code]), default=start)
        count, unit = plans.duration(item, begin)
        assert dates[item.code] == plans.later(begin, item) >= begin
        assert unit == "workday" or (dates[item.code] - begin).days == count


def test_a_month_without_a_beginning_is_the_average_one():
    item = templates()["A_drug"].milestone("A010")
    assert (item.duration_max, item.duration_unit) == (18, "month")
    assert plans.duration(item, None) == (548, "day")


def test_optional_steps_are_taken_in_where_they_are_named():
    template = templates()["A_drug"]
    assert "A090" not in [item.code for item in plans.chosen(template)]
    assert "A090" in [item.code for item in plans.chosen(template, ["A090", "B100"])]
