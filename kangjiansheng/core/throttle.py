"""Counts of failures per key in a sliding window, in the database, shared by all processes."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.db import Base, Instant, Label, db, is_sqlite


class Throttle(Base):
    """Failures under one key since `since`."""

    __tablename__ = "throttle"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Label, unique=True)
    since: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)


def is_blocked(key: str, *, most: int, window: timedelta) -> bool:
    """True when the key has failed `most` times or more within the window."""
    row = db.session.execute(select(Throttle.failures, Throttle.since).where(Throttle.key == key)).first()
    return bool(row and row.failures >= most and row.since > clock.now() - window)


def count(key: str, *, window: timedelta) -> None:
    """Count one failure; a window that has run out begins anew. Of two that fail at once both are counted."""
    now = clock.now()
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    ran_out = Throttle.since <= now - window
    again = {
        "failures": case((ran_out, 1), else_=Throttle.failures + 1),
        "since": case((ran_out, literal(now, Instant())), else_=Throttle.since),
    }
    first = insert(Throttle).values(key=key, since=now, failures=1)
    db.session.execute(first.on_conflict_do_update(index_elements=[Throttle.key], set_=again))


def counted(*, window: timedelta) -> list[Throttle]:
    """The counts whose window has not run out."""
    return list(db.session.scalars(select(Throttle).where(Throttle.since > clock.now() - window)))


def clear_row(number: int) -> None:
    """Forget the failures of one of these counts."""
    db.session.execute(delete(Throttle).where(Throttle.id == number))


def clear(key: str) -> None:
    """Forget the failures under a key."""
    db.session.execute(delete(Throttle).where(Throttle.key == key))
