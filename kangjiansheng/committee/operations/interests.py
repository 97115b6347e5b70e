"""Declaring interests, and recusing members from items."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import AgendaItem, Committee, Declaration, Interest, Meeting, Recusal
from kangjiansheng.committee.operations.locks import open_facts
from kangjiansheng.committee.operations.tallying import keeps_votes
from kangjiansheng.committee.rules import interests as rules
from kangjiansheng.committee.rules.meetings import UNPUBLISHED
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def declare(
    committee: Committee,
    *,
    actor: Actor,
    kind: str,
    institution_id: int | None = None,
    project_id: int | None = None,
    party: str = "",
    text: str = "",
    valid_from: date | None = None,
    **fields: Any,
) -> Interest:
    """A member declares an interest that lasts until it is ended."""
    if kind not in rules.KINDS:
        raise RuleBroken("committee:interest-kind", "kind")
    if institution_id is None and project_id is None and not party.strip():
        raise RuleBroken("committee:interest-in-what", "party")
    row = Interest(
        committee_id=committee.id, person_id=actor.id, kind=kind, institution_id=institution_id,
        project_id=project_id, party=party, text=text, valid_from=valid_from or clock.today(), **fields,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("committee:interest:declare", row, actor=actor, before={})
    return row


def declare_on_item(item: AgendaItem, *, actor: Actor, kind: str, text: str = "") -> Interest:
    """A member declares an interest in one item of an agenda."""
    meeting = item.meeting
    if kind not in rules.KINDS:
        raise RuleBroken("committee:interest-kind", "kind")
    row = Interest(
        committee_id=meeting.committee_id, person_id=actor.id, kind=kind, text=text, meeting_id=meeting.id,
        agenda_item_id=item.id, valid_from=min(clock.today(), meeting.held_on), illustrative=meeting.illustrative,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("committee:interest:declare", row, actor=actor, before={})
    notices.interest_declared(meeting, meeting.committee.keepers_on(clock.today()), actor=actor)
    return row


def edit(interest: Interest, *, actor: Actor, version: int | None, **fields: Any) -> None:
    """Change what was declared; what stood before stays in the history."""
    expect(interest, version)
    if interest.valid_to is not None:
        raise RuleBroken("committee:interest-ended")
    in_what = [fields.get(key, getattr(interest, key)) for key in ("institution_id", "project_id", "party")]
    elsewhere = interest.agenda_item_id or interest.meeting_id
    if not elsewhere and not any(str(one or "").strip() for one in in_what):
        raise RuleBroken("committee:interest-in-what", "party")
    before = interest.state()
    for key, value in fields.items():
        setattr(interest, key, value)
    record("committee:interest:edit", interest, actor=actor, before=before)


def end(interest: Interest, *, actor: Actor) -> None:
    """The interest holds no more from tomorrow on; it stays on record."""
    if interest.valid_to is not None:
        raise RuleBroken("committee:interest-ended")
    before = interest.state()
    interest.valid_to = max(clock.today(), interest.valid_from)
    record("committee:interest:end", interest, actor=actor, before=before)


def complete(committee: Committee, *, actor: Actor, meeting: Meeting | None = None) -> Declaration:
    """A member says that the declaration is complete, for this year or for a meeting: also when it is empty."""
    today = clock.today()
    query = select(Interest.id).where(
        Interest.committee_id == committee.id,
        Interest.person_id == actor.id,
        (Interest.valid_to.is_(None)) | (Interest.valid_to > today),
    )
    if meeting is None:
        query = query.where(Interest.meeting_id.is_(None))
    else:
        query = query.where((Interest.meeting_id.is_(None)) | (Interest.meeting_id == meeting.id))
    change = begin(actor=actor)
    row = Declaration(
        committee_id=committee.id,
        person_id=actor.id,
        year=meeting.year if meeting else today.year,
        meeting_id=meeting.id if meeting else None,
        interests=len(list(db.session.scalars(query))),
        declared_at=clock.now(),
        change_set_id=change.id,
    )
    db.session.add(row)
    db.session.flush()
    facts = {"person": actor.id, "year": row.year, "interests": row.interests}
    record("committee:declaration:complete", row, actor=actor, before={}, after=facts, change=change)
    return row


@keeps_votes
def recuse(
    item: AgendaItem, *, actor: Actor, person_id: int, kind: str = "whole", reason: str = ""
) -> Recusal:
    """Decide about a member and an item: out of it whole, facts and then out, or declared and stays.

    With `whole` the member does not find the item any more, on any page, in any search or file; notices of it
    that lie on the member's bell are taken away. Nobody lets themselves stay.
    """
    meeting = open_facts(item.meeting)
    if kind not in rules.WAYS:
        raise RuleBroken("committee:recusal-kind", "kind")
    if not any(seat.person_id == person_id for seat in meeting.seated):
        raise RuleBroken("committee:not-seated", "person_id")
    if kind == "stays" and person_id == actor.id:
        raise RuleBroken("committee:own-interest", "kind")
    if kind == "stays" and not reason.strip():
        raise RuleBroken("committee:recusal-reason", "reason")
    row = _row(item, person_id)
    was = _facts(row)
    row.kind, row.reason, row.decided_by_id, row.decided_at = kind, reason, actor.id, clock.now()
    db.session.flush()
    change = begin(actor=actor)
    record("committee:item:recuse", item, actor=actor, before=was, after=_facts(row), change=change)
    if kind == "whole":
        notices.forget_item(person_id, item)
    if meeting.life != UNPUBLISHED:  # publishing it tells them
        notices.recused(meeting, person_id, kind, actor=actor)
    return row


def step_out(
    recusal: Recusal, *, actor: Actor, left_at: datetime | None, returned_at: datetime | None
) -> None:
    """When a recused member left for an item and came back. A return that nobody noted is a finding later."""
    meeting = open_facts(recusal.item.meeting)
    for at, field in ((left_at, "left"), (returned_at, "returned")):
        if at is not None and (clock.day_of(at) != meeting.held_on or at > clock.now()):
            raise RuleBroken("committee:time-outside", field)
    if returned_at is not None and (left_at is None or returned_at <= left_at):
        raise RuleBroken("committee:times-turned", "returned")
    was = _facts(recusal)
    recusal.left_at, recusal.returned_at = left_at, returned_at
    record("committee:item:step-out", recusal.item, actor=actor, before=was, after=_facts(recusal))


@keeps_votes
def withdraw(recusal: Recusal, *, actor: Actor) -> None:
    """Take back a recusal that was a mistake; nobody takes back their own."""
    open_facts(recusal.item.meeting)
    if recusal.person_id == actor.id:
        raise RuleBroken("committee:own-interest")
    was, item = _facts(recusal), recusal.item
    db.session.delete(recusal)
    db.session.flush()
    record("committee:item:unrecuse", item, actor=actor, before=was, after=dict.fromkeys(was))


def _row(item: AgendaItem, person_id: int) -> Recusal:
    query = select(Recusal).where(Recusal.agenda_item_id == item.id, Recusal.person_id == person_id)
    found = db.session.scalar(query)
    if found is None:
        found = Recusal(agenda_item_id=item.id, person_id=person_id, kind="")
        db.session.add(found)
    return found


def _facts(row: Recusal) -> dict[str, Any]:
    return {
        "person": row.person_id if row.kind else None, "recusal": row.kind or None, "reason": row.reason or "",
        "left_at": row.left_at, "returned_at": row.returned_at,
    }  # fmt: skip
