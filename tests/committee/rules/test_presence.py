"""The quorum of one item under every sequence of arrivals, leavings and recusals, against a plain count."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules.presence import Charter, Room, Stay, count, course, overlaps

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LAST = 40  # minutes of a meeting; events happen at whole minutes
PEOPLE = st.integers(1, 9)
fractions = st.tuples(st.integers(0, 4), st.integers(1, 4)).filter(lambda f: f[0] <= f[1])
charters = st.builds(Charter, quorum=fractions, quorum_base=st.sampled_from(["eligible", "all"]))
events = st.lists(st.tuples(st.integers(0, LAST), PEOPLE), max_size=24)


def minute(n: int) -> datetime:
    return START + timedelta(minutes=n)


def story(moves: list[tuple[int, int]]) -> tuple[list[Stay], list[set[int]]]:
    """Each event turns one person round: in, out, in again. The stays, and who is there at each minute, counted
    by going through the minutes one by one."""
    stays: list[Stay] = []
    inside: dict[int, int] = {}
    there: list[set[int]] = []
    by_minute = {n: sorted({p for m, p in moves if m == n}) for n in range(LAST + 1)}
    for n, people in by_minute.items():
        for person in people:
            if person in inside:
                stays.append(Stay(person, "on_site", minute(inside.pop(person)), minute(n)))
            else:
                inside[person] = n
        there.append(set(inside))
    stays += [Stay(person, "online", minute(n)) for person, n in inside.items()]
    return stays, there


voters_and_recused = st.tuples(st.frozensets(PEOPLE), st.frozensets(PEOPLE))


@given(charters, events, voters_and_recused)
def test_every_minute_equals_the_plain_count(
    charter: Charter, moves: list[tuple[int, int]], sets: tuple[frozenset[int], frozenset[int]]
) -> None:
    voters, recused = sets
    stays, there = story(moves)
    assert not overlaps(stays)
    room = Room(voters, tuple(stays))
    for n in range(LAST + 1):
        may = [p for p in voters if p not in recused]
        base = may if charter.quorum_base == "eligible" else list(voters)
        enough = 0
        while enough * charter.quorum[1] < len(base) * charter.quorum[0]:
            enough += 1
        here = sum(1 for p in may if p in there[n])
        now = count(charter, room, recused, minute(n))
        assert (now.standing.members, now.standing.needed, now.standing.present) == (len(base), enough, here)
        assert now.standing.is_met == (len(base) > 0 and here >= enough)


@pytest.mark.long
@given(charters, events, voters_and_recused, st.data())
def test_a_leaving_never_helps(
    charter: Charter,
    moves: list[tuple[int, int]],
    sets: tuple[frozenset[int], frozenset[int]],
    data: st.DataObject,
) -> None:
    voters, recused = sets
    stays, _there = story(moves)
    if not stays:
        return
    at = minute(data.draw(st.integers(0, LAST)))
    gone = data.draw(st.sampled_from(stays))
    cut = [s for s in stays if s is not gone]
    if gone.came_at < at:
        cut.append(replace(gone, left_at=at))
    before = count(charter, Room(voters, tuple(stays)), recused, at)
    after = count(charter, Room(voters, tuple(cut)), recused, at)
    assert after.standing.needed == before.standing.needed
    assert after.standing.present <= before.standing.present
    assert before.standing.is_met or not after.standing.is_met


@given(charters, events, voters_and_recused, PEOPLE)
def test_a_recusal_never_helps_when_all_are_counted_from(
    charter: Charter,
    moves: list[tuple[int, int]],
    sets: tuple[frozenset[int], frozenset[int]],
    another: int,
) -> None:
    voters, recused = sets
    room = Room(voters, tuple(story(moves)[0]))
    counted = replace(charter, quorum_base="all")
    before = count(counted, room, recused, minute(LAST))
    after = count(counted, room, recused | {another}, minute(LAST))
    assert after.standing.needed == before.standing.needed
    assert before.standing.is_met or not after.standing.is_met


@pytest.mark.long
@given(charters, voters_and_recused)
def test_counted_from_the_eligible_recusals_leave_an_item_decidable(
    charter: Charter, sets: tuple[frozenset[int], frozenset[int]]
) -> None:
    """However many belong to the same hospital: as long as one may take part, enough can come."""
    voters, recused = sets
    now = count(replace(charter, quorum_base="eligible"), Room(voters), recused, None)
    assert now.decidable == (now.eligible > 0)


@given(charters, events, voters_and_recused, st.integers(0, LAST), st.integers(1, LAST))
def test_the_course_tells_every_change_and_nothing_else(
    charter: Charter,
    moves: list[tuple[int, int]],
    sets: tuple[frozenset[int], frozenset[int]],
    start: int,
    length: int,
) -> None:
    voters, recused = sets
    room = Room(voters, tuple(story(moves)[0]))
    end = start + length
    told = course(charter, room, recused, minute(start), minute(end))
    assert told[0][0] == minute(start)
    assert all(a[1] != b[1] for a, b in itertools.pairwise(told))
    for n in range(start, end):
        standing = [now for at, now in told if at <= minute(n)][-1]
        assert standing == count(charter, room, recused, minute(n))


@given(st.frozensets(PEOPLE), st.frozensets(PEOPLE), PEOPLE)
def test_who_has_stays_is_there_by_them_alone(
    voters: frozenset[int], untimed: frozenset[int], person: int
) -> None:
    room = Room(voters, (Stay(person, "on_site", minute(5), minute(9)),), untimed)
    assert room.present(minute(3)) == (untimed - {person}) & voters
    assert room.present(minute(9)) == (untimed - {person}) & voters
    assert room.present(minute(5)) == (untimed | {person}) & voters
    assert room.present(None) == (untimed | {person}) & voters


def test_nobody_is_there_twice_or_backwards() -> None:
    first = Stay(1, "on_site", minute(0), minute(5))
    assert not overlaps([first, Stay(1, "online", minute(5))])
    assert overlaps([first, Stay(1, "online", minute(4))])
    assert overlaps([Stay(1, "on_site", minute(0)), Stay(1, "online", minute(9))])
    assert overlaps([Stay(1, "on_site", minute(3), minute(3))])


def test_nine_members_three_of_one_hospital() -> None:
    """Two thirds of nine are six. Three of a hospital step out and one other is away: five are left."""
    room = Room(frozenset(range(1, 10)), untimed=frozenset(range(1, 9)))
    recused = {1, 2, 3}
    whole = count(Charter(quorum_base="all"), room, recused, None)
    assert (whole.standing.needed, whole.standing.present, whole.standing.is_met) == (6, 5, False)
    eligible = count(Charter(), room, recused, None)
    assert (eligible.standing.needed, eligible.standing.present, eligible.standing.is_met) == (4, 5, True)
