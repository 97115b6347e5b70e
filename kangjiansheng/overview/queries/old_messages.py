"""Mails that have left and what the bell has shown, once their period is over. What reminded somebody of a draft stays:
it says whether silence counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, literal, select

from kangjiansheng.committee.models import ReviewReminder
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox

KINDS: tuple[tuple[Any, Any, Any], ...] = (
    (Outbox, Outbox.due_at, ReviewReminder.outbox_id),
    (Notification, Notification.created_at, ReviewReminder.notification_id),
)


def _over(kind: Any, named: Any) -> ColumnElement[bool]:
    over: ColumnElement[bool] = kind.id.not_in(select(named).where(named.is_not(None)))
    return over & (Outbox.state != "waiting") if kind is Outbox else over


def counts(before: datetime | None) -> tuple[int, int]:
    """How many there are, and how many of those from before an instant may go; one statement."""
    each = [
        (select(func.count(kind.id)), false() if before is None else (at < before) & _over(kind, named))
        for kind, at, named in KINDS
    ]
    every = sum((query.scalar_subquery() for query, _over in each), literal(0))
    ended = sum((query.where(over).scalar_subquery() for query, over in each), literal(0))
    found: tuple[int, int] = db.session.execute(select(every, ended)).one()
    return found


def remove(before: datetime) -> int:
    """Delete those from before an instant that may go; how many they were."""
    gone = 0
    for kind, at, named in KINDS:
        done: Any = db.session.execute(delete(kind).where(at < before, _over(kind, named)))
        gone += done.rowcount
    return gone
