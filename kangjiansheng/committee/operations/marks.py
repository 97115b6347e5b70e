"""How far somebody has read: a mark of their own, which nobody else is shown."""

from sqlalchemy import select

from kangjiansheng.committee.models import DraftVersion, Minutes, ReadingMark
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries import reading
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def read(draft: DraftVersion, *, actor: Actor) -> ReadingMark:
    """Remember the wordings of a draft that the actor may see as read."""
    minutes: Minutes = locked(draft.minutes)
    text = reading.frozen(draft, actor=actor)
    seen = {p.public_id: p.revision_no for p in text.paragraphs if not p.withheld}
    mine = {"minutes_id": minutes.id, "person_id": actor.id}
    mark = db.session.scalar(select(ReadingMark).filter_by(**mine)) or ReadingMark(**mine)
    mark.draft_number, mark.read_at, mark.seen = draft.number, clock.now(), seen
    db.session.add(mark)
    db.session.flush()
    return mark
