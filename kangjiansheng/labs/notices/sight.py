"""Whom of some people a notice may reach: those who see today what it tells of."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Select

from kangjiansheng.accounts.queries import actor_by_id
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def who_see(people: Iterable[int], thing: Any, seen_by: Callable[[Actor], Select[Any]]) -> set[int]:
    """Those of some people who see a thing: `seen_by` selects what somebody sees of its kind."""
    kind = type(thing)
    found = set()
    for person_id in people:
        reader = actor_by_id(person_id)
        if reader is not None:
            query = seen_by(reader).where(kind.id == thing.id).with_only_columns(kind.id)
            if db.session.scalar(query) is not None:
                found.add(person_id)
    return found
