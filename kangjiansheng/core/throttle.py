"""Counts of failures per key in a sliding window, in the database, shared by all processes."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.db import Base, Label, db


class Throttle(Base):
    """Failures under one key since `since`."""

    __tablename__ = "throttle"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Label, unique=True)
    since: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)


def is_blocked(key: str, *, most: int, window: timedelta) -> bool:
    """True when the key has failed `most` times or more within the window."""
    row = db.session.scalar(select(Throttle).where(Throttle.key == key))
    return bool(row and row.failures >= most and row.since > clock.now() - window)


def count(key: str, *, window: timedelta) -> None:
    """Count one failure; a window that has run out begins anew."""
    now = clock.now()
    row = db.session.scalar(select(Throttle).where(Throttle.key == key).with_for_update())
    if row is None:
        db.session.add(Throttle(key=key, since=now, failures=1))
    elif row.since <= now - window:
        row.since, row.failures = now, 1
    else:
        row.failures += 1


def clear(key: str) -> None:
    """Forget the failures under a key."""
    db.session.execute(delete(Throttle).where(Throttle.key == key))
