"""Rows against what the trail took down of them (see standing), and taking down once what an older installation has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, ChangeSet, Revision, record
from kangjiansheng.core.db import db
from kangjiansheng.core.installation import Installation
from kangjiansheng.core.standing import BORN, OF_ROW, Kind, begun, born, kinds, of_rows

TAKE = "core:rows:take"
PIECE = 1000  # rows of a table that are compared at once
AT_ONCE = 20_000  # rows that are taken down in one transaction


@dataclass(frozen=True)
class Differing:
    """A row that is not as it was taken down last: in a column, or as a whole."""

    kind: Kind
    number: int
    column: str = ""
    then: Any = None
    now: Any = None
    put_in: bool = False
    gone: bool = False


def differing(session: Session) -> Iterator[Iterator[Differing]]:
    """Of one kind after the other, in pieces: each row and column that says something else than was taken down of it last,
    row that nobody made, and row that nobody took away."""
    known = cache(
        partial(_whole, session)
    )  # asked within the parts: what cannot be read there ends one of them alone
    for kind in kinds().values():
        yield _compared(session, kind, known)


def _compared(session: Session, kind: Kind, known: Callable[[], bool]) -> Iterator[Differing]:
    yield from _of_kind(session, kind, known())
    yield from _gone(session, kind)


def _whole(session: Session) -> bool:
    """Whether every row was taken down: from the first act of the installation on, or once all that was there before."""
    first = session.scalar(select(func.min(Revision.change_set_id)).where(of_rows()))
    if first is None:
        return False
    if first == session.scalar(select(func.min(ChangeSet.id))):
        return True
    last = select(AuditEntry.after).where(AuditEntry.act == TAKE).order_by(AuditEntry.seq.desc()).limit(1)
    return (session.scalar(last) or {}).get("left") is False


def _of_kind(session: Session, kind: Kind, known: bool) -> Iterator[Differing]:
    table: Any = inspect(kind.mapped).local_table
    columns = [table.c[name] for name in kind.columns.values()]
    query = select(table.c.id, *columns).order_by(table.c.id).execution_options(yield_per=PIECE)
    with session.execute(query).mappings() as found:
        for rows in found.partitions():
            told = _told(session, kind, rows[0]["id"], rows[-1]["id"])
            for row in rows:
                said = told.get(row["id"])
                if said:
                    known = known or BORN in said  # rows from before that have smaller keys
                    yield from _columns(kind, row, said)
                elif known or said is not None:
                    yield Differing(kind, row["id"], put_in=True)


def _told(session: Session, kind: Kind, first: int, last: int) -> dict[int, dict[str, Any]]:
    """What was taken down last of rows, by key and column; nothing of one that was taken away."""
    found: dict[int, dict[str, Any]] = {}
    query = select(Revision.thing_id, Revision.state).where(
        Revision.thing == OF_ROW + kind.name, Revision.thing_id.between(first, last)
    )
    for number, state in session.execute(query.order_by(Revision.id)):
        found[number] = {**found.get(number, {}), **state} if state else {}
    return found


def _columns(kind: Kind, row: Mapping[Any, Any], said: Mapping[str, Any]) -> Iterator[Differing]:
    """What was taken down under a name that there is no more says nothing; a column that came later was not taken down."""
    now = kind.values({name: row[name] for name in kind.columns.values() if name in said})
    for name, value in now.items():
        if value != said[name]:
            yield Differing(kind, row["id"], name, said[name], value)


def _gone(session: Session, kind: Kind) -> Iterator[Differing]:
    there = select(kind.mapped.id)
    query = select(Revision.thing_id, Revision.state).where(
        Revision.thing == OF_ROW + kind.name, Revision.thing_id.not_in(there)
    )
    last = {number: bool(state) for number, state in session.execute(query.order_by(Revision.id))}
    for number in sorted(number for number, stood in last.items() if stood):
        yield Differing(kind, number, gone=True)


def take_down(*, actor: Actor) -> int:
    """Take down the rows of an installation that is older than this, as they stand, some at a time; how many. It is done
    once: what comes in afterwards without an act is named. Called by the worker's round."""
    session = db.session()
    row = session.scalar(select(Installation))
    if row is None or not begun(session) or _whole(session):
        return 0
    taken, left = 0, False
    for kind in kinds().values():
        some = list(_before(session, kind, AT_ONCE - taken + 1))
        left = left or len(some) > AT_ONCE - taken
        for number, values in some[: AT_ONCE - taken]:
            born(session, kind, number, values)
            taken += 1
    record(TAKE, row, actor=actor, source="job", before={}, after={"rows": taken, "left": left})
    return taken


def _before(session: Session, kind: Kind, most: int) -> Iterator[tuple[int, Mapping[Any, Any]]]:
    """Rows of which nothing whole was taken down though they are older than the first that was."""
    table: Any = inspect(kind.mapped).local_table
    made = select(Revision.thing_id).where(
        Revision.thing == OF_ROW + kind.name, Revision.state[BORN].as_integer().is_not(None)
    )
    columns = [table.c[name] for name in kind.columns.values()]
    query = select(table.c.id, *columns).where(table.c.id.not_in(made)).order_by(table.c.id).limit(most)
    for row in session.execute(query).mappings():
        yield row["id"], row
