"""Budgets for acts that cost much: files made, files read in, what is sent to other systems.

Each act has a bucket for each person, and one for all programs of that person, whichever of their tokens they show: a
program that runs wild does not hold up its owner, and more tokens give no more. All acts of one together have another,
six times as wide. A bucket gives so many acts in a row and fills again, one act every so many seconds (`KJS_COSTLY`).
It lies in the database, since several processes and nodes answer. Looking and taking are one statement: of two at once
both are counted.
"""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import current_app, g, request
from flask_babel import gettext as _
from prometheus_client import Counter
from sqlalchemy import BigInteger, case, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from kangjiansheng.core import clock, measures
from kangjiansheng.core.db import Base, Label, db, is_sqlite
from kangjiansheng.core.errors import OutcomeUnknown
from kangjiansheng.core.logs import log
from kangjiansheng.core.transactions import SAFE_METHODS, apart

TOGETHER = 6  # how many times the budget of one act all acts of one may cost
REFUSED = Counter(
    "kangjiansheng_costly_refused",
    "Costly acts that were refused, since the budget of whoever asked was spent.",
    ("floor",),
    registry=measures.OWN,
)

View = Callable[..., Any]


class Budget(Base):
    """A bucket that something was taken from."""

    __tablename__ = "budget"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Label, unique=True)
    full_at: Mapped[int] = mapped_column(
        BigInteger
    )  # milliseconds since 1970, when nothing is missing any more


class Spent(TooManyRequests):
    """Somebody's budget is spent; `retry_after` are the seconds until it holds one act again."""

    page = "spent"

    def __init__(self, wait: int, burst: int) -> None:
        at = (clock.now() + timedelta(seconds=wait)).astimezone(clock.SHANGHAI).strftime("%H:%M:%S")
        said = _(
            "同一操作可以连续做 %(burst)s 次，各种操作合计 %(together)s 次，之后要等一等。请在 %(at)s 之后（%(wait)s 秒后）再试。",
            burst=burst, together=burst * TOGETHER, at=at, wait=wait,
        )  # fmt: skip
        super().__init__(said, retry_after=wait)


def costly(view: View) -> View:
    """A view whose act is taken from the budget of whoever asks. Stands below the view's access: who may not do it
    pays nothing. Of a view that shows a form as well, only sending it counts."""
    view.costly = f"{view.__module__.partition('.')[2]}.{view.__name__}"  # type: ignore[attr-defined]
    return view


def spend(view: View) -> bool:
    """Take one act from the budget when the view is costly; whether anything was taken. In a transaction of its own,
    which outlasts what the act meets: what was loaded before must be loaded again. Raises Spent when there is nothing
    left."""
    act = getattr(view, "costly", "")
    if not act or (request.method in SAFE_METHODS and not _only_reads()):
        return False
    burst, seconds = current_app.config["SETTINGS"].costly
    who, cost = f"{'programs' if g.get('by_program') else 'person'}:{g.actor.id}", seconds * 1000
    try:
        with apart():
            wait = _take(f"{who}:{act}", cost, burst * cost) or _take(who, cost // TOGETHER, burst * cost)
            if wait:
                REFUSED.labels(request.blueprint or "none").inc()
                raise Spent(wait, burst)
    except (OperationalError, OutcomeUnknown) as problem:
        if request.method not in SAFE_METHODS:
            raise
        # What is read can be had while nothing can be written.
        log.error("a costly act was not counted", extra={"facts": {"problem": str(problem)[:300]}})
    return True


def _only_reads() -> bool:
    rule = request.url_rule
    return rule is not None and (rule.methods or set()) <= SAFE_METHODS


def _take(key: str, cost: int, depth: int) -> int:
    """Take `cost` milliseconds out of a bucket of `depth`; 0, or after how many seconds there is enough in it."""
    now = int(clock.now().timestamp() * 1000)
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    full_at = case((Budget.full_at > now, Budget.full_at), else_=literal(now, BigInteger())) + cost
    first = insert(Budget).values(key=key, full_at=now + cost)
    taken = db.session.scalar(
        first.on_conflict_do_update(
            index_elements=[Budget.key], set_={"full_at": full_at}, where=full_at <= now + depth
        ).returning(Budget.id)
    )
    if taken is not None:
        return 0
    missing = db.session.scalars(select(Budget.full_at).where(Budget.key == key)).one() + cost - depth - now
    return max(math.ceil(missing / 1000), 1)
