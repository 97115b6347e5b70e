"""Giving away what somebody answers for in committees: the secretary's office, minutes in writing, open actions.

Seats that need an election are given by the committee, and nowhere else.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee import notices
from kangjiansheng.committee.models import Action, Committee, CommitteeMember, Meeting, Minutes
from kangjiansheng.committee.notices import handing
from kangjiansheng.committee.operations.committees import add_member
from kangjiansheng.committee.operations.invitations import follow
from kangjiansheng.committee.operations.locks import draft_only
from kangjiansheng.committee.operations.outcomes import refuse_recused
from kangjiansheng.committee.queries.handing import office_and_more, successors
from kangjiansheng.committee.queries.visible import EDITORS
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.operations.handing import Outcome, hand_over
from kangjiansheng.projects.queries.handing import Duty


def give(thing: Duty, leaver_id: int, successor_id: int, actor: Actor) -> None:
    """Give one thing to a successor; a rule may refuse it."""
    if thing.kind == "action":
        give_action(db.session.get_one(Action, thing.id), successor_id, actor=actor)
    elif thing.kind == "minutes":
        give_minutes(db.session.get_one(Minutes, thing.id), successor_id, actor=actor)
    elif thing.kind == "office_secretary":
        give_office(db.session.get_one(Committee, thing.id), leaver_id, successor_id, actor=actor)
    else:
        raise RuleBroken("committee:elected")


def hand_over_office(committee: Committee, successor_id: int, *, actor: Actor) -> Sequence[Outcome]:
    """A secretary gives her own office on a committee to somebody of its institutions, and with it the minutes in writing
    and her open actions. What a rule holds back stays hers and comes back with the reason; the office always goes."""
    if successor_id not in {person.id for person in successors(committee)}:
        raise RuleBroken("committee:successor-outside", "successor_id")
    office, *more = (
        one for one in office_and_more(committee, actor.id, actor) if one.kind != "signed_action"
    )
    give_office(committee, actor.id, successor_id, actor=actor)
    return [(office, None), *hand_over(more, actor.id, successor_id, actor=actor)]


def give_action(action: Action, owner_id: int, *, actor: Actor) -> None:
    """Another owner for an open action of minutes that are being written, who is told. What is signed stands."""
    meeting = db.session.get_one(Meeting, action.meeting_id)
    if meeting.minutes is not None:
        draft_only(meeting.minutes)
    if action.life != "open":
        raise RuleBroken("committee:action-closed", number=action.number)
    refuse_recused(meeting, action.agenda_item_id, owner_id)
    before = action.state()
    action.owner_id = owner_id
    db.session.flush()
    record("committee:action:edit", action, actor=actor, before=before)
    notices.action_assigned(meeting, owner_id, action.number, action.text, action.due_on, actor=actor)


def give_minutes(minutes: Minutes, drafter_id: int, *, actor: Actor) -> None:
    """Another drafter, of those who keep the committee; not while a draft is under review."""
    draft_only(minutes)
    keeps = select(CommitteeMember.id).where(
        CommitteeMember.committee_id == minutes.meeting.committee_id,
        CommitteeMember.person_id == drafter_id,
        CommitteeMember.office.in_(EDITORS),
        holds_on(CommitteeMember, clock.today()),
    )
    if db.session.scalar(keeps.limit(1)) is None:
        raise RuleBroken("committee:drafter-outside")
    before = minutes.state()
    minutes.drafter_id = drafter_id
    db.session.flush()
    record("committee:minutes:hand-over", minutes, actor=actor, before=before)


def give_office(committee: Committee, leaver_id: int, successor_id: int, *, actor: Actor) -> None:
    """The secretary's seat from today on; the leaver's ended yesterday."""
    today = clock.today()
    seat = next(
        (
            seat
            for seat in committee.seats_on(today)
            if seat.person_id == leaver_id and seat.office == "secretary"
        ),
        None,
    )
    if seat is None:
        raise RuleBroken("committee:office-unknown")
    names = {f"name_{script}": getattr(seat, f"name_{script}") for script in ("hans", "hant", "en")}
    add_member(committee, actor=actor, person_id=successor_id, office="secretary", **names)
    before: dict[str, Any] = {"member": leaver_id, "valid_to": seat.valid_to}
    seat.valid_to = today - timedelta(days=1)
    if seat.valid_to < seat.valid_from:  # nobody had it for a day
        committee.members.remove(seat)
    db.session.flush()
    after = {"member": leaver_id, "valid_to": today - timedelta(days=1)}
    change = record("committee:member:end", committee, actor=actor, before=before, after=after)
    follow(committee, seat, (seat.valid_from, before["valid_to"]), actor=actor, change=change)
    handing.office_given(committee, leaver_id, successor_id, actor=actor, change=change)
