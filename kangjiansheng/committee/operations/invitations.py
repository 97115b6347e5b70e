"""Who is invited as seats come and go, and the links by which members answer without signing in."""

from collections.abc import Iterable
from datetime import date

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.rules import new_secret
from kangjiansheng.committee.models import Committee, CommitteeMember, InvitationLink, Meeting
from kangjiansheng.committee.notices import inviting
from kangjiansheng.committee.queries import overviews
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db


def make_links(meeting: Meeting, people: Iterable[int]) -> dict[int, str]:
    """A new link for each person, by the person's id. The secrets are kept nowhere else."""
    made = {}
    for person_id in sorted(people):
        secret, digest = new_secret()
        db.session.add(
            InvitationLink(
                secret_sha256=digest, meeting_id=meeting.id, person_id=person_id, sequence=meeting.invite_sequence,
                made_at=clock.now(),
            )
        )  # fmt: skip
        made[person_id] = f"/invitation/{secret}"
    db.session.flush()
    return made


def follow(
    committee: Committee,
    seat: CommitteeMember,
    was: tuple[date, date | None] | None,
    *,
    actor: Actor,
    change: ChangeSet,
) -> None:
    """Invite whoever has a seat now to the coming meetings that lie in its term, and tell whoever had one of those that do
    not any more. `was` is the term as it stood before; None for a new seat."""
    people = {seat.person_id: db.session.get_one(Person, seat.person_id)}
    for meeting in overviews.coming_meetings(committee.id):
        held, now = _lies_in(meeting.held_on, was), seat.is_held_on(meeting.held_on)
        if now and not held:
            links = make_links(meeting, people)
            inviting.invite(inviting.PLANNED, meeting, people, actor=actor, change=change, links=links)
        elif held and not now:
            inviting.invite(inviting.LEFT, meeting, people, actor=actor, change=change)


def _lies_in(day: date, term: tuple[date, date | None] | None) -> bool:
    return term is not None and term[0] <= day and (term[1] is None or day <= term[1])
