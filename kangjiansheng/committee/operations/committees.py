"""Committees, their settings and members, and the numbers that are never given twice."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import Committee, CommitteeMember, Meeting, NumberSeries
from kangjiansheng.committee.operations import invitations
from kangjiansheng.committee.rules import acts, numbers, quorum
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def create_committee(*, actor: Actor, code: str, name_hans: str, **fields: Any) -> Committee:
    """Register a committee."""
    if db.session.scalar(select(Committee.id).where(Committee.code == code)):
        raise RuleBroken("committee:code-taken", "code", code=code)
    committee = Committee(code=code, name_hans=name_hans, **fields)
    db.session.add(committee)
    db.session.flush()
    _check_charter(committee)
    record("committee:committee:create", committee, actor=actor, before={})
    return committee


def edit_committee(committee: Committee, *, actor: Actor, version: int | None, **fields: Any) -> Committee:
    """Change names and charter settings. They hold for what is opened from now on."""
    expect(committee, version)
    before = committee.state()
    for key, value in fields.items():
        setattr(committee, key, value)
    _check_charter(committee)
    record("committee:committee:edit", committee, actor=actor, before=before)
    return committee


def _check_charter(committee: Committee) -> None:
    for name in ("quorum", "majority"):
        try:
            quorum.needed(
                1, getattr(committee, f"{name}_numerator"), getattr(committee, f"{name}_denominator")
            )
        except ValueError:
            raise RuleBroken("committee:quorum-fraction", f"{name}_numerator") from None
    if committee.majority_over and committee.majority_numerator == committee.majority_denominator:
        raise RuleBroken("committee:majority-out-of-reach", "majority_numerator")
    _check_patterns(committee)


def _check_patterns(committee: Committee) -> None:
    """A number must tell enough that no two are the same, also not of two committees."""
    known = {*numbers.OUTCOME_PLACES, "committee"}
    lacks = numbers.lacking(committee.outcome_pattern, numbers.OUTCOME_PLACES, known)
    if lacks:
        raise RuleBroken("committee:pattern-lacks", "outcome_pattern", places="、".join(lacks))
    lacks = numbers.lacking(
        committee.minutes_pattern, numbers.MINUTES_PLACES, {*numbers.MINUTES_PLACES, "short", "committee"}
    )
    if lacks:
        raise RuleBroken("committee:pattern-lacks", "minutes_pattern", places="、".join(lacks))
    others = select(Committee.id).where(
        Committee.id != committee.id, Committee.outcome_pattern == committee.outcome_pattern
    )
    if "{committee}" not in committee.outcome_pattern and db.session.scalar(others.limit(1)):
        raise RuleBroken("committee:pattern-taken", "outcome_pattern")


def add_member(
    committee: Committee,
    *,
    actor: Actor,
    person_id: int,
    office: str,
    valid_from: date | None = None,
    **fields: Any,
) -> CommitteeMember:
    """Give a person a seat from a day on (today when none is named). The secretary has no vote."""
    if office not in acts.OFFICES:
        raise RuleBroken("committee:office-unknown", "office")
    day = valid_from or clock.today()
    _check_others(committee.members, person_id, office, (day, None), fields=("person_id", "office"))
    before = committee.state()
    fields.setdefault("voting", office != "secretary")
    fields.setdefault("seat", max((m.seat for m in committee.members), default=0) + 1)
    member = CommitteeMember(person_id=person_id, office=office, valid_from=day, **fields)
    committee.members.append(member)
    db.session.flush()
    change = record("committee:member:add", committee, actor=actor, before=before)
    invitations.follow(committee, member, None, actor=actor, change=change)
    return member


def _check_others(
    seats: Iterable[CommitteeMember],
    person_id: int,
    office: str,
    held: tuple[date, date | None],
    *,
    fields: tuple[str, str],
) -> None:
    """Nobody sits twice on a day, and one person is in the chair. A seat without an end is held from its day on."""
    since, until = held
    for other in seats:
        if (other.valid_to is not None and other.valid_to < since) or (until and until < other.valid_from):
            continue
        if other.person_id == person_id:
            raise RuleBroken("committee:member-already", fields[0])
        if office == "chair" and other.office == "chair":
            raise RuleBroken("committee:chair-already", fields[1])


def end_member(member: CommitteeMember, *, actor: Actor, valid_to: date) -> None:
    """End a seat with a day, or with another one than was said before: a term goes on. The seat stays in the records of the
    meetings before."""
    if valid_to < member.valid_from:
        raise RuleBroken("committee:dates-turned", "valid_to")
    others = [one for one in member.committee.members if one is not member]
    term = (member.valid_from, valid_to)
    _check_others(others, member.person_id, member.office, term, fields=("valid_to", "valid_to"))
    before: dict[str, Any] = {"member": member.person_id, "valid_to": member.valid_to}
    member.valid_to = valid_to
    after = {"member": member.person_id, "valid_to": valid_to}
    change = record("committee:member:end", member.committee, actor=actor, before=before, after=after)
    invitations.follow(
        member.committee, member, (member.valid_from, before["valid_to"]), actor=actor, change=change
    )


def next_number(committee_id: int, kind: str, scope: str = "") -> int:
    """The next number of a series, taken under the lock of the committee's row: never given twice."""
    db.session.execute(select(Committee.id).where(Committee.id == committee_id).with_for_update())
    series = db.session.scalar(
        select(NumberSeries).where(
            NumberSeries.committee_id == committee_id, NumberSeries.kind == kind, NumberSeries.scope == scope
        )
    )
    if series is None:
        series = NumberSeries(committee_id=committee_id, kind=kind, scope=scope, last=0)
        db.session.add(series)
    series.last += 1
    db.session.flush()
    return series.last


def number_below_zero(committee_id: int) -> int:
    """What stands for the running number of a meeting without one, a draft or an import: never the same for two."""
    while True:
        number = -next_number(committee_id, "draft")
        taken = select(Meeting.id).where(Meeting.committee_id == committee_id, Meeting.running_no == number)
        if db.session.scalar(taken) is None:
            return number


def reach_number(committee_id: int, kind: str, scope: str, number: int) -> None:
    """A number was given elsewhere, and brought along: the series goes on after it."""
    last = next_number(committee_id, kind, scope)
    series = db.session.scalars(
        select(NumberSeries).where(
            NumberSeries.committee_id == committee_id, NumberSeries.kind == kind, NumberSeries.scope == scope
        )
    ).one()
    series.last = max(last - 1, number)
    db.session.flush()
