"""Doors that one statement asks many times: what a person sees of a kind, as the keys of rows.

A statement over many kinds goes by the same few doors again and again, and an engine plans and runs each mention
anew. Within `asked_once` a door is worked out once for the statement, and the mentions read what came of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec

from sqlalchemy import CTE, Select, select

P = ParamSpec("P")
_asked: ContextVar[dict[Any, CTE] | None] = ContextVar("doors", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """While one statement is put together: each door stands in it once."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def door(build: Callable[P, Select[int]]) -> Callable[P, Select[int]]:
    """A function that selects the keys of what somebody sees. Its select is compared with, not added to."""

    @wraps(build)
    def select_keys(*args: P.args, **named: P.kwargs) -> Select[int]:
        asked = _asked.get()
        if asked is None:
            return build(*args, **named)
        key = (build, args, tuple(named.items()))
        if key not in asked:
            made = build(*args, **named)
            asked[key] = made.cte(f"door_{len(asked)}").prefix_with("MATERIALIZED")
        (column,) = asked[key].c
        return select(column)

    return select_keys
