"""What a link in an invitation opens."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.rules import secret_digest
from kangjiansheng.committee.models import InvitationLink, Meeting
from kangjiansheng.committee.rules.meetings import begins_at
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


@dataclass(frozen=True, slots=True)
class Invited:
    """Who answers by a link, and which invitation; `answer` is what stands. `is_old`: the meeting was moved since."""

    link_id: int
    actor: Actor
    person: Person
    meeting: Meeting
    answer: str
    is_old: bool


def invited(secret: str) -> Invited | None:
    """What a link opens at this moment: None when the meeting has begun or is not coming, when the person holds no
    seat on its day any more, or when the account was stopped or has a new password since."""
    query = (
        select(InvitationLink)
        .where(InvitationLink.secret_sha256 == secret_digest(secret))
        .options(
            joinedload(InvitationLink.meeting).joinedload(Meeting.committee),
            joinedload(InvitationLink.person),
        )
    )
    link = db.session.scalar(query)
    if link is None or link.meeting.withdrawn_at is not None:
        return None
    meeting, person = link.meeting, link.person
    begun = clock.now() >= begins_at(meeting.held_on, meeting.starts_at)
    seat = any(m.person_id == person.id for m in meeting.seated)
    account = db.session.scalar(select(Account).where(Account.person_id == person.id))
    ended = account is not None and (
        account.disabled_at is not None
        or (account.password_changed_at is not None and account.password_changed_at > link.made_at)
    )
    if meeting.life != "planned" or begun or not seat or ended or person.erased_at is not None:
        return None
    said = next((row.answer for row in meeting.attendance if row.person_id == person.id), "none")
    actor = Actor(person.id, person.name_hans, email=person.email or "", source="link")
    return Invited(link.id, actor, person, meeting, said, link.sequence < meeting.invite_sequence)
