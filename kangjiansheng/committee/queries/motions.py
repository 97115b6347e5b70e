"""Motions as one reader may see them, and who may vote on them at this moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import (
    AgendaItem,
    Ballot,
    Committee,
    CommitteeMember,
    Mandate,
    Meeting,
    Motion,
)
from kangjiansheng.committee.queries import floor, taken
from kangjiansheng.committee.queries.visible import memberships, sees_motion
from kangjiansheng.committee.rules import presence
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day

_SEATS = joinedload(Meeting.committee).selectinload(Committee.members).joinedload(CommitteeMember.person)


def motion(*, actor: Actor, code: str, number: int) -> Motion | None:
    """A motion of a meeting by its key, with ballots and dissent."""
    query = (
        select(Motion)
        .join(Motion.meeting)
        .join(Motion.item)
        .where(Meeting.code == code, Motion.id == number, sees_motion(actor))
        .options(contains_eager(Motion.meeting).options(_SEATS, joinedload(Meeting.minutes)))
        .options(contains_eager(Motion.item).joinedload(AgendaItem.project), joinedload(Motion.decision))
        .options(selectinload(Motion.ballots).joinedload(Ballot.entered_by), selectinload(Motion.dissents))
    )
    return db.session.scalar(query)


def of_meeting(meeting: Meeting, *, actor: Actor) -> list[Motion]:
    """The motions of a meeting that the actor may see, in the order in which they were opened."""
    return list(db.session.scalars(_of_meeting(actor), {"meeting": meeting.id}))


@once_a_day
def _of_meeting(actor: Actor) -> Select[Motion]:
    return (
        select(Motion)
        .join(Motion.meeting)
        .join(Motion.item)
        .where(Motion.meeting_id == bindparam("meeting"), sees_motion(actor))
        .options(contains_eager(Motion.item), joinedload(Motion.decision))
        .options(selectinload(Motion.ballots), selectinload(Motion.dissents))
        .order_by(Motion.id)
    )


def waiting(*, actor: Actor) -> list[Motion]:
    """Open votes by name that wait for the actor's own ballot: circulations, and votes of a meeting in whose room
    the actor is."""
    # Who is recused does not see the motion, so that a circulation asks nothing more; a room has one vote at a time.
    return [one for one in db.session.scalars(_waiting(actor)) if _asks(one, actor)]


@once_a_day
def _waiting(actor: Actor) -> Select[Motion]:
    voted = select(Ballot.motion_id).where(Ballot.person_id == actor.id)
    return (
        select(Motion)
        .join(Motion.meeting)
        .join(Motion.item)
        .where(
            Motion.closed_at.is_(None),
            Motion.method == "name",
            Motion.id.not_in(voted),
            Meeting.committee_id.in_(memberships(actor)),
            sees_motion(actor),
        )
        .options(contains_eager(Motion.meeting).options(_SEATS), contains_eager(Motion.item))
        .order_by(Motion.id)
    )


def _asks(motion: Motion, actor: Actor) -> bool:
    if motion.way == "circulation":
        return actor.id in (motion.eligible or [])
    return actor.id in poll(motion).own(actor)


@dataclass
class Seat:
    """One seat that votes on a motion: `state` is voted, silent, recused or absent."""

    member: CommitteeMember
    state: str
    ballot: Ballot | None = None
    deputy: Person | None = None


@dataclass
class Poll:
    """A vote as it stands: its quorum, each seat, and for whom a person may vote."""

    motion: Motion
    now: presence.Counted | None
    seats: list[Seat]
    recused: list[CommitteeMember]
    mandates: dict[int, int]

    @property
    def voted(self) -> int:
        """How many of those who may vote have."""
        return sum(1 for seat in self.seats if seat.state == "voted")

    @property
    def able(self) -> list[Seat]:
        """The seats that may vote now."""
        return [seat for seat in self.seats if seat.state in ("voted", "silent")]

    def own(self, actor: Actor) -> dict[int, Seat]:
        """The seats for which this person votes, by person: their own, and that of a member who is away."""
        return {
            seat.member.person_id: seat
            for seat in self.able
            if seat.member.person_id == actor.id or (seat.deputy is not None and seat.deputy.id == actor.id)
        }


def poll(motion: Motion, at: datetime | None = None) -> Poll:
    """Who may vote on an open motion at an instant (now when none is named), and who has."""
    meeting, cast = motion.meeting, taken.last_ballots(motion)
    at = at or clock.now()
    out = floor.out_of(floor.recusals_of(meeting).get(motion.agenda_item_id, []))
    people = meeting.seats()
    if motion.way == "circulation":
        able, mandates, now = set(motion.eligible or []) - out, dict[int, int](), None
        voters = set(motion.voters or [])
    else:
        room = floor.room_of(meeting)
        able, mandates = room.voting(out, at), room.represented(out, at)
        now, voters = presence.count(floor.charter_of(meeting.committee), room, out, at), set(room.voters)
    seats = [
        Seat(
            member,
            _state(person, able, out, cast),
            cast.get(person) if person in able else None,
            people[mandates[person]].person if person in mandates and person in able else None,
        )
        for person, member in people.items()
        if person in voters
    ]
    return Poll(motion, now, seats, [people[p] for p in people if p in out & voters], mandates)


def _state(person: int, able: set[int], out: frozenset[int], cast: dict[int, Ballot]) -> str:
    if person in out:
        return "recused"
    if person not in able:
        return "absent"
    return "voted" if person in cast else "silent"


def counted(motion: Motion) -> list[Ballot]:
    """The ballots of a closed motion that were counted."""
    return taken.counted_ballots(motion)


def mandate(*, actor: Actor, code: str) -> Mandate | None:
    """The actor's own mandate for a meeting."""
    query = (
        select(Mandate)
        .join(Mandate.meeting)
        .where(Meeting.code == code, Mandate.person_id == actor.id)
        .options(contains_eager(Mandate.meeting).joinedload(Meeting.committee), joinedload(Mandate.deputy))
    )
    return db.session.scalar(query)


def mandates(meeting: Meeting) -> list[Mandate]:
    """Who is represented by whom at a meeting."""
    query = select(Mandate).where(Mandate.meeting_id == meeting.id).order_by(Mandate.id)
    return list(db.session.scalars(query.options(joinedload(Mandate.person), joinedload(Mandate.deputy))))
