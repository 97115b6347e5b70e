"""What cannot be read any more: a day that is none, JSON that is cut off, bytes that are no text. One such value must not
keep the check of the trail from naming what else was altered."""

from collections.abc import Callable, Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Table, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from kangjiansheng.core.db import Base

Lines = Iterator[str]


class Parts:
    """The parts of a check, one after the other: one that meets what cannot be read ends, and the others go on."""

    def __init__(self) -> None:
        self.stopped: list[str] = []

    def go(self, part: Callable[[], Lines]) -> Lines:
        """The lines of a part, as far as it comes."""
        try:
            yield from part()
        except Exception as problem:
            if isinstance(problem, DBAPIError) and not _is_unreadable(problem):
                raise  # the database is gone, or busy
            self.stopped.append(f"{type(problem).__name__}: {problem}".splitlines()[0][:200])

    def named(self, session: Session, called: Callable[[str, str], tuple[str, str]]) -> Lines:
        """When parts have ended early: each value that cannot be read, else why they did. `called` gives the words for a
        table and a column."""
        if not self.stopped:
            return
        found = 0
        for table, number, column in _values(session):
            found += 1
            of, field = called(table, column)
            yield str(_("%(row)s id %(number)s：%(field)s 无法读出", row=of, number=number, field=field))
        for why in [] if found else self.stopped:
            yield str(_("检查没有完成：%(why)s", why=why))


def _is_unreadable(problem: DBAPIError) -> bool:
    return isinstance(problem, OperationalError) and "decode" in str(problem.orig)


def _values(session: Session) -> Iterator[tuple[str, int, str]]:
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and not _reads(session, select(table).execution_options(yield_per=500)):
            yield from _of_table(session, table)


def _of_table(session: Session, table: Table) -> Iterator[tuple[str, int, str]]:
    for column in table.c:
        if column.name == "id" or _reads(session, select(column).execution_options(yield_per=500)):
            continue
        for number in list(session.scalars(select(table.c.id).order_by(table.c.id))):
            if not _reads(session, select(column).where(table.c.id == number)):
                yield table.name, number, column.name


def _reads(session: Session, query: Any) -> bool:
    try:
        with session.execute(query) as found:
            for _row in found:
                pass
    except Exception as problem:
        if isinstance(problem, DBAPIError) and not _is_unreadable(problem):
            raise
        return False
    return True
