"""What a vote decides, against the fraction of the charter in plain words."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules.presence import Charter, Room, count
from kangjiansheng.committee.rules.votes import Tally, least, outcome
from tests.support.charters import charters

people = st.frozensets(st.integers(1, 9))
choices = st.lists(st.sampled_from(["for", "against", "abstain"]), max_size=9)


@pytest.mark.long
@given(charters, people, people, people, choices)
def test_the_result_is_that_of_the_fraction(
    charter: Charter,
    voters: frozenset[int],
    recused: frozenset[int],
    there: frozenset[int],
    given_: list[str],
) -> None:
    now = count(charter, Room(voters, untimed=there), recused, None)
    cast = given_[: now.standing.present]
    votes = Tally(*(cast.count(choice) for choice in ("for", "against", "abstain")))
    made = outcome(charter, now, votes)
    may = voters - recused
    base = {"present": len(may & there), "eligible": len(may), "all": len(voters)}[charter.majority_base]
    base -= 0 if charter.abstentions_count else votes.abstentions
    wanted = Fraction(*charter.majority) * max(base, 0)
    enough = votes.votes_for > wanted if charter.majority_over else votes.votes_for >= wanted
    carried = enough and votes.votes_for > 0
    assert made.result == ("no_quorum" if not now.standing.is_met else "passed" if carried else "rejected")


@given(charters, people, people, st.integers(0, 8))
def test_one_more_vote_for_never_turns_a_result_down(
    charter: Charter, voters: frozenset[int], there: frozenset[int], yes: int
) -> None:
    now = count(charter, Room(voters, untimed=there), (), None)
    if outcome(charter, now, Tally(yes)).result == "passed":
        assert outcome(charter, now, Tally(yes + 1)).result == "passed"


@given(charters, st.integers(0, 9))
def test_half_is_not_over_half(charter: Charter, base: int) -> None:
    over, at_least = replace(charter, majority_over=True), replace(charter, majority_over=False)
    assert least(over, base) >= least(at_least, base) >= 1


def test_words_of_the_charter() -> None:
    room = Room(frozenset(range(1, 10)), untimed=frozenset(range(1, 9)))
    now = count(Charter(), room, (), None)
    assert outcome(Charter(), now, Tally(4, 4)).result == "rejected", "half of eight is not over half"
    assert outcome(Charter(), now, Tally(5, 3)).result == "passed"
    assert outcome(Charter(), now, Tally(4, 2, 2)).result == "rejected", "who abstains stays in the base"
    loose = Charter(abstentions_count=False)
    assert outcome(loose, now, Tally(4, 2, 2)).result == "passed"
    thirds = Charter(majority=(2, 3), majority_over=False, majority_base="all")
    assert outcome(thirds, now, Tally(6, 2)).result == "passed", "two thirds of nine are six"
    few = count(Charter(), replace(room, untimed=frozenset({1, 2})), (), None)
    assert outcome(Charter(), few, Tally(2)).result == "no_quorum"
