"""Who opened or took along what is confidential: a row for each person, thing, way and hour, and one for each opening
of a reader's link. The rows are append-only, and written after the answer; lists and searches in which a thing is one
of many leave none.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app, request
from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import Base, Word, db
from kangjiansheng.core.reader_links import ReaderLink
from kangjiansheng.core.transactions import afterwards

OWN = "/accesses"  # whoever reads who opened a thing has not opened it
MOST = 20_000  # keys that a process remembers
Thing = tuple[str, int]
_closed: dict[type, Callable[[Any], Thing | None]] = {}


class AccessTrace(Base):
    """One opening: by a person or by a reader's link. Append-only by trigger; it is part of no act."""

    __tablename__ = "access_trace"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (link_id IS NULL)", name="one_reader"),
        Index("ix_access_trace_thing", "thing", "thing_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thing: Mapped[str] = mapped_column(Word)
    thing_id: Mapped[int]
    kind: Mapped[str] = mapped_column(Word)  # view, export, link
    person_id: Mapped[int | None]  # no key, for core knows no people
    link_id: Mapped[int | None] = mapped_column(ForeignKey("reader_link.id"), index=True)
    at: Mapped[datetime]

    link: Mapped[ReaderLink | None] = relationship()


def closed(known: Mapping[type, Callable[[Any], Thing | None]]) -> None:
    """Make known of which kinds of things openings are kept: each function says under which name and id, or None for
    one that is open to all. Filled by the roof."""
    _closed.update(known)


def about(thing: Any) -> Thing | None:
    """Under which name and id the opening of what a loader gave is kept; a pair is about its first."""
    first = thing[0] if isinstance(thing, tuple) and thing else thing
    find = _closed.get(type(first)) if request.method == "GET" and OWN not in request.path else None
    return find(first) if find is not None else None


def leave(found: Thing | None, answer: Any, *, actor: Actor) -> None:
    """Keep that the actor was answered with a thing, once an hour: most requests write nothing."""
    if found is None or getattr(answer, "status_code", 200) >= 300:
        return
    taken = "attachment" in getattr(answer, "headers", {}).get("Content-Disposition", "")
    kind, now, known = "export" if taken else "view", clock.now(), _known()
    key = (*found, kind, actor.id, now.replace(minute=0, second=0, microsecond=0))
    if key not in known:
        afterwards(lambda: _once(key, now, known))


def _known() -> set[Any]:
    known: set[Any] = current_app.extensions.setdefault("traces", set())
    return known


def _once(key: tuple[str, int, str, int, datetime], now: datetime, known: set[Any]) -> None:
    """Another process may have written it already."""
    thing, thing_id, kind, person_id, hour = key
    same = select(AccessTrace.id).where(
        AccessTrace.thing == thing,
        AccessTrace.thing_id == thing_id,
        AccessTrace.at >= hour,
        AccessTrace.kind == kind,
        AccessTrace.person_id == person_id,
    )
    if db.session.scalar(same.limit(1)) is None:
        db.session.add(AccessTrace(thing=thing, thing_id=thing_id, kind=kind, person_id=person_id, at=now))
        db.session.flush()
    if len(known) >= MOST:
        known.clear()
    known.add(key)


def taken(things: Collection[Thing], *, actor: Actor) -> None:
    """Keep, after the answer, that the actor took many things along in one file: each once an hour."""
    now, person_id = clock.now(), actor.id
    afterwards(lambda: _taken(things, now, person_id))


def _taken(things: Collection[Thing], now: datetime, person_id: int) -> None:
    query = select(AccessTrace.thing, AccessTrace.thing_id).where(
        AccessTrace.kind == "export",
        AccessTrace.person_id == person_id,
        AccessTrace.at >= now.replace(minute=0, second=0, microsecond=0),
    )
    there = {(row.thing, row.thing_id) for row in db.session.execute(query)}
    for thing, thing_id in sorted(set(things) - there):
        row = AccessTrace(thing=thing, thing_id=thing_id, kind="export", person_id=person_id, at=now)
        db.session.add(row)


def by_link(link: ReaderLink) -> None:
    """Keep, after the answer, that a reader's link was opened: each time."""
    facts = {"thing": link.thing, "thing_id": link.thing_id, "link_id": link.id}
    row = AccessTrace(kind="link", at=clock.now(), **facts)
    afterwards(lambda: db.session.add(row))


def listed(thing: str, thing_id: int, *, most: int | None = None) -> Sequence[AccessTrace]:
    """The openings of a thing, newest first."""
    query = (
        select(AccessTrace)
        .where(AccessTrace.thing == thing, AccessTrace.thing_id == thing_id)
        .options(joinedload(AccessTrace.link))
        .order_by(AccessTrace.at.desc(), AccessTrace.id.desc())
    )
    return db.session.scalars(query.limit(most)).all()


def openings(links: Sequence[ReaderLink]) -> dict[int, tuple[int, datetime]]:
    """How often each link was opened, and when last, by its id; one that never was is left out."""
    query = (
        select(AccessTrace.link_id, func.count(), func.max(AccessTrace.at))
        .where(AccessTrace.link_id.in_([link.id for link in links]))
        .group_by(AccessTrace.link_id)
    )
    rows = db.session.execute(query) if links else ()
    return {key: (times, last) for key, times, last in rows if key is not None}
