"""One act is one change set: what ledger, revisions and audit trail share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, Text, UniqueConstraint, event, func, select
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from kangjiansheng.core import audit, clock
from kangjiansheng.core.db import AppendOnly, Base, Label, Versioned, Word, db
from kangjiansheng.core.digests import plain, sha256

ONCE = (
    "once"  # where the session keeps the key of the form that is being saved, until its change set takes it
)


@dataclass(frozen=True)
class Actor:
    """Who acts: an immutable picture of a person and the system roles that hold today."""

    id: int
    label: str
    roles: frozenset[str] = frozenset()
    email: str = ""
    source: str = "page"  # by which door: page, api, or link when no one has signed in
    via: str = ""  # the name of the token by which a program acts for the person
    stands_for: int | None = None  # the group of which this is any member: it sees what all of them see

    def has(self, *roles: str) -> bool:
        """True when the person holds any of the system roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def signed(self) -> str:
        """How the trail names who acted: with the token by which it was done."""
        return f"{self.label} ⟨API {self.via}⟩" if self.via else self.label

    @property
    def reads_all(self) -> bool:
        """Executives, auditors and the system itself see every project and laboratory."""
        return self.has("executive", "auditor", "system")


class ChangeSet(Base):
    """One act of one person, whatever number of rows it touched. Append-only."""

    __tablename__ = "change_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Word)  # page, link, import, decision, api, job, command, undo
    actor_id: Mapped[int] = mapped_column(index=True)  # the person; no key, for core knows no people
    label: Mapped[str] = mapped_column(Label, default="")
    reason_code: Mapped[str | None] = mapped_column(Word)
    note: Mapped[str] = mapped_column(Text, default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"))
    idempotency_key: Mapped[str | None] = mapped_column(Word, unique=True)
    recorded_at: Mapped[datetime]


class Revision(AppendOnly, Base):
    """The whole state of a thing after one edit: history and as-of for all that has no ledger of its own."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("thing", "thing_id", "version"),
        Index("ix_revision_as_of", "thing", "thing_id", "effective_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thing: Mapped[str] = mapped_column(Word)
    thing_id: Mapped[int]
    version: Mapped[int]
    state: Mapped[dict[str, Any]]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)


def begin(
    *,
    actor: Actor,
    source: str | None = None,
    label: str = "",
    reason_code: str | None = None,
    note: str = "",
    undoes: ChangeSet | None = None,
    idempotency_key: str | None = None,
) -> ChangeSet:
    """Open a change set. Its instant is never earlier than that of the one before it."""
    latest = db.session.scalar(_latest())
    now = clock.now()
    change = ChangeSet(
        source=source or actor.source,
        actor_id=actor.id,
        label=label,
        reason_code=reason_code,
        note=note,
        undoes_id=undoes.id if undoes else None,
        idempotency_key=idempotency_key or db.session.info.pop(ONCE, None),
        recorded_at=max(now, latest) if latest else now,
    )
    db.session.add(change)
    db.session.flush()
    audit.begun(change)
    return change


@cache
def _latest() -> Select[datetime]:
    return select(ChangeSet.recorded_at).order_by(ChangeSet.id.desc()).limit(1)


def record(
    act: str,
    thing: Any,
    *,
    actor: Actor,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    change: ChangeSet | None = None,
    effective_at: datetime | None = None,
    later: bool = False,
    **opening: Any,
) -> ChangeSet:
    """Write what happened to a thing: change set, revision (for a versioned thing) and audit entry.

    Call it after the change and before returning from the operation. `before` is `thing.state()` taken
    before the change, `{}` for a new thing; `after` defaults to its state now. With `after` but no `before`
    the act is something that happened to the thing, without changing it: an export, a failed attempt.
    What is there already and is told with both may be written `later`, with the next flush: an act on many things then
    writes them together.
    Keyword arguments beyond these open the change set (source, note, reason_code, undoes, ...).
    """
    change = change or begin(actor=actor, **opening)
    if not later:  # a new thing gets its key, and a state what it is made of
        db.session.flush()
    has_state = callable(getattr(thing, "state", None))  # a milestone's `state` is a column: it has a ledger
    is_new = not before and after is None
    after = thing.state() if after is None and has_state else after
    if isinstance(thing, Versioned) and (before or is_new):
        if before:
            thing.version += 1
        if has_state:
            _keep(thing, change, effective_at or change.recorded_at)
    audit.note(
        act, thing.__tablename__, thing.id, actor=actor, change=change, before=before or {}, after=after or {}
    )
    if not later:
        db.session.flush()
    return change


def _keep(thing: Any, change: ChangeSet, effective_at: datetime) -> None:
    db.session.add(
        Revision(
            thing=thing.__tablename__,
            thing_id=thing.id,
            version=thing.version,
            state=plain(thing.state()),
            effective_at=effective_at,
            recorded_at=change.recorded_at,
            change_set_id=change.id,
        )
    )


@event.listens_for(AppendOnly, "before_insert", propagate=True)
def _digest(mapper: Mapper[Any], _connection: Any, row: Any) -> None:
    row.digest = row_digest(mapper, row)


def row_digest(mapper: Mapper[Any], row: Any) -> str:
    """The SHA-256 over a row's columns but its key and the digest itself.

    Columns that are absent (None) are left out, so that a later migration may add one.
    """
    return values_digest(row_values(mapper, row))


def row_values(mapper: Mapper[Any], row: Any) -> dict[str, Any]:
    """The columns that the digest of a row is over, those that are absent among them."""
    for column in mapper.columns:
        prop = mapper.get_property_by_column(column)
        default: Any = column.default
        if getattr(row, prop.key) is None and default is not None and default.is_scalar:
            setattr(row, prop.key, default.arg)  # the default as it will be stored
    return {
        column.key: getattr(row, mapper.get_property_by_column(column).key)
        for column in mapper.columns
        if not column.primary_key and column.key != "digest"
    }


def values_digest(values: Mapping[str, Any]) -> str:
    """The same over the values of a row that is no record: all its columns but key and digest."""
    return sha256({key: value for key, value in values.items() if value is not None})


def state_as_of(thing: str, thing_id: int, instant: datetime) -> dict[str, Any] | None:
    """The state that a thing had at an instant, from its revisions; None when it was not there yet."""
    query = (
        select(Revision.state)
        .where(Revision.thing == thing, Revision.thing_id == thing_id, Revision.effective_at <= instant)
        .order_by(Revision.effective_at.desc(), Revision.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def state_before(thing: Any) -> dict[str, Any]:
    """The state that a thing had before its last change, from its revisions."""
    query = select(Revision.state).where(
        Revision.thing == thing.__tablename__,
        Revision.thing_id == thing.id,
        Revision.version == thing.version - 1,
    )
    found: dict[str, Any] = db.session.scalars(query).one()
    return found


def state_before_change(change: ChangeSet, thing: Any) -> dict[str, Any]:
    """The state that a thing had when a change that wrote it began."""
    wrote = select(Revision.version).where(
        Revision.thing == thing.__tablename__,
        Revision.thing_id == thing.id,
        Revision.change_set_id == change.id,
    )
    query = select(Revision.state).where(
        Revision.thing == thing.__tablename__,
        Revision.thing_id == thing.id,
        Revision.version == wrote.scalar_subquery() - 1,
    )
    found: dict[str, Any] = db.session.scalars(query).one()
    return found


def last_revisions(*which: Any, until: Any) -> Select[int]:
    """The ids of the last revisions up to an instant of the things that conditions on `Revision` choose, for a
    statement that reads what it needs of them."""
    order = Revision.effective_at.desc(), Revision.id.desc()
    place = func.row_number().over(partition_by=(Revision.thing, Revision.thing_id), order_by=order)
    placed = (
        select(Revision.id, place.label("place")).where(Revision.effective_at <= until, *which).subquery()
    )
    return select(placed.c.id).where(placed.c.place == 1)


def states_at(kind: Any, ids: Any, instant: datetime) -> dict[int, dict[str, Any]]:
    """The states of things of one kind at an instant by id, in the order of the ids; what was not there is left out.
    `ids` are numbers or a select of them. One statement."""
    last = last_revisions(Revision.thing == kind.__tablename__, Revision.thing_id.in_(ids), until=instant)
    query = select(Revision.thing_id, Revision.state).where(Revision.id.in_(last)).order_by(Revision.thing_id)
    return {thing_id: state for thing_id, state in db.session.execute(query)}
