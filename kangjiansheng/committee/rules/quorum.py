"""When a meeting can decide, and whose signatures make minutes stand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Signing:
    """One who may sign a draft; `capacity` is chair or member."""

    person_id: int
    capacity: str
    required: bool


@dataclass(frozen=True)
class Standing:
    """The quorum of a meeting: seats that vote, how many must be there, how many are."""

    members: int
    needed: int
    present: int

    @property
    def is_met(self) -> bool:
        """True when enough are there; a committee without members has no quorum."""
        return self.members > 0 and self.present >= self.needed


def needed(members: int, numerator: int, denominator: int) -> int:
    """How many of the voting members must be there: the fraction, rounded up, in whole numbers."""
    if denominator <= 0 or numerator < 0 or numerator > denominator:
        raise ValueError("a quorum is a fraction between 0 and 1")
    return -(-members * numerator // denominator)


def standing(members: int, present: int, numerator: int, denominator: int) -> Standing:
    """The quorum as it stands."""
    return Standing(members, needed(members, numerator, denominator), present)


def signers(rule: str, n: int, present: Iterable[tuple[int, bool]], *, drafter: int) -> list[Signing]:
    """Who may sign, fixed when review opens. `present` are (person, is chair) of the voting members there.

    `all_present`: everybody. `chair_and_n`: the chair, and any `n` of the others. `chair`: the chair; when
    the chair drafted, the others too, for nobody approves alone what they wrote.
    """
    there = list(dict(present).items())
    chair = [Signing(person, "chair", True) for person, is_chair in there if is_chair]
    others = [Signing(person, "member", rule == "all_present") for person, is_chair in there if not is_chair]
    alone = rule == "chair" and any(one.person_id == drafter for one in chair)
    return chair + (others if rule != "chair" or alone else [])


def others_needed(rule: str, n: int, who: Collection[Signing], *, drafter: int) -> int:
    """How many approvals of members beside those required."""
    if rule == "chair_and_n":
        return n
    required = {one.person_id for one in who if one.required}
    return 1 if required <= {drafter} else 0


def total_needed(rule: str, n: int, who: Collection[Signing], *, drafter: int) -> int:
    """How many approvals make the draft stand."""
    return sum(1 for one in who if one.required) + others_needed(rule, n, who, drafter=drafter)


def is_approved(
    rule: str, n: int, who: Collection[Signing], approvals: Collection[int], *, drafter: int
) -> bool:
    """True when the approvals given suffice. The drafter's alone never do."""
    given = set(approvals) & {one.person_id for one in who}
    required = {one.person_id for one in who if one.required}
    if not required <= given or not given - {drafter}:
        return False
    return len(given - required) >= others_needed(rule, n, who, drafter=drafter)


def can_be_approved(
    rule: str, n: int, who: Collection[Signing], able: Collection[int], *, drafter: int
) -> bool:
    """True when those who can sign at all could make the draft stand."""
    return any(one.capacity == "chair" for one in who) and is_approved(rule, n, who, able, drafter=drafter)
