"""Where the text of minutes says plainly that others were there than its attendance list has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Minutes, Paragraph
from kangjiansheng.committee.rules import numbers
from kangjiansheng.committee.rules.stated import stated
from kangjiansheng.core.db import db


@dataclass(frozen=True)
class Miscounted:
    """A place of the text with the count that it gives and the one of the list: of who was `present` or `expected`."""

    public_id: str
    no: str
    kind: str
    said: int
    listed: int


def miscounted(minutes: Minutes, counts: Mapping[str, Sequence[int]]) -> list[Miscounted]:
    """The places that belong to no item, and so to all who keep the minutes: an item may speak of other meetings.
    `counts` are those that can be meant, by kind, the usual one first. One statement."""
    query = (
        select(Paragraph)
        .where(Paragraph.minutes_id == minutes.id, Paragraph.removed_at.is_(None))
        .options(joinedload(Paragraph.wording))
        .order_by(Paragraph.position, Paragraph.id)
    )
    rows = list(db.session.scalars(query))
    printed = numbers.printed(p.kind for p in rows)
    return [
        Miscounted(p.public_id, no, one.kind, one.count, counts[one.kind][0])
        for p, no in zip(rows, printed, strict=True)
        if p.agenda_item_id is None and p.kind == "text"
        for one in stated(p.text)
        if one.count not in counts[one.kind]
    ]
