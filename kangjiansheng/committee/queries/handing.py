"""What a person answers for in committees: offices, minutes that are being written, open actions."""

from typing import Any

from sqlalchemy import Select, or_, select

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.committee.models import Action, Committee, CommitteeMember, Meeting, Minutes
from kangjiansheng.committee.queries.visible import visible_actions, visible_meetings
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import InstitutionMember
from kangjiansheng.projects.queries.handing import Duty

ELECTED = ("chair", "deputy", "member")


def _seats(person_id: int) -> Select[CommitteeMember, Committee]:
    return (
        select(CommitteeMember, Committee)
        .join(Committee, Committee.id == CommitteeMember.committee_id)
        .where(
            CommitteeMember.person_id == person_id,
            holds_on(CommitteeMember, clock.today()),
            Committee.archived_at.is_(None),
        )
        .order_by(Committee.code, CommitteeMember.id)
    )


def _writing(person_id: int) -> Select[Minutes, Meeting]:
    return (
        select(Minutes, Meeting)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(Minutes.drafter_id == person_id, Minutes.life.in_(("draft", "review")))
        .order_by(Meeting.code)
    )


def _actions(person_id: int) -> Select[Action, Meeting, str]:
    return (
        select(Action, Meeting, Minutes.life)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
        .where(Action.owner_id == person_id, Action.life == "open")
        .order_by(Action.number)
    )


def duties(person_id: int, actor: Actor) -> list[Duty]:
    """Offices, minutes, actions. The names of committees are open; titles of meetings and texts of actions are told
    to those who see them."""
    sees_meeting, sees_action = Meeting.id.in_(visible_meetings(actor)), Action.id.in_(visible_actions(actor))
    found = [
        Duty(
            f"office_{seat.office}",
            committee.id,
            committee.code,
            "",
            _names(committee),
            True,
            seat.illustrative,
        )
        for seat, committee in db.session.execute(_seats(person_id))
    ]
    found += [
        Duty("minutes", row.id, meeting.code, "", _names(meeting), seen, row.illustrative)
        for row, meeting, seen in db.session.execute(_writing(person_id).add_columns(sees_meeting))
    ]
    for row, meeting, life, seen in db.session.execute(_actions(person_id).add_columns(sees_action)):
        kind = "action" if life in (None, "draft") else "signed_action"
        found.append(Duty(kind, row.id, meeting.code, row.number, {"hans": row.text}, seen, row.illustrative))
    return found


def _names(thing: Any) -> dict[str, str]:
    return {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}


def held(person_id: int) -> tuple[Any, ...]:
    """What is counted of them."""
    return _seats(person_id), _writing(person_id), _actions(person_id)


def office_and_more(committee: Committee, person_id: int, actor: Actor) -> list[Duty]:
    """What a secretary keeps on one committee: the office first, then its minutes in writing and her open actions. Who
    drafted minutes that are under review stays who it is; the next secretary goes on with them."""
    query = (
        select(Meeting.code, Minutes.life)
        .outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
        .where(Meeting.committee_id == committee.id)
    )
    lives = {code: life for code, life in db.session.execute(query)}
    return [
        one
        for one in duties(person_id, actor)
        if (one.kind == "office_secretary" and one.id == committee.id)
        or (one.kind == "minutes" and lives.get(one.place) == "draft")
        or (one.kind in ("action", "signed_action") and one.place in lives)
    ]


def successors(committee: Committee) -> list[Person]:
    """Who may take the secretary's office over: people of the institutions that sit on the committee, by a seat or by who
    holds one, who can sign in and hold no seat on it."""
    today = clock.today()
    seats = select(CommitteeMember).where(
        CommitteeMember.committee_id == committee.id, holds_on(CommitteeMember, today)
    )
    seated = seats.with_only_columns(CommitteeMember.person_id)
    own = select(InstitutionMember.institution_id).where(
        InstitutionMember.person_id.in_(seated), holds_on(InstitutionMember, today)
    )
    inside = select(InstitutionMember.person_id).where(
        holds_on(InstitutionMember, today),
        or_(
            InstitutionMember.institution_id.in_(seats.with_only_columns(CommitteeMember.institution_id)),
            InstitutionMember.institution_id.in_(own),
        ),
    )
    to_come = select(CommitteeMember.person_id).where(
        CommitteeMember.committee_id == committee.id,
        or_(CommitteeMember.valid_to.is_(None), CommitteeMember.valid_to >= today),
    )
    query = (
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Account.disabled_at.is_(None), Account.password_hash.is_not(None), Person.erased_at.is_(None))
        .where(Person.id.in_(inside), Person.id.not_in(to_come))
        .order_by(Person.code)
    )
    return list(db.session.scalars(query))
