"""What committees are owed at the end of a day: actions that are overdue, answers of the company, changes that were
decided and could not be made. And the meetings since which things are compared."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Action, Decision, DecisionEffect, Meeting, Minutes
from kangjiansheng.committee.queries.answers import is_advice, without_answer
from kangjiansheng.committee.queries.follow_up import submitted_by
from kangjiansheng.committee.queries.overviews import published_by
from kangjiansheng.committee.queries.visible import sees_decision, sees_meeting, visible_actions_then
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision, states_at
from kangjiansheng.core.db import db


@dataclass(frozen=True, slots=True)
class Overdue:
    """An action that was to be done before the day. `owner` is the person, or None where a role is to do it."""

    number: str
    text: str
    owner: Person | None
    owner_role: str
    due_on: date
    project_id: int | None
    meeting: str
    illustrative: bool
    dropped: bool  # since: it has no page any more


def overdue(*, actor: Actor, day: date) -> list[Overdue]:
    """The actions that the actor may see and that were open and overdue at the end of a day, as they stood then.
    Three statements."""
    until = clock.end_of(day)
    changed = select(Revision.thing_id).where(
        Revision.thing == Action.__tablename__, Revision.effective_at > until
    )
    # What nobody has changed since stood as it does now.
    seen = visible_actions_then(actor).where(
        or_(and_(Action.life == "open", Action.due_on < day), Action.id.in_(changed))
    )
    query = (
        select(Action.id, Action.illustrative, (Action.life == "dropped").label("dropped"), Meeting.code)
        .join(Meeting, Meeting.id == Action.meeting_id)
        .where(Action.id.in_(seen), Action.meeting_id.in_(submitted_by(day)))
    )
    rows = {row.id: row for row in db.session.execute(query)}
    late = {
        key: state
        for key, state in states_at(Action, list(rows), until).items()
        if state["life"] == "open" and state["due_on"] and date.fromisoformat(state["due_on"]) < day
    }
    owners = {state["owner_id"] for state in late.values()} - {None}
    people = {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(owners)))}
    found = [
        Overdue(
            state["number"],
            state["text"],
            people.get(state["owner_id"]),
            state["owner_role"],
            date.fromisoformat(state["due_on"]),
            state["project_id"],
            rows[key].code,
            rows[key].illustrative,
            bool(rows[key].dropped),
        )
        for key, state in late.items()
    ]
    return sorted(found, key=lambda one: (one.due_on, one.number))


def unanswered(*, actor: Actor, day: date) -> list[Decision]:
    """The advice that the actor may see and that waited for the company's answer at the end of a day, the oldest
    first. One statement."""
    until = clock.end_of(day)
    query = (
        select(Decision)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .join(Minutes, Minutes.meeting_id == Meeting.id)
        .where(without_answer(until), Minutes.approved_at <= until, is_advice(), sees_decision(actor))
        .options(joinedload(Decision.meeting), joinedload(Decision.project))
        .order_by(Meeting.held_on, Decision.number)
    )
    return list(db.session.scalars(query))


def not_applied(*, actor: Actor, day: date) -> list[DecisionEffect]:
    """What decisions that the actor may see were to change by the end of a day and could not, the oldest first."""
    query = (
        select(DecisionEffect)
        .join(DecisionEffect.decision)
        .join(Decision.meeting)
        .where(
            sees_decision(actor),
            DecisionEffect.life == "not_applied",
            DecisionEffect.settled_at <= clock.end_of(day),
        )
        .options(
            contains_eager(DecisionEffect.decision),
            joinedload(DecisionEffect.plan),
            joinedload(DecisionEffect.milestone),
        )
        .order_by(DecisionEffect.settled_at, DecisionEffect.id)
    )
    return list(db.session.scalars(query))


def held_before(*, actor: Actor, day: date, committee_id: int | None = None) -> Meeting | None:
    """The last meeting held before a day that the actor may see, of a committee or of any."""
    query = select(Meeting).where(
        Meeting.life == "held",
        Meeting.held_on < day,
        sees_meeting(actor),
        published_by(day, actor=actor),
    )
    if committee_id is not None:
        query = query.where(Meeting.committee_id == committee_id)
    return db.session.scalar(query.order_by(Meeting.held_on.desc(), Meeting.running_no.desc()).limit(1))


def held_on(*, actor: Actor, day: date) -> Meeting | None:
    """A meeting that was held on a day and that the actor may see."""
    query = select(Meeting).where(Meeting.life == "held", Meeting.held_on == day, sees_meeting(actor))
    return db.session.scalar(query.order_by(Meeting.running_no.desc()).limit(1))
