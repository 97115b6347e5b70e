"""Reading the trail: filtered, entry by entry, and with what one change set has done."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select, tuple_

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import belonging, clock
from kangjiansheng.core.audit import AuditEntry, covered
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db


@dataclass(frozen=True)
class TrailFilter:
    """Which entries of the trail are asked for; everything empty means all. Days are Shanghai's, inclusive."""

    person: str = ""
    act: str = ""
    thing: str = ""
    number: int | None = None  # of the one thing of this kind
    alone: bool = False  # without what is part of it
    first: date | None = None
    last: date | None = None

    @property
    def divided(self) -> bool:
        """Whether one thing is asked for that has parts."""
        return self.number is not None and belonging.has_parts(self.thing)

    @property
    def whole(self) -> bool:
        """Whether these are asked for with it."""
        return self.divided and not self.alone


def _entries(wanted: TrailFilter) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if wanted.person:
        ids = select(Person.id).where(Person.code == wanted.person)
        query = query.where(AuditEntry.actor_id.in_(ids))
    if wanted.act:
        query = query.where(AuditEntry.act == wanted.act)
    if wanted.whole and wanted.number is not None:
        held = belonging.whole(wanted.thing, wanted.number)
        query = query.where(tuple_(AuditEntry.thing, AuditEntry.thing_id).in_(held))
    elif wanted.thing:
        query = query.where(AuditEntry.thing == wanted.thing)
        if wanted.number is not None:
            query = query.where(AuditEntry.thing_id == wanted.number)
    if wanted.first:
        query = query.where(AuditEntry.recorded_at >= clock.start_of(wanted.first))
    if wanted.last:
        query = query.where(AuditEntry.recorded_at <= clock.end_of(wanted.last))
    return query


def trail(wanted: TrailFilter, *, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
    """Entries of the trail, newest first, those with a `seq` below `before`."""
    query = _entries(wanted).order_by(AuditEntry.seq.desc()).limit(limit)
    return list(db.session.scalars(query.where(AuditEntry.seq < before) if before else query))


def trail_count(wanted: TrailFilter) -> int:
    """How many entries a filter leaves."""
    return db.session.scalar(select(func.count()).select_from(_entries(wanted).subquery())) or 0


def trail_people() -> list[Person]:
    """Everybody who has an entry in the trail."""
    acted = select(AuditEntry.actor_id).distinct()
    return list(db.session.scalars(select(Person).where(Person.id.in_(acted)).order_by(Person.code)))


def trail_kinds() -> tuple[list[str], list[str]]:
    """The acts and the kinds of things that the trail holds."""
    acts = db.session.scalars(select(AuditEntry.act).distinct().order_by(AuditEntry.act))
    things = db.session.scalars(select(AuditEntry.thing).distinct().order_by(AuditEntry.thing))
    return list(acts), list(things)


def entry(*, actor: Actor, seq: int) -> AuditEntry | None:
    """One entry of the trail by its place in the chain."""
    return db.session.scalar(select(AuditEntry).where(AuditEntry.seq == seq))


def change_set(*, actor: Actor, number: int) -> ChangeSet | None:
    """One change set."""
    return db.session.get(ChangeSet, number)


def entries_of(change: ChangeSet) -> list[AuditEntry]:
    """The entries of one change set, in the order in which they were made."""
    query = select(AuditEntry).where(AuditEntry.change_set_id == change.id).order_by(AuditEntry.seq)
    return list(db.session.scalars(query))


def rows_of(change: ChangeSet) -> list[tuple[str, int, str]]:
    """The append-only rows of one change set: table, id, digest."""
    found: list[tuple[str, int, str]] = []
    for kind in covered():
        rows = select(kind.id, kind.digest).where(kind.change_set_id == change.id).order_by(kind.id)
        found += [(kind.__tablename__, row.id, row.digest) for row in db.session.execute(rows)]
    return found
