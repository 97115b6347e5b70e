"""What has changed in minutes since somebody last read them, as far as they may read it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from kangjiansheng.committee.models import Minutes, Paragraph, ParagraphRevision, ReadingMark
from kangjiansheng.committee.queries.reading import Reading, Shown, items_of
from kangjiansheng.committee.rules import texts
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


@dataclass
class Since:
    """The paragraphs that are new or worded otherwise, in the order of the text, and the wordings that are gone."""

    read_at: datetime
    changed: list[Shown] = field(default_factory=list)
    changes: dict[str, list[texts.Change]] = field(default_factory=dict)  # by the public id of a paragraph
    gone: list[str] = field(default_factory=list)

    @property
    def places(self) -> int:
        """How many paragraphs a reader has to look at again."""
        return len(self.changed) + len(self.gone)


def mark_of(minutes: Minutes, *, actor: Actor) -> ReadingMark | None:
    """How far the actor has read."""
    return db.session.scalar(
        select(ReadingMark).where(ReadingMark.minutes_id == minutes.id, ReadingMark.person_id == actor.id)
    )


def since(text: Reading, mark: ReadingMark, minutes: Minutes, *, actor: Actor) -> Since:
    """What differs from what the actor has read. What is withheld from them today is neither told nor counted."""
    now = {p.public_id: p for p in text.paragraphs}
    other = {key for key, p in now.items() if not p.withheld and mark.seen.get(key) != p.revision_no}
    missing = set(mark.seen) - set(now)
    found = Since(mark.read_at)
    if not other and not missing:
        return found
    items = items_of(minutes, actor=actor).read if missing else set()
    query = (
        select(
            Paragraph.public_id, Paragraph.agenda_item_id, ParagraphRevision.number, ParagraphRevision.text
        )
        .join(ParagraphRevision, ParagraphRevision.paragraph_id == Paragraph.id)
        .where(Paragraph.minutes_id == minutes.id, Paragraph.public_id.in_(other | missing))
        .order_by(Paragraph.position, Paragraph.id)
    )
    read = {}
    for row in db.session.execute(query):
        if row.number != mark.seen.get(row.public_id):
            continue
        read[row.public_id] = row.text
        if row.public_id in missing and (row.agenda_item_id is None or row.agenda_item_id in items):
            found.gone.append(row.text)
    for p in text.paragraphs:
        if p.public_id in other and read.get(p.public_id, "") != p.text:
            found.changed.append(p)
            found.changes[p.public_id] = texts.difference(read.get(p.public_id, ""), p.text)
    return found
