"""When a meeting can decide, and whose signatures suffice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules import quorum

people = st.lists(st.tuples(st.integers(1, 30), st.booleans()), max_size=12)


@given(st.integers(0, 60), st.integers(0, 9), st.integers(1, 9))
def test_the_number_needed_is_the_fraction_rounded_up(members: int, a: int, b: int) -> None:
    if a > b:
        with pytest.raises(ValueError, match="fraction"):
            quorum.needed(members, a, b)
        return
    least = quorum.needed(members, a, b)
    assert least * b >= members * a
    assert least == 0 or (least - 1) * b < members * a
    assert least <= members


@given(st.integers(0, 40), st.data())
def test_more_who_come_never_break_a_quorum(members: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(0, members))
    now = quorum.standing(members, present, 2, 3)
    if now.is_met:
        assert quorum.standing(members, min(members, present + 1), 2, 3).is_met
    assert now.is_met == (members > 0 and 3 * present >= 2 * members)


def test_nine_seats_need_six() -> None:
    assert quorum.needed(9, 2, 3) == 6
    assert not quorum.standing(9, 5, 2, 3).is_met
    assert quorum.standing(9, 6, 2, 3).is_met


def test_a_committee_without_members_has_no_quorum() -> None:
    assert not quorum.standing(0, 0, 2, 3).is_met


@pytest.mark.long
@given(
    st.sampled_from(["all_present", "chair_and_n", "chair"]),
    st.integers(0, 4),
    people,
    st.integers(1, 30),
    st.data(),
)
def test_the_drafter_alone_never_approves(
    rule: str, n: int, present: list[tuple[int, bool]], drafter: int, data: st.DataObject
) -> None:
    who = quorum.signers(rule, n, present, drafter=drafter)
    assert not quorum.is_approved(rule, n, who, {drafter}, drafter=drafter)
    signers = [one.person_id for one in who]
    some = data.draw(st.sets(st.sampled_from(signers))) if signers else set()
    if quorum.is_approved(rule, n, who, some, drafter=drafter):
        assert {one.person_id for one in who if one.required} <= some
        assert some - {drafter}
        assert quorum.is_approved(rule, n, who, set(signers), drafter=drafter)
        assert len(some) >= quorum.total_needed(rule, n, who, drafter=drafter)


def test_chair_and_two() -> None:
    who = quorum.signers("chair_and_n", 2, [(1, True), (2, False), (3, False), (4, False)], drafter=9)
    assert [one.required for one in who] == [True, False, False, False]
    assert not quorum.is_approved("chair_and_n", 2, who, {2, 3, 4}, drafter=9), "without the chair"
    assert not quorum.is_approved("chair_and_n", 2, who, {1, 2}, drafter=9), "with one member only"
    assert quorum.is_approved("chair_and_n", 2, who, {1, 2, 4}, drafter=9)


def test_all_present_means_all() -> None:
    who = quorum.signers("all_present", 0, [(1, True), (2, False)], drafter=9)
    assert not quorum.is_approved("all_present", 0, who, {1}, drafter=9)
    assert quorum.is_approved("all_present", 0, who, {1, 2}, drafter=9)


def test_a_chair_who_drafted_needs_another() -> None:
    who = quorum.signers("chair", 0, [(1, True), (2, False), (3, False)], drafter=1)
    assert not quorum.is_approved("chair", 0, who, {1}, drafter=1)
    assert quorum.is_approved("chair", 0, who, {1, 3}, drafter=1)


def test_strangers_do_not_count() -> None:
    who = quorum.signers("chair_and_n", 1, [(1, True), (2, False)], drafter=9)
    assert not quorum.is_approved("chair_and_n", 1, who, {1, 77}, drafter=9)
