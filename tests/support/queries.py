"""Counting statements: a page costs the same for 1 row and for 100."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


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
