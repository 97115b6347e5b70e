"""The audit trail: one entry per operation, chained by SHA-256, append-only by trigger.

An entry gets its `seq` and hash in the last step before COMMIT, under the write lock; ids may have gaps,
`seq` may not. Each entry covers, by digest, the append-only rows of its change set.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    bindparam,
    event,
    insert,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.db import AppendOnly, Base, Label, Word, db, is_sqlite
from kangjiansheng.core.digests import plain, sha256

if TYPE_CHECKING:
    from kangjiansheng.core.changes import Actor, ChangeSet

GENESIS = "0" * 64
CLOCK_BACK = "core:clock:back"
CLOCKS_DIFFER = timedelta(minutes=1)
LOCK = 0x6B6A73  # advisory lock of the chain's head on PostgreSQL
# What is taken down with each act before its rows are counted, under the lock of the chain; None where there was no act.
before_sealing: "list[Callable[[Session, ChangeSet | None], None]]" = []
_acts: dict[str, Any] = {}
_MARKS = "audit marks"  # how many entries waited when each open savepoint began
_KEPT = ("audit", "begun")  # what a session remembers of its transaction: entries to write, acts that began


class AuditEntry(Base):
    """One operation: who did what to which thing, before and after. Values are untranslated."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_thing", "thing", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    act: Mapped[str] = mapped_column(Word, index=True)
    thing: Mapped[str] = mapped_column(Word)
    thing_id: Mapped[int]
    actor_id: Mapped[int] = mapped_column(index=True)
    actor_label: Mapped[str] = mapped_column(Label)
    recorded_at: Mapped[datetime]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    rows_digest: Mapped[str] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass
class _Pending:
    act: str
    thing: str
    thing_id: int
    actor: "Actor"
    change: "ChangeSet"
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def catalogue(acts: Mapping[str, Any]) -> None:
    """Make a feature's acts known: `feature:thing:act` → what it is called, in words."""
    _acts.update(acts)


def acts() -> Mapping[str, Any]:
    """All known acts and their labels."""
    return _acts


def note(
    act: str,
    thing: str,
    thing_id: int,
    *,
    actor: "Actor",
    change: "ChangeSet",
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Remember an entry for this transaction; `seal` writes it. An act outside the catalogue is refused."""
    if act not in _acts:
        raise LookupError(f"{act} is not in the catalogue of acts")
    before, after = changed(plain(before), plain(after))
    pending = db.session.info.setdefault("audit", [])
    pending.append(_Pending(act, thing, thing_id, actor, change, before, after))


def told(at: int) -> tuple[str, int, Mapping[str, Any]]:
    """Table and key of the thing of which one entry of this transaction tells (0 the first, -1 the last so far), and what it
    says that is there now."""
    entry: _Pending = db.session.info["audit"][at]
    return entry.thing, entry.thing_id, entry.after


def begun(change: "ChangeSet") -> None:
    """Remember that an act began; `seal` refuses one of which no entry tells."""
    db.session.info.setdefault("begun", []).append(change)


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the keys whose values differ, on each side."""
    return (
        {key: value for key, value in before.items() if key not in after or after[key] != value},
        {key: value for key, value in after.items() if key not in before or before[key] != value},
    )


def seal(session: Session) -> None:
    """Chain and insert the entries noted in this transaction. Called by the one commit. An act that changed something
    and of which no entry tells is a fault of the program, and is not kept."""
    pending: list[_Pending] = session.info.pop("audit", [])
    told = {item.change.id for item in pending}
    if any(change.id not in told for change in session.info.pop("begun", [])):
        raise LookupError("an act without an entry in the trail")
    if not pending:
        _before_sealing(session, None)
        return
    session.flush()
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    _before_sealing(session, pending[-1].change)
    head = session.execute(_head()).first()
    seq, last, latest = head or (0, GENESIS, pending[0].change.recorded_at)
    pending = _clock_back(session, latest, pending[0]) + pending
    digests: dict[int, str] = {}
    entries: list[dict[str, Any]] = []
    for item in pending:
        change_id = item.change.id
        if change_id not in digests:
            digests[change_id] = rows_digest(session, change_id)
        seq += 1
        latest = max(latest, item.change.recorded_at)  # who began later may be sealed first
        facts = {
            "seq": seq,
            "change_set_id": change_id,
            "act": item.act,
            "thing": item.thing,
            "thing_id": item.thing_id,
            "actor_id": item.actor.id,
            "actor_label": item.actor.signed,
            "recorded_at": latest,
            "before": item.before,
            "after": item.after,
            "rows_digest": digests[change_id],
            "prev_hash": last,
        }
        last = sha256(facts)
        entries.append({**facts, "hash": last})
    table: Any = AuditEntry.__table__
    session.execute(insert(table), entries)


def _before_sealing(session: Session, change: "ChangeSet | None") -> None:
    for keep in before_sealing:
        keep(session, change)


@cache
def _head() -> Select[int, str, datetime]:
    query = select(AuditEntry.seq, AuditEntry.hash, AuditEntry.recorded_at)
    return query.order_by(AuditEntry.seq.desc()).limit(1)


def _clock_back(session: Session, latest: datetime, first: _Pending) -> list[_Pending]:
    """Times in the trail never run backwards. When the machine's clock does, one entry says so, until it has caught
    up; within the minute it is the difference between two nodes."""
    now = clock.now()
    if latest - now < CLOCKS_DIFFER:
        return []
    known = (
        select(AuditEntry.id).where(AuditEntry.act == CLOCK_BACK, AuditEntry.recorded_at == latest).limit(1)
    )
    if session.scalar(known):
        return []
    before, after = plain({"clock": latest}), plain({"clock": now})
    return [_Pending(CLOCK_BACK, "change_set", first.change.id, first.actor, first.change, before, after)]


def entry_hash(entry: AuditEntry) -> str:
    """The SHA-256 that chains an entry."""
    return sha256(entry_facts(entry))


def entry_facts(entry: AuditEntry) -> dict[str, Any]:
    """What its hash is over: all columns but its key and the hash itself."""
    columns = (c.key for c in AuditEntry.__table__.columns if c.key not in ("id", "hash"))
    return {key: getattr(entry, key) for key in columns}


def last_change(thing: Any) -> tuple[str, datetime | None, int | None]:
    """Who changed a thing last (in words), when, and the key of that person."""
    query = (
        select(AuditEntry.actor_label, AuditEntry.recorded_at, AuditEntry.actor_id)
        .where(AuditEntry.thing == thing.__tablename__, AuditEntry.thing_id == thing.id)
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    return (row.actor_label, row.recorded_at, row.actor_id) if row else ("", None, None)


def history(
    thing: str, ids: int | Collection[int], limit: int = 50, *, until: date | None = None
) -> list[AuditEntry]:
    """The entries about one thing, or some of one kind, newest first; `until` the end of a past day."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.thing == thing, AuditEntry.thing_id.in_([ids] if isinstance(ids, int) else ids))
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    )
    if until is not None:
        query = query.where(AuditEntry.recorded_at <= clock.end_of(until))
    return list(db.session.scalars(query))


@cache
def covered() -> tuple[Any, ...]:
    """The mapped classes whose rows an entry covers: append-only, and part of a change set."""
    found = [m.class_ for m in Base.registry.mappers if issubclass(m.class_, AppendOnly)]
    return tuple(sorted(found, key=lambda kind: kind.__tablename__))


def rows_digest(session: Session, change_id: int) -> str:
    """SHA-256 over the change set itself and (table, id, digest) of all its append-only rows, in that order."""
    return sha256("\n".join(row_lines(session, change_id)))


def row_lines(session: Session, change_id: int) -> list[str]:
    """What that digest is over: the digest of the change set, then table:id:digest of each row."""
    return [change_digest(session, change_id), *_lines(session, change_id)]


def change_digest(session: Session, change_id: int) -> str:
    """SHA-256 over the columns of a change set that are filled: who, when, why, what it undoes."""
    row = session.execute(_change_set(), {"change": change_id}).mappings().first()
    return sha256({key: value for key, value in (row or {}).items() if value is not None})


@cache
def _change_set() -> Select[Any]:
    table = Base.metadata.tables["change_set"]
    return select(table).where(table.c.id == bindparam("change"))


def _lines(session: Session, change_id: int) -> Iterable[str]:
    kinds = covered()
    for row in session.execute(_rows_of(kinds), {"change": change_id}):
        yield f"{kinds[row.place].__tablename__}:{row.id}:{row.digest}"


@cache
def _rows_of(kinds: tuple[Any, ...]) -> Select[Any]:
    """All tables in one statement; kept, since each save asks it."""
    each = [
        select(
            literal_column(str(place)).label("place"), kind.id.label("id"), kind.digest.label("digest")
        ).where(kind.change_set_id == bindparam("change", type_=Integer))
        for place, kind in enumerate(kinds)
    ]
    rows = union_all(*each).subquery()
    return select(rows).order_by(rows.c.place, rows.c.id)


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    """A savepoint may be rolled back alone: what was noted before it stays, what was noted since goes."""
    if transaction.nested:
        marks = {kept: len(session.info.get(kept, ())) for kept in _KEPT}
        session.info.setdefault(_MARKS, {})[transaction] = marks


@event.listens_for(Session, "after_transaction_end")
def _unmark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_MARKS, None)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        for kept, mark in session.info.get(_MARKS, {}).get(transaction, {}).items():
            del session.info.get(kept, [])[mark:]
    elif transaction.parent is None:
        for kept in _KEPT:
            session.info.pop(kept, None)
