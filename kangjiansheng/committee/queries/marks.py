"""What has changed in minutes since somebody last read them, as far as they may read it."""

from sqlalchemy import select

from kangjiansheng.committee.models import DraftVersion, Minutes, ReadingMark
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def mark_of(minutes: Minutes, *, actor: Actor) -> ReadingMark | None:
    """How far the actor has read."""
    return db.session.scalar(
        select(ReadingMark).where(ReadingMark.minutes_id == minutes.id, ReadingMark.person_id == actor.id)
    )


def draft_of(mark: ReadingMark, minutes: Minutes) -> DraftVersion | None:
    """The draft that was read then."""
    return next((d for d in minutes.drafts if d.kind == "draft" and d.number == mark.draft_number), None)
