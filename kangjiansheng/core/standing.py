"""How rows stand that leave no history of their own: with each commit the trail takes down what was written of them, so
that verification can name each that says something else now, was put in, or was taken away.

Nobody has to remember it. The session reports each row that it writes; the seal of the trail keeps what changed, column
by column, as a revision of the row in the change set of the act. Which rows and columns these are is provided by the
roof. Secrets and long texts are kept by their SHA-256. A statement that writes such columns past the session is refused,
unless the one who runs it says what it changes (`told`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import JSON, ColumnElement, Text, UpdateBase, event, func, insert, inspect, select
from sqlalchemy.orm import Session, SessionTransaction

from kangjiansheng.core import audit, clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import ChangeSet, Revision, values_digest
from kangjiansheng.core.db import Base, db, writes_past
from kangjiansheng.core.digests import plain, sha256
from kangjiansheng.core.installation import Installation, running
from kangjiansheng.core.logs import log

OF_ROW = "row:"  # before the name of a table, in a revision of one of its rows
BORN = "id"  # stands in what was kept of a row when it was made
TOLD = {"says_what_it_changes": True}  # of a statement whose writer calls `told`
REPLACED = timedelta(days=1)  # by then no process of the release before writes beside those of this one
_WRITTEN, _INSERTED, _MARKS = "rows written", "rows inserted", "marks of rows written"
_SECRET = ("password", "secret", "digest", "public_key", "address")
_provided: list[Callable[[], Mapping[str, Collection[str]]]] = []


@dataclass(frozen=True)
class Kind:
    """A kind of rows that is held: its class, the names of its attributes with those of their columns, and which of these
    are kept by their digest."""

    mapped: Any
    columns: Mapping[str, str]
    sealed: frozenset[str]

    @property
    def name(self) -> str:
        """The name of the table."""
        return str(self.mapped.__tablename__)

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values by column as they are kept."""
        return {key: _kept(value, key in self.sealed) for key, value in given.items()}


def provided_by(columns: Callable[[], Mapping[str, Collection[str]]]) -> None:
    """Say of which tables which columns are held; asked once all tables are known."""
    _provided[:] = [columns]
    kinds.cache_clear()
    _tables.cache_clear()


@cache
def kinds() -> dict[type, Kind]:
    """The kinds that are held, by class, in the order of their tables."""
    mapped = {mapper.class_.__tablename__: mapper for mapper in Base.registry.mappers}
    names = _provided[0]() if _provided else {}
    return {mapped[name].class_: _kind(mapped[name], set(names[name])) for name in sorted(names)}


def _kind(mapper: Any, names: set[str]) -> Kind:
    pairs = {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs}
    columns = {key: column for key, column in pairs.items() if column.name in names}
    sealed = {column.name for column in columns.values() if _is_sealed(column)}
    return Kind(mapper.class_, {key: column.name for key, column in columns.items()}, frozenset(sealed))


def _is_sealed(column: Any) -> bool:
    return isinstance(column.type, (Text, JSON)) or any(word in column.name for word in _SECRET)


def _kept(value: Any, sealed: bool) -> Any:
    found = plain(value.hex() if isinstance(value, bytes) else value)
    return found if found is None or not sealed else sha256(found)


@event.listens_for(Session, "after_flush")
def _see(session: Session, context: Any) -> None:
    held = kinds()
    for row in session.new:
        if kind := held.get(type(row)):
            given = {name: row.__dict__.get(key) for key, name in kind.columns.items()}
            _note(session, kind, row.id, {BORN: row.id, **kind.values(given)})
    for row in session.dirty:
        if kind := held.get(type(row)):
            changed = {
                name: row.__dict__.get(key) for key, name in kind.columns.items() if _changed(row, key)
            }
            if changed:
                _note(session, kind, row.id, kind.values(changed))
    for state, (
        is_deleted,
        only_listed,
    ) in context.states.items():  # orphans, too: the session does not list them
        if is_deleted and not only_listed and (kind := held.get(state.class_)):
            _note(session, kind, state.dict["id"], {})


def _changed(row: Any, key: str) -> bool:
    state = inspect(row)
    return key in state.committed_state and bool(state.attrs[key].history.has_changes())


def _note(session: Session, kind: Kind, number: int, values: dict[str, Any]) -> None:
    session.info.setdefault(_WRITTEN, []).append((kind.name, number, values))


def told(mapped: type, numbers: Collection[int], values: Mapping[str, Any] | None) -> None:
    """Say what a statement past the session has written into rows, or with None that it took them away."""
    kind = kinds()[mapped]
    kept = {} if values is None else kind.values({kind.columns[key]: value for key, value in values.items()})
    for number in numbers:
        _note(db.session(), kind, number, kept)


def _see_statement(session: Session, statement: UpdateBase, options: Mapping[str, Any]) -> None:
    """Remember where new rows begin that a statement writes past the session; refuse what else does so, but for columns
    that are not held."""
    kind = _tables().get(statement.table)
    if kind is None or options.get("says_what_it_changes"):
        return
    if statement.is_insert:
        inserted = session.info.setdefault(_INSERTED, {})
        if kind.name not in inserted:
            inserted[kind.name] = kind, session.scalar(select(func.max(kind.mapped.id))) or 0
        return
    values = getattr(statement, "_values", None) or {}
    if statement.is_update and not {getattr(one, "key", one) for one in values} & set(kind.columns.values()):
        return
    raise RuntimeError(f"a statement writes {kind.name} past the session: change objects, or say what (TOLD)")


@cache
def _tables() -> dict[Any, Kind]:
    return {inspect(kind.mapped).local_table: kind for kind in kinds().values()}


writes_past.append(_see_statement)


def _inserted(session: Session) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """The new rows that statements have written past the session."""
    found: dict[str, tuple[Kind, int]] = session.info.pop(_INSERTED, {})
    for kind, last in found.values():
        table: Any = inspect(kind.mapped).local_table
        columns = [table.c[name] for name in kind.columns.values()]
        new = select(table.c.id, *columns).where(table.c.id > last).order_by(table.c.id)
        for row in session.execute(new).mappings():
            yield kind.name, row["id"], _birth(kind, row["id"], row)


def _birth(kind: Kind, number: int, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {BORN: number, **kind.values({name: row[name] for name in kind.columns.values()})}


def born(session: Session, kind: Kind, number: int, row: Mapping[Any, Any]) -> None:
    """Take a row down as if it were made now."""
    _note(session, kind, number, _birth(kind, number, row))


def _keep(session: Session, change: ChangeSet | None) -> None:
    """Write down what this transaction has changed of rows, as part of an act. Called by the seal, under its lock."""
    written: list[tuple[str, int, dict[str, Any]]] = [*_inserted(session), *session.info.pop(_WRITTEN, [])]
    session.info.pop(_MARKS, None)
    if not written or not begun(session):
        return
    if change is None:
        log.error(
            "rows were written without an entry",
            extra={"facts": {"rows": sorted({f"{n} {i}" for n, i, _v in written})[:20]}},
        )
        return
    merged: dict[tuple[str, int], dict[str, Any]] = {}
    for name, number, values in written:
        merged[name, number] = {**merged.get((name, number), {}), **values} if values else {}
    shared = {
        "version": change.id,
        "effective_at": change.recorded_at,
        "recorded_at": change.recorded_at,
        "change_set_id": change.id,
    }
    rows = [
        {"thing": OF_ROW + name, "thing_id": number, "state": values, **shared}
        for (name, number), values in merged.items()
    ]
    table: Any = Revision.__table__
    session.execute(insert(table), [{**row, "digest": values_digest(row)} for row in rows])


audit.before_sealing.append(_keep)


def begun(session: Session) -> bool:
    """Whether rows are taken down yet. After the upgrade that brings this, processes of the release before go on writing
    for a while and take nothing down: what they changed would be named for good."""
    engine: Any = session.get_bind()
    if engine not in _engines and (
        session.scalar(select(Revision.id).where(of_rows()).limit(1)) is not None or _replaced(session)
    ):
        _engines.add(engine)
    return engine in _engines


_engines: WeakSet[Any] = WeakSet()  # of the databases in which rows are taken down


def of_rows() -> ColumnElement[bool]:
    """The condition on revisions that they are of rows."""
    return Revision.thing.between(OF_ROW, OF_ROW + "~")


def _replaced(session: Session) -> bool:
    """Whether no process of an earlier release is left: none was ever there, or this one was started a day ago."""
    row = session.scalar(select(Installation))
    if row is None:
        return True
    if (row.program, row.level) != running():
        return False
    starts = select(AuditEntry).where(AuditEntry.thing == "installation", AuditEntry.thing_id == row.id)
    upgrades = [
        entry.recorded_at
        for entry in session.scalars(starts.order_by(AuditEntry.seq))
        if not {"program", "level"}.isdisjoint(entry.before)
    ]
    return not upgrades or upgrades[-1] + REPLACED <= clock.now()


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    """A savepoint may be rolled back alone: what was written before it stays, what was written since goes."""
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(session.info.get(_WRITTEN, ()))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        mark = session.info.get(_MARKS, {}).get(transaction)
        if mark is not None:
            del session.info.get(_WRITTEN, [])[mark:]
    elif transaction.parent is None:
        for key in (_WRITTEN, _INSERTED, _MARKS):
            session.info.pop(key, None)
