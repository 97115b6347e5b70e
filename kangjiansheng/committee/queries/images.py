"""The pictures in minutes: seen by who may read a paragraph of the item for which one was brought."""

from collections.abc import Iterable

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import AgendaItem, Meeting, Minutes, Paragraph
from kangjiansheng.committee.queries.visible import reads_item, reads_minutes, sees_meeting
from kangjiansheng.core import files
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileBlob, FileRef

THING = "paragraph"


def image(*, actor: Actor, sha256: str) -> list[tuple[Meeting, FileRef]] | None:
    """A picture by its digest, in each of the meetings whose item it was brought for the actor may read; it stays with
    its item when paragraphs are cut and joined."""
    query = (
        select(FileRef, Meeting)
        .join(FileBlob, FileBlob.id == FileRef.blob_id)
        .join(Paragraph, Paragraph.id == FileRef.thing_id)
        .join(Minutes, Minutes.id == Paragraph.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .outerjoin(AgendaItem, AgendaItem.id == Paragraph.agenda_item_id)
        .where(FileRef.thing == THING, FileBlob.sha256 == sha256, FileRef.removed_at.is_(None))
        .where(sees_meeting(actor), or_(Paragraph.agenda_item_id.is_(None), reads_item(actor)))
        .options(joinedload(Meeting.minutes))
        .order_by(FileRef.id)
    )
    return [(row.Meeting, row.FileRef) for row in db.session.execute(query)] or None


def paragraphs(actor: Actor) -> Select[int]:
    """The paragraphs whose pictures the actor sees."""
    return (
        select(Paragraph.id)
        .join(Minutes, Minutes.id == Paragraph.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .outerjoin(AgendaItem, AgendaItem.id == Paragraph.agenda_item_id)
        .where(sees_meeting(actor), reads_minutes(actor))
        .where(or_(Paragraph.agenda_item_id.is_(None), reads_item(actor)))
    )


def stored(minutes: Minutes, digests: Iterable[str]) -> dict[str, bytes]:
    """The bytes of pictures that stand in a text of these minutes, by digest; what the text only pretends to have is
    not there."""
    query = (
        select(FileBlob.sha256)
        .join(FileRef, FileRef.blob_id == FileBlob.id)
        .join(Paragraph, Paragraph.id == FileRef.thing_id)
        .where(FileRef.thing == THING, Paragraph.minutes_id == minutes.id)
        .where(FileBlob.sha256.in_(list(digests)))
    )
    return {digest: files.read(files.folder(), digest) for digest in db.session.scalars(query)}
