"""Scans of the sealed paper: a picture of the whole text, for those alone from whom nothing of it is withheld."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from kangjiansheng.committee.models import AgendaItem, Meeting, Minutes
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries.visible import readable_items, reads_minutes, sees_meeting
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef

THING = "minutes"


def is_whole(meeting: Meeting, *, actor: Actor) -> bool:
    """True when the actor may read every item of the meeting."""
    hidden = select(AgendaItem.id).where(
        AgendaItem.meeting_id == meeting.id, AgendaItem.id.not_in(readable_items(actor))
    )
    return db.session.scalar(hidden.limit(1)) is None


def whole(actor: Actor) -> Select[int]:
    """The minutes whose scans the actor sees: those she reads, of meetings of which nothing is withheld."""
    hidden = select(AgendaItem.meeting_id).where(AgendaItem.id.not_in(readable_items(actor)))
    query = select(Minutes.id).join(Meeting, Meeting.id == Minutes.meeting_id)
    return query.where(sees_meeting(actor), reads_minutes(actor), Meeting.id.not_in(hidden))


def meeting(*, actor: Actor, code: str) -> Meeting | None:
    """A meeting with minutes of which nothing is withheld from the actor."""
    found = loaders.meeting(actor=actor, code=code)
    if found is None or found.minutes is None or not is_whole(found, actor=actor):
        return None
    return found


def scan(*, actor: Actor, code: str, number: int) -> tuple[Meeting, FileRef] | None:
    """One scan that was not withdrawn."""
    found = meeting(actor=actor, code=code)
    if found is None or found.minutes is None:
        return None
    file = next((one for one in scans(found.minutes.id) if one.version_no == number), None)
    return (found, file) if file else None


def scans(minutes_id: int, *, until: datetime | None = None) -> list[FileRef]:
    """The scans that stand, or stood at the end of a day, the oldest first."""
    query = select(FileRef).where(FileRef.thing == THING, FileRef.thing_id == minutes_id)
    if until is None:
        query = query.where(FileRef.removed_at.is_(None))
    else:
        query = query.where(
            FileRef.at <= until, or_(FileRef.removed_at.is_(None), FileRef.removed_at > until)
        )
    return list(db.session.scalars(query.order_by(FileRef.version_no)))
