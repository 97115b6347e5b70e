"""Counting statements, rows and work of the database: a page costs the same for 1 row and for 100."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from kangjiansheng.core.db import Base


class Statements(list[str]):
    """The statements seen, without BEGIN, COMMIT and the like."""

    @property
    def shown(self) -> str:
        """All of them, for the message of a failing test."""
        return "\n".join(f"{n}. {text[:300]}" for n, text in enumerate(self, 1))


@contextmanager
def queries_counted() -> Iterator[Statements]:
    """Collect every SELECT, INSERT, UPDATE and DELETE that any engine runs meanwhile."""
    seen = Statements()

    def see(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", see)


@contextmanager
def rows_counted() -> Iterator[Counter[str]]:
    """Count the things that become objects meanwhile, by class."""
    seen: Counter[str] = Counter()

    def see(thing: Any, _context: Any) -> None:
        seen[type(thing).__name__] += 1

    event.listen(Base, "load", see, propagate=True)
    try:
        yield seen
    finally:
        event.remove(Base, "load", see)


@contextmanager
def work_counted() -> Iterator[list[int]]:
    """Count what SQLite does for all statements meanwhile, in hundreds of steps of its machine."""
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    def see(connection: Any, *_rest: Any) -> None:
        connection.connection.driver_connection.set_progress_handler(count, 100)

    event.listen(Engine, "before_cursor_execute", see)
    try:
        yield steps
    finally:
        event.remove(Engine, "before_cursor_execute", see)
