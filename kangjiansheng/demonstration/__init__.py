"""The labelled demonstration: an illustrative portfolio, the cast, a meeting in each state."""

from sqlalchemy import select, update

from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.demonstration import (
    cast,
    gates,
    hand_offs,
    labs,
    meetings,
    obligations,
    papers,
    portfolio,
    residents,
    resources,
    results,
    risks,
    table,
    validity,
)
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
        for part in (
            cast,
            portfolio,
            labs,
            papers,
            obligations,
            resources,
            meetings,
            gates,
            risks,
            validity,
            hand_offs,
            table,
            residents,
            results,
        ):
            part.load(actor=actor)
        _read_old_notices()
    return True


def _read_old_notices() -> None:
    """What was told about meetings of the past has been read; what waits today stands on the bell."""
    old = Notification.address.not_like(f"%{meetings.IN_REVIEW}%")
    db.session.execute(update(Notification).where(old).values(read_at=Notification.created_at))
