"""Check the audit trail and everything that it covers; name each row that was changed, removed or put in."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from kangjiansheng.core.audit import GENESIS, AuditEntry, covered, entry_hash, rows_digest
from kangjiansheng.core.changes import ChangeSet, row_digest

# Filled by the roof: what the floors above can prove of their own, such as signatures against the texts under them.
proofs: list[Callable[[], Iterator[str]]] = []


def problems(session: Session) -> Iterator[str]:
    """Yield one line for each broken thing; nothing when the trail, all covered rows and what is signed are whole."""
    yield from _chain(session)
    broken = set()
    for line, change_id in _rows(session):
        broken.add(change_id)
        yield line
    yield from _coverage(session, broken)
    yield from _changes_without_entry(session)
    for proof in proofs:
        yield from proof()


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


def _rows(session: Session) -> Iterator[tuple[str, int]]:
    for kind in covered():
        mapper = inspect(kind)
        for row in session.scalars(select(kind).order_by(kind.id).execution_options(yield_per=500)):
            if row_digest(mapper, row) != row.digest:
                yield f"{kind.__tablename__} id {row.id}: was changed", row.change_set_id


def _coverage(session: Session, broken: set[int]) -> Iterator[str]:
    seen: set[int] = set()
    query = select(AuditEntry.seq, AuditEntry.act, AuditEntry.change_set_id, AuditEntry.rows_digest)
    for seq, act, change_id, digest in session.execute(query.order_by(AuditEntry.seq)).all():
        if change_id in seen:
            continue
        seen.add(change_id)
        if rows_digest(session, change_id) != digest:
            rows = ", ".join(_present(session, change_id)) or "none"
            yield f"rows of audit_entry seq {seq} ({act}): one was changed, removed or put in; present: {rows}"
    for kind in covered():
        query_ids: Any = select(kind.id).where(kind.change_set_id.not_in(select(AuditEntry.change_set_id)))
        for row_id in session.scalars(query_ids):
            yield f"{kind.__tablename__} id {row_id}: belongs to no audit entry"


def _present(session: Session, change_id: int) -> Iterator[str]:
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
