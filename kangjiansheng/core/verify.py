"""Check the audit trail and everything that it covers; name each row that was changed, removed or put in."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, func, inspect, select
from sqlalchemy.orm import Session

from kangjiansheng.core import stood, trail
from kangjiansheng.core.audit import GENESIS, AuditEntry, covered, entry_hash, rows_digest
from kangjiansheng.core.changes import ChangeSet, Revision, row_digest
from kangjiansheng.core.db import Base, Versioned
from kangjiansheng.core.digests import canonical, plain
from kangjiansheng.core.unreadable import Parts

# Filled by the roof: what the floors above can prove of their own, such as signatures against the texts under them.
proofs: list[Callable[[], Iterator[str]]] = []
# The same of what things say now, against records of the floors' own, such as a ledger.
present: list[Callable[[], Iterator[str]]] = []


def problems(session: Session) -> Iterator[str]:
    """Yield one line for each broken thing; nothing when the trail, all covered rows, what is signed and what things say
    now are whole."""
    parts = Parts()
    yield from _records(session, parts)
    for kind in _revised():
        yield from parts.go(partial(_present, session, kind))
        yield from parts.go(partial(_removed, session, kind))
    for one in present:
        yield from parts.go(one)
    for of_one_kind in stood.differing(session):
        yield from parts.go(partial(_standing, of_one_kind))
    yield from parts.named(session, _words)


def _standing(found: Iterator[stood.Differing]) -> Iterator[str]:
    revised = set(_revised())
    for one in found:
        if not (one.kind.mapped in revised and (one.put_in or one.gone)):  # these are named already
            yield _said(one)


def _words(table: str, column: str) -> tuple[str, str]:
    of, field = trail.thing_word(table), trail.field_word(table, column)
    return _called(of, table, table), _called(field, column, column)


def _said(found: stood.Differing) -> str:
    """A line about a row, in the reader's words, with the names by which the database knows it."""
    name, number = found.kind.name, found.number
    row = _called(trail.thing_word(name), name, f"{name} id {number}")
    if found.put_in:
        return str(_("%(row)s：审计记录里没有这一行", row=row))
    if found.gone:
        return str(_("%(row)s：已不在数据库里，审计记录没有写明它被删除", row=row))
    field = _called(trail.field_word(name, found.column), found.column, found.column)
    if found.column in found.kind.sealed:
        return str(_("%(row)s：%(field)s 与最后一次的记录不符（内容只记校验值）", row=row, field=field))
    then, now = (_value(name, found.column, value) for value in (found.then, found.now))
    return str(
        _(
            "%(row)s：%(field)s 最后一次的记录是“%(then)s”，现在是“%(now)s”",
            row=row,
            field=field,
            then=then,
            now=now,
        )
    )


def _called(word: str, name: str, known_as: str) -> str:
    return known_as if word == name else f"{word} ({known_as})"


def _value(name: str, column: str, value: Any) -> str:
    return "—" if value is None else trail.value_words(name, column, value) or str(value)


def records(session: Session) -> Iterator[str]:
    """The same of records alone: the trail, the rows that it covers, and what is signed. A copy of these is whole even
    where a thing has come to say something else; that the next check names."""
    parts = Parts()
    yield from _records(session, parts)
    yield from parts.named(session, _words)


def _records(session: Session, parts: Parts) -> Iterator[str]:
    broken: set[int] = set()
    yield from parts.go(partial(_chain, session))
    for kind in covered():
        yield from parts.go(partial(_rows, session, kind, broken))
    yield from parts.go(partial(_coverage, session, broken))
    yield from parts.go(partial(_changes_without_entry, session))
    for proof in proofs:
        yield from parts.go(proof)


def _chain(session: Session) -> Iterator[str]:
    expected, last = 1, GENESIS
    for entry in session.scalars(
        select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500)
    ):
        name = f"audit_entry seq {entry.seq} ({entry.act} {entry.thing} {entry.thing_id})"
        if entry.seq != expected:
            yield f"{name}: seq {expected} is missing before it"
        if entry.prev_hash != last:
            yield f"{name}: does not follow the entry before it"
        if entry_hash(entry) != entry.hash:
            yield f"{name}: was changed"
        expected, last = entry.seq + 1, entry.hash


def _rows(session: Session, kind: Any, broken: set[int]) -> Iterator[str]:
    mapper = inspect(kind)
    with session.scalars(select(kind).order_by(kind.id).execution_options(yield_per=500)) as rows:
        for row in rows:
            if row_digest(mapper, row) != row.digest:
                broken.add(row.change_set_id)
                yield f"{kind.__tablename__} id {row.id}: was changed"


def _coverage(session: Session, broken: set[int]) -> Iterator[str]:
    seen: set[int] = set()
    query = select(AuditEntry.seq, AuditEntry.act, AuditEntry.change_set_id, AuditEntry.rows_digest)
    for seq, act, change_id, digest in session.execute(query.order_by(AuditEntry.seq)).all():
        if change_id in seen:
            continue
        seen.add(change_id)
        if rows_digest(session, change_id) != digest:
            rows = ", ".join(_rows_there(session, change_id)) or "none"
            yield f"rows of audit_entry seq {seq} ({act}): one was changed, removed or put in; present: {rows}"
    for kind in covered():
        query_ids: Any = select(kind.id).where(kind.change_set_id.not_in(select(AuditEntry.change_set_id)))
        for row_id in session.scalars(query_ids):
            yield f"{kind.__tablename__} id {row_id}: belongs to no audit entry"


def _rows_there(session: Session, change_id: int) -> Iterator[str]:
    if session.scalar(select(ChangeSet.id).where(ChangeSet.id == change_id)):
        yield f"change_set id {change_id}"
    for kind in covered():
        for row_id in session.scalars(
            select(kind.id).where(kind.change_set_id == change_id).order_by(kind.id)
        ):
            yield f"{kind.__tablename__} id {row_id}"


def _changes_without_entry(session: Session) -> Iterator[str]:
    query = select(ChangeSet.id).where(ChangeSet.id.not_in(select(AuditEntry.change_set_id)))
    for change_id in session.scalars(query):
        yield f"change_set id {change_id}: belongs to no audit entry"


def _revised() -> list[Any]:
    """The kinds whose present state is that of their last revision."""
    found = [m.class_ for m in Base.registry.mappers if issubclass(m.class_, Versioned)]
    kinds = [one for one in found if one.is_as_revised and callable(getattr(one, "state", None))]
    return sorted(kinds, key=lambda kind: str(kind.__tablename__))


def _last(kind: Any) -> Any:
    last = select(Revision.thing_id, func.max(Revision.version).label("version"))
    return last.where(Revision.thing == kind.__tablename__).group_by(Revision.thing_id).subquery()


def _present(session: Session, kind: Any) -> Iterator[str]:
    """Rows that are not what was last recorded of them, or of which nothing was: the record itself is covered."""
    name, last = kind.__tablename__, _last(kind)
    of_last = and_(last.c.thing_id == Revision.thing_id, last.c.version == Revision.version)
    recorded = select(Revision.thing_id, Revision.state).join(last, of_last).where(Revision.thing == name)
    every = select(kind).order_by(kind.id).execution_options(yield_per=200)
    with session.scalars(every) as rows:
        for some in rows.partitions():
            of_these = recorded.where(Revision.thing_id.in_([row.id for row in some]))
            states = {row.thing_id: row.state for row in session.execute(of_these)}
            for row in some:
                if row.id in states:
                    differing = _differing(plain(row.state()), states[row.id])
                    if differing:
                        yield f"{name} id {row.id}: is not as it was last recorded ({', '.join(differing)})"
                elif _newest_entry(session, name, row.id) is None:
                    yield f"{name} id {row.id}: belongs to no audit entry"


def _removed(session: Session, kind: Any) -> Iterator[str]:
    """Rows that are gone though no entry says so."""
    name, last = kind.__tablename__, _last(kind)
    for key in session.scalars(select(last.c.thing_id).where(last.c.thing_id.not_in(select(kind.id)))):
        entry = _newest_entry(session, name, key)
        if entry is None or entry.after:
            yield f"{name} id {key}: was removed"


def _newest_entry(session: Session, thing: str, key: int) -> AuditEntry | None:
    query = select(AuditEntry).where(AuditEntry.thing == thing, AuditEntry.thing_id == key)
    return session.scalar(query.order_by(AuditEntry.seq.desc()).limit(1))


def _differing(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """The fields that are not as they were recorded; a field that a later version has added was not."""
    return [key for key in then if key in now and not _same(now[key], then[key])]


def _same(now: Any, then: Any) -> bool:
    """Whether a value is the one that was recorded: what belongs to a thing counts in any order, and a row of it by the
    columns that it had then."""
    if not isinstance(now, list) or not isinstance(then, list) or len(now) != len(then):
        return bool(now == then)
    pairs = zip(sorted(now, key=canonical), sorted(then, key=canonical), strict=True)
    return all(_same_row(*pair) for pair in pairs) or all(map(_same_row, now, then))


def _same_row(now: Any, then: Any) -> bool:
    if not isinstance(now, list) or not isinstance(then, list):
        return bool(now == then)
    return now[: len(then)] == then[: len(now)]
