"""Votes under every sequence of arrivals, leavings, recusals, ballots and changes, against a plain retelling."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules import ballots
from kangjiansheng.committee.rules.presence import Charter, Room, Stay
from kangjiansheng.committee.rules.votes import Tally, outcome
from tests.support.charters import charters

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LAST = 30  # minutes that are told
PEOPLE = st.integers(1, 8)
people = st.frozensets(PEOPLE)
moves = st.lists(st.tuples(st.integers(0, LAST), PEOPLE), max_size=20)
cast = st.lists(st.tuples(st.integers(0, LAST), PEOPLE, st.sampled_from(ballots.CHOICES)), max_size=20)
spans = st.tuples(st.integers(0, LAST - 1), st.integers(1, LAST)).map(
    lambda s: (s[0], min(s[0] + s[1], LAST))
)
# Two people at most who let two others vote, as the rule on mandates has it.
mandates = st.lists(PEOPLE, max_size=4, unique=True).map(lambda p: tuple(zip(p[::2], p[1::2], strict=False)))


def minute(n: int) -> datetime:
    return START + timedelta(minutes=n)


def retold(events: list[tuple[int, int]]) -> tuple[tuple[Stay, ...], list[set[int]]]:
    """Each event turns one person round. The stays, and who is in the room from each minute on."""
    stays, inside, there = list[Stay](), dict[int, int](), list[set[int]]()
    for n in range(LAST + 1):
        for person in sorted({p for m, p in events if m == n}):
            if person in inside:
                stays.append(Stay(person, "on_site", minute(inside.pop(person)), minute(n)))
            else:
                inside[person] = n
        there.append(set(inside))
    return (*stays, *(Stay(p, "online", minute(n)) for p, n in inside.items())), there


def enough(base: int, fraction: tuple[int, int]) -> int:
    found = 0
    while found * fraction[1] < base * fraction[0]:
        found += 1
    return found


@pytest.mark.long
@given(charters, people, people, moves, mandates, cast, spans)
def test_a_vote_in_a_meeting(
    charter: Charter,
    voters: frozenset[int],
    recused: frozenset[int],
    events: list[tuple[int, int]],
    given_to: tuple[tuple[int, int], ...],
    typed: list[tuple[int, int, str]],
    span: tuple[int, int],
) -> None:
    stays, there = retold(events)
    room, (start, end) = Room(voters, stays, mandates=given_to), span

    def part(n: int) -> set[int]:
        """Who takes part in this minute: there and not recused, or away with a deputy who is."""
        own = {p for p in voters if p in there[n] and p not in recused}
        for member, deputy in given_to:
            if member in voters - recused and member not in there[n] and deputy in there[n] - recused:
                own.add(member)
        return own

    taken: list[tuple[int, str]] = []
    for n, person, choice in sorted(typed, key=lambda row: row[0]):
        why = ballots.refusal(room, recused, person, minute(n))
        assert (why is None) == (person in part(n)), why
        if why is None and start <= n < end:
            taken.append((person, choice))
    made = ballots.in_meeting(charter, room, recused, taken, minute(start), minute(end))

    at_end = part(end - 1)
    counts = dict.fromkeys(ballots.CHOICES, 0)
    for person in at_end:
        own = [choice for one, choice in taken if one == person]
        if own:
            counts[own[-1]] += 1
    votes = Tally(counts["for"], counts["against"], counts["abstain"])
    assert made.outcome.tally == votes
    assert made.taking_part == at_end
    may = voters - recused
    base = len(may) if charter.quorum_base == "eligible" else len(voters)
    least = enough(base, charter.quorum)
    assert (made.counted.standing.needed, made.counted.standing.present) == (least, len(at_end))
    short = [n for n in range(start, end) if base == 0 or len(part(n)) < least]
    assert made.lost_at == (minute(short[0]) if short else None)
    expected = "no_quorum" if short else outcome(charter, made.counted, votes).result
    assert made.outcome.result == expected
    assert sum(counts.values()) <= len(at_end), "nobody votes twice"


@given(charters, people, people, people, cast)
def test_a_circulation(
    charter: Charter,
    voters: frozenset[int],
    recused: frozenset[int],
    later: frozenset[int],
    typed: list[tuple[int, int, str]],
) -> None:
    eligible = voters - recused
    taken = [(person, choice) for _n, person, choice in typed]
    made = ballots.by_circulation(charter, voters, eligible, later, taken)
    may = eligible - later
    votes = dict(pair for pair in taken if pair[0] in may)
    base = len(may) if charter.quorum_base == "eligible" else len(voters)
    yes = list(votes.values()).count("for")
    left = len(may) - (0 if charter.abstentions_count else list(votes.values()).count("abstain"))
    wanted = Fraction(*charter.majority) * left
    carried = yes > 0 and (yes > wanted if charter.majority_over else yes >= wanted)
    if base == 0 or len(votes) < enough(base, charter.quorum):
        assert made.outcome.result == "no_quorum"
    else:
        assert made.outcome.result == ("passed" if carried else "rejected")
    assert made.taking_part == may


@given(charters, people, people, moves, cast, spans)
def test_a_changed_mind_counts_as_if_it_had_been_the_only_one(
    charter: Charter,
    voters: frozenset[int],
    recused: frozenset[int],
    events: list[tuple[int, int]],
    typed: list[tuple[int, int, str]],
    span: tuple[int, int],
) -> None:
    room = Room(voters, retold(events)[0])
    taken = [(person, choice) for _n, person, choice in typed]
    once = list(dict(taken).items())
    args = (charter, room, recused)
    times = (minute(span[0]), minute(span[1]))
    assert ballots.in_meeting(*args, taken, *times) == ballots.in_meeting(*args, once, *times)


def test_a_quorum_that_came_back_does_not_mend_the_vote() -> None:
    """Six of nine are needed. One leaves for five minutes while hands are up."""
    stays = tuple(Stay(p, "on_site", minute(0)) for p in range(1, 6))
    gone = (Stay(6, "on_site", minute(0), minute(5)), Stay(6, "on_site", minute(10)))
    room = Room(frozenset(range(1, 10)), stays + gone)
    made = ballots.in_meeting(Charter(), room, (), Tally(6), minute(3), minute(15))
    assert (made.outcome.result, made.lost_at) == ("no_quorum", minute(5))
    assert (
        ballots.in_meeting(Charter(), room, (), Tally(6), minute(10), minute(15)).outcome.result == "passed"
    )


def test_a_deputy_counts_for_the_member_and_not_when_recused() -> None:
    stays = tuple(Stay(p, "on_site", minute(0)) for p in range(1, 6))
    room = Room(frozenset(range(1, 10)), stays, mandates=((9, 1),))
    taken = [(p, "for") for p in (*range(1, 6), 9)]
    args = (taken, minute(1), minute(2))
    assert ballots.in_meeting(Charter(), room, (), *args).outcome.tally == Tally(6)
    without = ballots.in_meeting(replace(Charter(), quorum=(1, 3)), room, {1}, *args)
    assert without.outcome.tally == Tally(4), "neither the recused deputy's own vote nor the member's"
