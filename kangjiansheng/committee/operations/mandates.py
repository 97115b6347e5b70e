"""Deputies: who votes for a member who does not come."""

from sqlalchemy import or_, select

from kangjiansheng.committee.models import Mandate, Meeting
from kangjiansheng.committee.notices import motions as notices
from kangjiansheng.committee.operations.locks import open_room
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def name_deputy(meeting: Meeting, *, actor: Actor, deputy_id: int) -> Mandate:
    """The actor lets somebody vote for them at a meeting that has not begun, where the charter has deputies."""
    _before(meeting)
    committee = meeting.committee
    if not committee.deputies:
        raise RuleBroken("committee:no-deputies")
    seats = {m.person_id: m for m in meeting.seated}
    own, other = seats.get(actor.id), seats.get(deputy_id)
    if own is None or not own.voting:
        raise RuleBroken("committee:vote-no-seat")
    if other is None or deputy_id == actor.id or (committee.deputy_among == "members" and not other.voting):
        raise RuleBroken("committee:deputy-unknown", "deputy")
    taken = select(Mandate).where(
        Mandate.meeting_id == meeting.id,
        or_(Mandate.deputy_id.in_([deputy_id, actor.id]), Mandate.person_id.in_([deputy_id, actor.id])),
    )
    for row in db.session.scalars(taken):
        if row.person_id == actor.id:
            raise RuleBroken("committee:deputy-named")
        # Who carries a mandate is needed there, and who gave one away does not come.
        raise RuleBroken("committee:deputy-taken", "deputy")
    mandate = Mandate(meeting_id=meeting.id, person_id=actor.id, deputy_id=deputy_id, given_at=clock.now())
    db.session.add(mandate)
    db.session.flush()
    facts = {"person": actor.id, "deputy": deputy_id}
    record("committee:mandate:give", mandate, actor=actor, before={}, after=facts)
    notices.deputy_named(meeting, deputy_id, actor=actor)
    return mandate


def withdraw(mandate: Mandate, *, actor: Actor) -> None:
    """The member comes after all, or names somebody else."""
    _before(mandate.meeting)
    facts = {"person": mandate.person_id, "deputy": mandate.deputy_id}
    record("committee:mandate:withdraw", mandate, actor=actor, before=facts, after=dict.fromkeys(facts))
    db.session.delete(mandate)
    db.session.flush()


def _before(meeting: Meeting) -> None:
    open_room(meeting)
    begun = meeting.life != "planned" or (meeting.starts_at is not None and meeting.starts_at <= clock.now())
    if begun or meeting.held_on < clock.today():
        raise RuleBroken("committee:meeting-begun")
