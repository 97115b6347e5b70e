"""Counts of failures per key in a sliding window, in the database, shared by all processes.

Of many that come at once no more are answered than may fail. What was tried is not held back while it is checked: each
failure is counted in turn, and one too many hears that alone (`told`); what was right is as good as wrong if by then too
many have failed (`failed_meanwhile`). So nobody learns more of many at once than of one after another.
"""

from datetime import datetime, timedelta

from flask_babel import ngettext
from sqlalchemy import case, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

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


class TooOften(TooManyRequests):
    """Too many have failed; whether this one was right nobody says."""

    def __init__(self, window: timedelta) -> None:
        seconds = int(window.total_seconds())
        said = ngettext(
            "错误次数过多，请 %(num)d 分钟后再试。", "错误次数过多，请 %(num)d 分钟后再试。", seconds // 60
        )
        super().__init__(said, retry_after=seconds)


def failed_meanwhile(key: str, *, most: int, window: timedelta) -> bool:
    """What was tried is right, but too many have failed by now, those that are being counted included: it is to be treated
    as if it were wrong."""
    query = select(Throttle.failures, Throttle.since).where(Throttle.key == key).with_for_update()
    row = db.session.execute(query).first()
    return bool(row and row.failures >= most and row.since > clock.now() - window)


def told(failures: int, *, most: int, window: timedelta) -> TooOften | None:
    """What a failure is answered with that is one too many."""
    return TooOften(window) if failures > most else None


def count(key: str, *, window: timedelta) -> int:
    """Count one failure; a window that has run out begins anew. Of two that fail at once both are counted. Returns how
    many there are with it."""
    now = clock.now()
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    ran_out = Throttle.since <= now - window
    again = {
        "failures": case((ran_out, 1), else_=Throttle.failures + 1),
        "since": case((ran_out, literal(now, Instant())), else_=Throttle.since),
    }
    first = insert(Throttle).values(key=key, since=now, failures=1)
    counted = first.on_conflict_do_update(index_elements=[Throttle.key], set_=again).returning(
        Throttle.failures
    )
    return int(db.session.scalars(counted).one())


def counted(*, window: timedelta) -> list[Throttle]:
    """The counts whose window has not run out."""
    return list(db.session.scalars(select(Throttle).where(Throttle.since > clock.now() - window)))


def clear_row(number: int) -> None:
    """Forget the failures of one of these counts."""
    db.session.execute(delete(Throttle).where(Throttle.id == number))


def clear(key: str) -> None:
    """Forget the failures under a key."""
    db.session.execute(delete(Throttle).where(Throttle.key == key))
