"""Who belongs to an institution or a laboratory, from a day to a day."""

from datetime import date, timedelta
from typing import Any

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import notices, queries, rules
from kangjiansheng.labs.models import Institution, InstitutionMember, JointLab, LabMember
from kangjiansheng.labs.operations.archiving import check_open

Group = Institution | JointLab
Member = InstitutionMember | LabMember


def join(
    group: Group,
    *,
    actor: Actor,
    version: int | None,
    email: str,
    role: str,
    valid_from: date,
    valid_to: date | None = None,
    recording: dict[str, Any] | None = None,
) -> Member:
    """Make a person a member, found by her e-mail address, from a day on. She is told.

    Refused when nobody has this address, or she already has this role during that time.
    """
    expect(group, version)
    check_open(group)
    kind, roles, act = _kind(group)
    rules.check_one_of(role, roles, "role")
    rules.check_membership(valid_from, valid_to)
    person = queries.person_by_email(email)
    if person is None:
        raise RuleBroken("labs:person-unknown", "email", email=email)
    for row in group.members:
        if row.person_id == person.id and row.role == role and _meet(row, valid_from, valid_to):
            raise RuleBroken("labs:member-already", "email", day=row.valid_from.isoformat())
    before = group.state()
    made: Member = kind(
        person_id=person.id, person=person, role=role, valid_from=valid_from, valid_to=valid_to
    )
    group.members.append(made)  # type: ignore[arg-type]
    done = record(f"{act}:join", group, actor=actor, before=before, **recording or {})
    notices.joined(group, person.id, f"{act}:join", actor=actor, change=done)
    return made


def leave(group: Group, number: int, *, actor: Actor, version: int | None, valid_to: date) -> None:
    """End a membership (by its key) with a day, inclusive. The row stays: it is history. She is told."""
    expect(group, version)
    check_open(group)
    row = next((row for row in group.members if row.id == number), None)
    if row is None:
        raise RuleBroken("labs:member-unknown")
    rules.check_membership(row.valid_from, valid_to)
    before = group.state()
    row.valid_to = valid_to
    act = f"{_kind(group)[2]}:leave"
    done = record(act, group, actor=actor, before=before)
    notices.left(group, row.person_id, act, actor=actor, change=done)


def hand_role(lab: JointLab, role: str, leaver_id: int, successor_id: int, *, actor: Actor) -> None:
    """Give a role that somebody holds today to somebody else, from today on. Both are told.

    Refused when the successor has it already, or it is held no more.
    """
    check_open(lab)
    today = clock.today()
    row = next((row for row in lab.members if row.person_id == leaver_id and _has(row, role)), None)
    if row is None:
        raise RuleBroken("labs:member-unknown")
    if any(other.person_id == successor_id and _has(other, role) for other in lab.members):
        raise RuleBroken("labs:member-already", day=today.isoformat())
    before = lab.state()
    if row.valid_from < today:
        row.valid_to = today - timedelta(days=1)
    else:  # nobody had it for a day
        lab.members.remove(row)
    lab.members.append(LabMember(person_id=successor_id, role=role, valid_from=today))
    db.session.flush()
    done = record("labs:lab:join", lab, actor=actor, before=before)
    notices.joined(lab, successor_id, "labs:lab:join", actor=actor, change=done)
    notices.left(lab, leaver_id, "labs:lab:leave", actor=actor, change=done)


def _has(row: LabMember, role: str) -> bool:
    today = clock.today()
    return row.role == role and row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)


def _kind(group: Group) -> tuple[type[Any], Any, str]:
    if isinstance(group, Institution):
        return InstitutionMember, rules.INSTITUTION_ROLES, "labs:institution"
    return LabMember, rules.LAB_ROLES, "labs:lab"


def _meet(row: Member, first: date, last: date | None) -> bool:
    ends_before = row.valid_to is not None and row.valid_to < first
    begins_after = last is not None and row.valid_from > last
    return not ends_before and not begins_after
