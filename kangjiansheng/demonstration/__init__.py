"""The labelled demonstration: an illustrative portfolio, the cast, a meeting in each state."""

from sqlalchemy import select

from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.demonstration import cast
from kangjiansheng.demonstration.cast import CAST, PASSWORD

__all__ = ["CAST", "PASSWORD", "is_loaded", "load"]


def is_loaded() -> bool:
    """True when the cast is here and can sign in."""
    return db.session.scalar(select(Person.id).where(Person.illustrative).limit(1)) is not None


def load() -> bool:
    """Load everything in one transaction, once; False when it is there already."""
    if is_loaded():
        return False
    with writing():
        actor = queries.system_actor()
        for part in parts():
            part.load(actor=actor)  # type: ignore[attr-defined]
    return True


def parts() -> list[object]:
    """The parts in the order in which they build on one another."""
    found: list[object] = [cast]
    for name in ("portfolio", "labs", "meetings"):
        try:
            found.append(__import__(f"kangjiansheng.demonstration.{name}", fromlist=[name]))
        except ModuleNotFoundError as problem:
            if problem.name != f"kangjiansheng.demonstration.{name}":
                raise
    return found
