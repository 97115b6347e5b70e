"""Loading one thing for an actor, through the doors; None answers 404."""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Amendment,
    Comment,
    Committee,
    CommitteeMember,
    Consent,
    Decision,
    DraftVersion,
    Interest,
    Meeting,
    Minutes,
    Paragraph,
    Presence,
    Recusal,
    Signer,
    Suggestion,
)
from kangjiansheng.committee.queries import floor
from kangjiansheng.committee.queries.visible import (
    reads_item,
    sees_action,
    sees_decision,
    sees_item,
    sees_meeting,
)
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day

_SEATS: Any = (
    joinedload(Meeting.committee)
    .selectinload(Committee.members)
    .options(joinedload(CommitteeMember.person), joinedload(CommitteeMember.institution))
)


def committee(*, actor: Actor, code: str = "SAC") -> Committee | None:
    """A committee; that it exists is open to all who are signed in."""
    query = (
        select(Committee)
        .where(Committee.code == code, Committee.archived_at.is_(None))
        .options(
            selectinload(Committee.members).options(
                joinedload(CommitteeMember.person), joinedload(CommitteeMember.institution)
            )
        )
    )
    return db.session.scalar(query)


def member(*, actor: Actor, code: str, number: int) -> CommitteeMember | None:
    """A seat of a committee by its key."""
    found = committee(actor=actor, code=code)
    return next((m for m in found.members if m.id == number), None) if found else None


def meeting(*, actor: Actor, code: str) -> Meeting | None:
    """A meeting with committee, seats and minutes; also by the code that it had as a draft."""
    return db.session.scalar(_meeting(actor), {"code": code})


@once_a_day
def _meeting(actor: Actor) -> Select[Meeting]:
    code: Any = bindparam("code")
    return (
        select(Meeting)
        .where(or_(Meeting.code == code, Meeting.draft_code == code), sees_meeting(actor))
        .options(_SEATS, joinedload(Meeting.minutes).joinedload(Minutes.drafter))
    )


def meeting_with_minutes(*, actor: Actor, code: str) -> Meeting | None:
    """The same, once somebody has begun its minutes."""
    found = meeting(actor=actor, code=code)
    return found if found is not None and found.minutes is not None else None


def meeting_and(*, actor: Actor, code: str, number: int) -> tuple[Meeting, int] | None:
    """The same with the number of something that belongs to its minutes."""
    found = meeting_with_minutes(actor=actor, code=code)
    return (found, number) if found else None


def item(*, actor: Actor, code: str, number: int) -> AgendaItem | None:
    """An item of a meeting by its key."""
    query = (
        select(AgendaItem)
        .join(Meeting)
        .where(
            or_(Meeting.code == code, Meeting.draft_code == code),
            AgendaItem.id == number,
            sees_item(actor),
        )
        .options(joinedload(AgendaItem.meeting).joinedload(Meeting.committee), joinedload(AgendaItem.project))
    )
    return db.session.scalar(query)


def stay(*, actor: Actor, code: str, number: int) -> Presence | None:
    """A stay of a meeting by its key."""
    found = meeting(actor=actor, code=code)
    return next((row for row in found.presence if row.id == number), None) if found else None


def stays_of(*, actor: Actor, code: str, number: int) -> tuple[Meeting, ChangeSet, list[Presence]] | None:
    """The stays of a meeting that began, or ended, in one act, by the key of the act."""
    found = meeting(actor=actor, code=code)
    stays = floor.in_one_act(found, number) if found else []
    done = db.session.get(ChangeSet, number) if stays else None
    return (found, done, stays) if found and done else None


def recusal(*, actor: Actor, code: str, number: int) -> Recusal | None:
    """What was decided about a member and an item that the actor may see."""
    query = (
        select(Recusal)
        .join(Recusal.item)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(Meeting.code == code, Recusal.id == number, sees_item(actor))
        .options(contains_eager(Recusal.item).joinedload(AgendaItem.meeting).joinedload(Meeting.committee))
    )
    return db.session.scalar(query)


def interest(*, actor: Actor, code: str, number: int) -> Interest | None:
    """An interest that the actor declared: those of others are read in the register only."""
    query = (
        select(Interest)
        .join(Interest.committee)
        .where(Committee.code == code, Interest.id == number, Interest.person_id == actor.id)
        .options(
            joinedload(Interest.committee), joinedload(Interest.institution), joinedload(Interest.project)
        )
    )
    return db.session.scalar(query)


def minutes(*, actor: Actor, code: str) -> Minutes | None:
    """The minutes of a meeting that the actor may see."""
    found = meeting(actor=actor, code=code)
    return found.minutes if found else None


def paragraph(*, actor: Actor, code: str, public_id: str) -> Paragraph | None:
    """A paragraph of the text as it stands, whose item the actor may see."""
    found = any_paragraph(actor=actor, code=code, public_id=public_id)
    return found if found and found.removed_at is None else None


def any_paragraph(*, actor: Actor, code: str, public_id: str) -> Paragraph | None:
    """A paragraph whose item the actor may see, also one that was taken out."""
    return _paragraph(actor, code, Paragraph.public_id == public_id)


def _paragraph(actor: Actor, code: str, which: ColumnElement[bool]) -> Paragraph | None:
    """What is said of a paragraph is looked for with it, in one statement: whether there is something that is closed takes
    no step more than whether there is nothing."""
    query = (
        select(Paragraph)
        .join(Minutes)
        .join(Meeting)
        .outerjoin(AgendaItem, AgendaItem.id == Paragraph.agenda_item_id)
        .where(
            Meeting.code == code,
            sees_meeting(actor),
            which,
            or_(Paragraph.agenda_item_id.is_(None), reads_item(actor)),
        )
        .options(joinedload(Paragraph.wording))
        .options(joinedload(Paragraph.minutes).joinedload(Minutes.meeting).options(_SEATS))
    )
    return db.session.scalar(query)


def _about(kind: Any, number: int) -> ColumnElement[bool]:
    """The condition on the paragraph that a comment, a suggestion or an answer is about."""
    return Paragraph.id == select(kind.paragraph_id).where(kind.id == number).scalar_subquery()


def comment(*, actor: Actor, code: str, number: int) -> Comment | None:
    """A comment on a paragraph that the actor may see."""
    about = _paragraph(actor, code, _about(Comment, number))
    found = db.session.get(Comment, number) if about and about.removed_at is None else None
    return found if found and not found.withdrawn_at else None


def suggestion(*, actor: Actor, code: str, number: int) -> Suggestion | None:
    """A suggestion for a paragraph that the actor may see."""
    about = _paragraph(actor, code, _about(Suggestion, number))
    return db.session.get(Suggestion, number) if about else None


def objection(*, actor: Actor, code: str, number: int) -> Consent | None:
    """An objection to a paragraph that the actor may see."""
    about = _paragraph(actor, code, _about(Consent, number))
    found = db.session.get(Consent, number) if about else None
    return found if found and found.kind == "object" else None


def draft(*, actor: Actor, code: str, number: int) -> DraftVersion | None:
    """A frozen draft or amendment of a meeting's minutes."""
    query = (
        select(DraftVersion)
        .join(Minutes)
        .join(Meeting)
        .where(Meeting.code == code, DraftVersion.number == number, sees_meeting(actor))
        .options(joinedload(DraftVersion.minutes).joinedload(Minutes.meeting).options(_SEATS))
        .options(
            selectinload(DraftVersion.signers).joinedload(Signer.person),
            selectinload(DraftVersion.signatures),
        )
    )
    found = db.session.scalar(query)
    if found is not None and found.kind == "amendment":
        public_id = found.header["paragraph"]
        return found if any_paragraph(actor=actor, code=code, public_id=public_id) else None
    return found


def amendment(*, actor: Actor, code: str, number: int) -> Amendment | None:
    """An amendment by its number, when its paragraph may be seen."""
    of_meeting = select(Minutes.id).join(Meeting).where(Meeting.code == code)
    which = Amendment.minutes_id.in_(of_meeting), Amendment.number == number
    key = select(Amendment.paragraph_id).where(*which).scalar_subquery()
    about = _paragraph(actor, code, Paragraph.id == key)
    if about is None or about.removed_at is not None:
        return None
    query = select(Amendment).where(*which)
    return db.session.scalar(query.options(joinedload(Amendment.paragraph), joinedload(Amendment.author)))


def action(*, actor: Actor, number: str) -> Action | None:
    """An action by its number."""
    query = (
        select(Action)
        .join(Action.meeting)
        .where(Action.number == number, sees_action(actor))
        .options(contains_eager(Action.meeting), joinedload(Action.owner))
    )
    return db.session.scalar(query)


def decision(*, actor: Actor, number: str) -> Decision | None:
    """A decision of minutes that stand, by its number."""
    query = (
        select(Decision)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .join(Minutes, Minutes.meeting_id == Meeting.id)
        .where(
            Decision.number == number,
            sees_decision(actor),
            Minutes.life.in_(("approved", "record")),
        )
        .options(
            contains_eager(Decision.meeting).options(
                contains_eager(Meeting.minutes), joinedload(Meeting.committee).selectinload(Committee.members)
            ),
            joinedload(Decision.agenda_item),
            joinedload(Decision.project),
        )
    )
    return db.session.scalar(query)


def decision_of(paragraph: Paragraph) -> Decision | None:
    """The decision that a paragraph holds."""
    return db.session.scalar(select(Decision).where(Decision.paragraph_id == paragraph.id))


def meeting_action(*, actor: Actor, code: str, number: str) -> Action | None:
    """An action of a meeting by its number."""
    found = action(actor=actor, number=number)
    return found if found and found.meeting.code == code else None


def dropped_action(*, actor: Actor, code: str, number: str) -> Action | None:
    """An action that was taken out of a draft, for those who may put it back."""
    query = (
        select(Action)
        .join(Meeting)
        .where(
            Meeting.code == code,
            sees_meeting(actor),
            Action.number == number,
            Action.life == "dropped",
        )
        .options(joinedload(Action.meeting).joinedload(Meeting.minutes))
    )
    return db.session.scalar(query)
