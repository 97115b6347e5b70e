"""Doors that one statement asks many times: what a person sees of a kind, as the keys of rows.

A statement over many kinds goes by the same few doors again and again, and an engine plans and runs each mention
anew. Within `asked_once` a door is worked out once for the statement, and the mentions read what came of it.

Putting a condition together takes longer than an engine takes to answer it: one that hangs on who asks and on the
day alone is kept (`once_a_day`), as it is immutable.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import CTE, ColumnElement, Select, literal, select

from kangjiansheng.core import clock

P = ParamSpec("P")
Made = TypeVar("Made")
_MOST = 64  # of each kind: readers of a day; what is kept for one takes 50 to 300 kB
_asked: ContextVar[dict[Any, CTE] | None] = ContextVar("doors", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """While one statement is put together: each door stands in it once."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def once_a_day(build: Callable[P, Made]) -> Callable[P, Made]:
    """A condition or select of nothing but its arguments and the day of today, put together once for both."""

    @lru_cache(maxsize=_MOST)
    def of_day(_day: object, *args: Any, **named: Any) -> Made:
        return build(*args, **named)

    @wraps(build)
    def keep(*args: P.args, **named: P.kwargs) -> Made:
        if _asked.get() is not None:  # it goes by the doors of this one statement
            return build(*args, **named)
        return of_day(clock.today(), *args, **named)  # type: ignore[arg-type]

    return keep


def door(build: Callable[P, Select[int]]) -> Callable[P, Select[int]]:
    """A function that selects the keys of what somebody sees. Its select is compared with, not added to."""
    kept = once_a_day(build)

    @wraps(build)
    def select_keys(*args: P.args, **named: P.kwargs) -> Select[int]:
        asked = _asked.get()
        if asked is None:
            return kept(*args, **named)
        key = (build, args, tuple(named.items()))
        if key not in asked:
            made = build(*args, **named)
            asked[key] = made.cte(f"door_{len(asked)}").prefix_with("MATERIALIZED")
        (column,) = asked[key].c
        return select(column)

    return select_keys


def of_this_row(kind: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that there is one of a kind which belongs to the row at hand, asked of each row in its turn: of a list's
    first page, that is, and not of all there are beforehand, as PostgreSQL does where it may turn a condition around.
    OFFSET forbids it."""
    return select(literal(1)).where(*conditions).offset(0).correlate_except(kind).exists()
