"""What a vote decides, and why, by the charter: in whole numbers, without a rounding."""

from dataclasses import dataclass

from kangjiansheng.committee.rules.presence import Charter, Counted

FAILED = ("rejected", "no_quorum")


@dataclass(frozen=True)
class Tally:
    """How many voted for, against, or abstained."""

    votes_for: int = 0
    votes_against: int = 0
    abstentions: int = 0


@dataclass(frozen=True)
class Outcome:
    """The result (passed, rejected, no_quorum) and its reasons: the base of the majority, the votes needed."""

    result: str
    base: int
    needed: int
    tally: Tally
    quorum_needed: int
    present: int


def outcome(charter: Charter, counted: Counted, votes: Tally) -> Outcome:
    """The result of a vote when so many were there. Without a quorum nothing is decided, whatever was voted.

    The majority is counted from who was there, who may vote on the item, or all who vote; who abstains is taken
    out of it unless the charter counts abstentions. No vote at all never passes anything.
    """
    standing = counted.standing
    bases = {"present": standing.present, "eligible": counted.eligible, "all": counted.voters}
    base = bases[charter.majority_base] - (0 if charter.abstentions_count else votes.abstentions)
    needed = least(charter, base)
    result = "no_quorum" if not standing.is_met else "passed" if votes.votes_for >= needed else "rejected"
    return Outcome(result, base, needed, votes, standing.needed, standing.present)


def least(charter: Charter, base: int) -> int:
    """The fewest votes that carry a motion: one at least."""
    above, below = charter.majority
    exact = max(base, 0) * above
    needed = exact // below + 1 if charter.majority_over else -(-exact // below)
    return max(needed, 1)
