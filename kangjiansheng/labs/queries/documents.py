"""Files put to agreements and obligations: what they are shown to is whoever sees the inside of the thing."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import Agreement, Obligation
from kangjiansheng.labs.queries.obligations import obligation
from kangjiansheng.labs.queries.single import agreement
from kangjiansheng.labs.queries.visible import sees_inside

Owner = Agreement | Obligation


@dataclass(frozen=True)
class Document:
    """One file with the thing to which it was put."""

    thing: Owner
    file: FileRef


def owner(*, actor: Actor, of: str, code: str) -> Owner | None:
    """The agreement or the obligation under a code whose inside the actor sees; `of` is the word of its address."""
    load = {"agreements": agreement, "obligations": obligation}[of]
    found: Owner | None = load(actor=actor, code=code)  # type: ignore[operator]
    return found if found is not None and sees_inside(actor, found) else None


def documents(thing: Owner, as_of: date | None = None) -> list[FileRef]:
    """The files of a thing that stand on a day, the newest first."""
    query = select(FileRef).where(FileRef.thing == thing.__tablename__, FileRef.thing_id == thing.id)
    if as_of is None:
        query = query.where(FileRef.removed_at.is_(None))
    else:
        end = clock.end_of(as_of)
        query = query.where(FileRef.at <= end, or_(FileRef.removed_at.is_(None), FileRef.removed_at > end))
    return list(db.session.scalars(query.order_by(FileRef.version_no.desc())))


def document(*, actor: Actor, of: str, code: str, number: int) -> Document | None:
    """One file of a thing whose inside the actor sees; None when it was withdrawn."""
    thing = owner(actor=actor, of=of, code=code)
    files = documents(thing) if thing is not None else []
    return next((Document(thing, file) for file in files if thing and file.version_no == number), None)
