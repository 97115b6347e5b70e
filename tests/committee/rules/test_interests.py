"""What the register proposes: whom an item touches, and which way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules.interests import KINDS, Held, Matter, Reason, is_own, propose

HOSPITAL, COMPANY, PROJECT = 1, 2, 7
MATTER = Matter(10, PROJECT, frozenset({HOSPITAL, COMPANY}), frozenset({5}))
small = st.integers(1, 4)
helds = st.lists(
    st.builds(
        Held,
        person_id=small,
        kind=st.sampled_from(KINDS),
        institution_id=st.none() | small,
        project_id=st.none() | small,
        item_id=st.none() | small,
    ),
    max_size=8,
)
matters = st.lists(
    st.builds(
        Matter,
        item_id=small,
        project_id=st.none() | small,
        institutions=st.frozensets(small),
        team=st.frozensets(small),
    ),
    max_size=4,
    unique_by=lambda m: m.item_id,
)
homes = st.dictionaries(small, st.frozensets(small), max_size=4)


@pytest.mark.long
@given(matters, helds, homes)
def test_whoever_is_proposed_is_touched_and_nobody_who_is_touched_is_left_out(
    about: list[Matter], held: list[Held], seats: dict[int, frozenset[int]]
) -> None:
    made = {(p.item_id, p.person_id): p for p in propose(about, held, seats)}
    for matter in about:
        for person, home in seats.items():
            own = [
                h
                for h in held
                if h.person_id == person
                and (
                    h.item_id == matter.item_id
                    if h.item_id is not None
                    else (h.project_id is not None and h.project_id == matter.project_id)
                    or h.institution_id in matter.institutions
                )
            ]
            touched = bool(own) or person in matter.team or bool(home & matter.institutions)
            assert ((matter.item_id, person) in made) == touched
    for one in made.values():
        assert one.reasons
        assert (one.way == "whole") == any(is_own(reason) for reason in one.reasons)


@pytest.mark.long
@given(matters, homes)
def test_an_institution_alone_never_takes_anybody_out_whole(
    about: list[Matter], seats: dict[int, frozenset[int]]
) -> None:
    assert all(p.way == "facts" for p in propose(about, [], seats))


def test_shares_in_the_company_take_out_whole_a_post_there_does_not() -> None:
    shares = propose([MATTER], [Held(1, "equity", COMPANY)], {1: frozenset()})
    assert [(p.way, p.reasons) for p in shares] == [("whole", (Reason("party", "equity"),))]
    post = propose([MATTER], [Held(1, "post", COMPANY)], {1: frozenset({HOSPITAL})})
    assert [(p.way, p.reasons) for p in post] == [("facts", (Reason("party", "post"), Reason("home")))]


def test_a_post_in_the_project_itself_takes_out_whole() -> None:
    made = propose([MATTER], [Held(1, "post", project_id=PROJECT)], {1: frozenset()})
    assert [p.way for p in made] == ["whole"]


def test_whoever_works_on_it_states_the_facts() -> None:
    assert [p.way for p in propose([MATTER], [], {5: frozenset(), 6: frozenset()})] == ["facts"]


def test_what_was_said_of_one_item_touches_no_other() -> None:
    made = propose([MATTER, Matter(11, PROJECT)], [Held(1, "kin", item_id=11)], {1: frozenset()})
    assert [(p.item_id, p.way) for p in made] == [(11, "whole")]
