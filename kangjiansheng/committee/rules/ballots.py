"""What ballots come to: of a vote in a meeting, and of one by circulation.

The last ballot of each member counts, of those who take part when the vote ends. A vote during which the quorum was
missing at any instant decides nothing, however many came back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kangjiansheng.committee.rules.presence import Charter, Counted, Room, course
from kangjiansheng.committee.rules.quorum import Standing, needed
from kangjiansheng.committee.rules.votes import Outcome, Tally, outcome

CHOICES = ("for", "against", "abstain")
METHODS = ("count", "name")
KINDS = ("D", "R")


@dataclass(frozen=True)
class Result:
    """How a vote ended: the outcome, who took part, how the quorum went and when it was first missing."""

    outcome: Outcome
    counted: Counted
    taking_part: frozenset[int]
    course: tuple[tuple[datetime, Counted], ...] = ()
    lost_at: datetime | None = None


def last(ballots: Iterable[tuple[int, str]], among: Collection[int]) -> dict[int, str]:
    """The choice of each of these people that counts; `ballots` are (person, choice) in the order of time."""
    return {person: choice for person, choice in ballots if person in among}


def tally(choices: Mapping[int, str]) -> Tally:
    """The votes as numbers."""
    given = list(choices.values())
    return Tally(*(given.count(choice) for choice in CHOICES))


def taking_part(room: Room, recused: Collection[int], start: datetime, end: datetime) -> frozenset[int]:
    """Who takes part as a vote ends. Who leaves at that very instant still does."""
    return frozenset(room.voting(recused, max([start, *room.moments(start, end)])))


def in_meeting(
    charter: Charter,
    room: Room,
    recused: Collection[int],
    votes: Iterable[tuple[int, str]] | Tally,
    start: datetime,
    end: datetime,
) -> Result:
    """The result of a vote in a meeting, from ballots by name or from hands that were counted."""
    way = course(charter, room, frozenset(recused), start, end)
    there = taking_part(room, recused, start, end)
    counted = way[-1][1]
    cast = votes if isinstance(votes, Tally) else tally(last(votes, there))
    made = outcome(charter, counted, cast)
    lost = next((at for at, now in way if not now.standing.is_met), None)
    if lost is not None:
        made = replace(made, result="no_quorum")
    return Result(made, counted, there, tuple(way), lost)


def by_circulation(
    charter: Charter,
    voters: Collection[int],
    eligible: Collection[int],
    recused: Collection[int],
    ballots: Iterable[tuple[int, str]],
) -> Result:
    """The result of a circulation. Who may take part was fixed when it was opened; who was recused since is out.
    The quorum is of those who answered, the majority is counted from all who may take part."""
    may = frozenset(eligible) - frozenset(recused)
    choices = last(ballots, may)
    base = may if charter.quorum_base == "eligible" else frozenset(voters)
    standing = Standing(len(base), needed(len(base), *charter.quorum), len(choices))
    counted = Counted(standing, len(may), len(voters))
    made = outcome(replace(charter, majority_base="eligible"), counted, tally(choices))
    return Result(made, counted, may)


def refusal(room: Room, recused: Collection[int], person: int, at: datetime) -> str | None:
    """Why this person's ballot is not taken at an instant; None when it is."""
    if person not in room.voters:
        return "committee:vote-no-seat"
    if person in recused:
        return "committee:vote-recused"
    if person not in room.voting(recused, at):
        return "committee:vote-absent"
    return None
