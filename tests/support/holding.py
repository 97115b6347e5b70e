"""What an act holds against other writers, and that nothing is held while something slow is done outside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.util import find_tables

from kangjiansheng.core.db import db


@contextmanager
def held() -> Iterator[list[str]]:
    """The tables of which rows are held until the commit by what stands within, one for each time. SQLite holds everything for one writer
    and is not sent the words; that they were meant is seen there, too."""
    tables: list[str] = []

    def look(state: ORMExecuteState) -> None:
        asked = getattr(state.statement, "_for_update_arg", None)
        if asked is not None:
            tables.append(find_tables(state.statement)[0].name)  # type: ignore[attr-defined]

    event.listen(Session, "do_orm_execute", look)
    try:
        yield tables
    finally:
        event.remove(Session, "do_orm_execute", look)


def at_rest(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> list[str]:
    """Let a function look, each time it is called, whether a transaction is open; the names of the calls at rest."""
    seen: list[str] = []
    real: Callable[..., Any] = getattr(place, name)

    def look(*given: Any, **more: Any) -> Any:
        assert not db.session().in_transaction(), f"{name} is called within a transaction"
        seen.append(name)
        return real(*given, **more)

    monkeypatch.setattr(place, name, look)
    return seen


def fails_once(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, answer: object) -> list[Any]:
    """Let a function answer this the first time it is called; the transactions in which it is called."""
    seen: list[Any] = []
    real: Callable[..., Any] = getattr(place, name)

    def first(*given: Any, **more: Any) -> Any:
        seen.append(db.session().get_transaction())
        return answer if len(seen) == 1 else real(*given, **more)

    monkeypatch.setattr(place, name, first)
    return seen
