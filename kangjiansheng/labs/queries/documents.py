"""Files put to agreements and obligations: what they are shown to is whoever sees the inside of the thing."""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select

from kangjiansheng.core import clock, file_levels
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.quotas import Shelf
from kangjiansheng.labs.models import Agreement, Obligation
from kangjiansheng.labs.queries.obligations import obligation
from kangjiansheng.labs.queries.single import agreement
from kangjiansheng.labs.queries.visible import inside_agreements, inside_obligations, sees_file, sees_inside

Owner = Agreement | Obligation


@dataclass(frozen=True)
class Document:
    """One file with the thing to which it was put."""

    thing: Owner
    file: FileRef


def level_of(thing: Owner) -> str:
    """The level below which its files may be: they are for those who see its inside, however open the thing is."""
    return "team" if thing.confidentiality == "team" else "parties"


def shelf_of(thing: Owner) -> Shelf:
    """The files of an agreement and of its obligations, or of an obligation that stands alone."""
    agreement_id = thing.id if isinstance(thing, Agreement) else thing.agreement_id
    alone = Obligation.id == thing.id if agreement_id is None else Obligation.agreement_id == agreement_id
    obligations = (FileRef.thing == Obligation.__tablename__) & FileRef.thing_id.in_(
        select(Obligation.id).where(alone)
    )
    if agreement_id is None:
        return Shelf(_l("本义务"), obligations, _seen)
    own = (FileRef.thing == Agreement.__tablename__) & (FileRef.thing_id == agreement_id)
    return Shelf(_l("本协议"), own | obligations, _seen)


def _seen(actor: Actor) -> ColumnElement[bool]:
    """The condition on a file of a shelf of which the actor sees the inside of one thing: an obligation may be closed to
    who sees its agreement."""
    of, owed = Agreement.__tablename__, Obligation.__tablename__
    agreements = select(Agreement.id).where(inside_agreements(actor))
    obligations = select(Obligation.id).where(inside_obligations(actor))
    return or_(
        and_(FileRef.thing == of, FileRef.thing_id.in_(agreements), sees_file(actor, of)),
        and_(FileRef.thing == owed, FileRef.thing_id.in_(obligations), sees_file(actor, owed)),
    )


def unseen(thing: Owner, *, actor: Actor) -> set[int]:
    """The numbers of the files of which the actor learns nothing, in the history neither."""
    name = thing.__tablename__
    return set() if actor.reads_all else file_levels.unseen(name, thing.id, sees_file(actor, name))


def owner(*, actor: Actor, of: str, code: str) -> Owner | None:
    """The agreement or the obligation under a code whose inside the actor sees; `of` is the word of its address."""
    load = {"agreements": agreement, "obligations": obligation}[of]
    found: Owner | None = load(actor=actor, code=code)  # type: ignore[operator]
    return found if found is not None and sees_inside(actor, found) else None


def documents(thing: Owner, as_of: date | None = None, *, actor: Actor) -> list[FileRef]:
    """The files that stand on a day and that the actor sees, of a thing whose inside is hers; the newest first."""
    query = select(FileRef).where(
        FileRef.thing == thing.__tablename__,
        FileRef.thing_id == thing.id,
        sees_file(actor, thing.__tablename__),
    )
    if as_of is None:
        query = query.where(FileRef.removed_at.is_(None))
    else:
        end = clock.end_of(as_of)
        query = query.where(FileRef.at <= end, or_(FileRef.removed_at.is_(None), FileRef.removed_at > end))
    return list(db.session.scalars(query.order_by(FileRef.version_no.desc())))


def document(*, actor: Actor, of: str, code: str, number: int) -> Document | None:
    """One file of a thing whose inside the actor sees; None when it was withdrawn."""
    thing = owner(actor=actor, of=of, code=code)
    files = documents(thing, actor=actor) if thing is not None else []
    return next((Document(thing, file) for file in files if thing and file.version_no == number), None)
