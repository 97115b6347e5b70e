"""The sentences that minutes begin with, for minutes that are kept in English: the same facts in the same order as in
`minutes`, `vote_words` and `tabled`."""

from datetime import datetime

from kangjiansheng.committee.models import CommitteeMember, Motion
from kangjiansheng.committee.queries import floor, taken
from kangjiansheng.committee.rules import quorum
from kangjiansheng.core import clock
from kangjiansheng.core.i18n import name_of

OFFICES = {"chair": "Chair", "deputy": "Deputy chair", "secretary": "Secretary"}
CHOICES = {"for": "For", "against": "Against", "abstain": "Abstaining"}
RECUSED = {"whole": "recused", "facts": "stated the facts and left, without part in discussion and vote"}


def attendance(now: quorum.Standing, online: int, away: int) -> str:
    """The opening sentence."""
    parts = [f"Members expected: {now.members}; present: {now.present}"]
    parts += [f"online among them: {online}"] if online else []
    parts += [f"represented by deputies: {away}"] if away else []
    return f"{'; '.join(parts)}. The quorum is {now.needed} and was {'met' if now.is_met else 'not met'}."


def item(one: floor.ItemInRoom) -> str:
    """Who was recused from an item, and how its quorum went; empty when there is nothing to tell of it."""
    seats = one.item.meeting.seats()
    parts = []
    if one.course:
        end = f" and ended at {hour(one.item.closed_at)}" if one.item.closed_at else ""
        parts.append(f"The item began at {hour(one.course[0][0])}{end}")
    for row in one.recusals:
        if row.person_id in seats:
            word = RECUSED.get(row.kind, "declared an interest and took part with consent")
            left = f", left at {hour(row.left_at)}" if row.left_at else ""
            back = f", came back at {hour(row.returned_at)}" if row.returned_at else ""
            parts.append(f"{seat(seats[row.person_id])}: {word}{left}{back}")
    if not parts:
        return ""
    s = one.now.standing
    moves = "; ".join(f"from {hour(at)} present: {c.standing.present}" for at, c in one.course)
    parts.append(
        f"Of {s.members} members who may vote {s.needed} have to take part; {moves or f'present: {s.present}'}; "
        f"the quorum was {'met' if s.is_met else 'not met'}"
    )
    return ". ".join(parts) + "."


def vote(motion: Motion) -> str:
    """When, how, by how many, and what came of it."""
    parts = [_taken(motion), _quorum(motion)]
    if motion.result != "no_quorum" or motion.method == "name":
        parts.append(
            f"For: {motion.votes_for}; against: {motion.votes_against}; abstaining: {motion.abstentions}"
        )
    if motion.method == "name":
        parts += _by_name(motion)
    parts.append(_result(motion))
    return ". ".join(parts) + "."


def _taken(motion: Motion) -> str:
    start, end = motion.opened_at, motion.closed_at
    assert end is not None
    if motion.way == "circulation":
        return f"Vote by circulation, sent on {_moment(start)}, closed on {_moment(end)}"
    how = "Vote by name" if motion.method == "name" else "Vote by show of hands"
    return f"{how}, begun at {hour(start)}, ended at {hour(end)}"


def _quorum(motion: Motion) -> str:
    recused = f"; recused: {motion.recused}" if motion.recused else ""
    if motion.way == "circulation":
        least = f"Of {motion.members} members {motion.quorum_needed} have to answer"
        return f"{least}; answered: {motion.present}{recused}"
    deputies = sum(1 for ballot in taken.counted_ballots(motion) if ballot.deputy_id)
    acted = f" (through deputies: {deputies})" if deputies else ""
    least = f"Of {motion.members} members who may vote {motion.quorum_needed} have to take part"
    return f"{least}; took part at the end: {motion.present}{acted}{recused}"


def _by_name(motion: Motion) -> list[str]:
    names = {person_id: seat(one) for person_id, one in motion.meeting.seats().items()}
    cast = taken.counted_ballots(motion)
    found = []
    for choice, word in CHOICES.items():
        told = [
            names.get(b.person_id, "") + (f" (through {names.get(b.deputy_id, '')})" if b.deputy_id else "")
            for b in cast
            if b.choice == choice
        ]
        found += [f"{word}: {', '.join(told)}"] if told else []
    silent = set(motion.counted or []) - {b.person_id for b in cast}
    told = [name for person, name in names.items() if person in silent]
    return found + ([f"Did not vote: {', '.join(told)}"] if told else [])


def _result(motion: Motion) -> str:
    if motion.result == "no_quorum":
        return f"{_why(motion)}: the vote does not stand, and nothing was decided"
    verdict = "carried" if motion.result == "passed" else "not carried"
    return f"Counted of {motion.base}, {motion.needed} in favour are needed: {verdict}"


def _why(motion: Motion) -> str:
    if motion.lost_at is None:
        return f"Fewer than {motion.quorum_needed} answered"
    there = next((c["present"] for c in motion.course or [] if c["present"] < c["needed"]), motion.present)
    return f"From {hour(motion.lost_at)} only {there} took part, and the quorum was not met"


def seat(member: CommitteeMember) -> str:
    """What a seat is called: the office with its field, else the field."""
    field = name_of(member if member.name_hans else member.person, "en")
    return f"{OFFICES[member.office]} ({field})" if member.office in OFFICES else field


def hour(at: datetime) -> str:
    """The time of the day at the table."""
    return at.astimezone(clock.SHANGHAI).strftime("%H:%M")


def _moment(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
