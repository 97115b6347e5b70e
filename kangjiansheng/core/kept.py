"""Figures over all that somebody sees, kept in this process until anything is written.

A number such as how many meetings there are for a reader costs what all of them cost, and changes only when somebody
writes or the day does. Each act gets its place in the trail in the order of the commits: as long as the last place
bears the same hash, the same question has the same answer. Who asks is part of the question, with the roles and the
group on which rights rest. A request that writes keeps nothing and is given nothing kept.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, SessionTransaction

from kangjiansheng.core import clock
from kangjiansheng.core.audit import GENESIS, AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db

Made = TypeVar("Made")
Head = tuple[int, str]  # the last place of the trail and its hash
NO_HEAD: Head = (0, GENESIS)
NEWEST = select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
_HEAD = "head of the trail"
_MOST = 1000  # figures: a number or a few, names, or the ids of projects (16 kB for two thousand)
_kept: WeakKeyDictionary[Engine, OrderedDict[Any, tuple[Head, Any]]] = WeakKeyDictionary()
_turns: WeakValueDictionary[Any, Any] = WeakValueDictionary()  # a lock for each figure that is asked for now
_guard = Lock()


def figure(count: Callable[[], Made], what: str, *about: Hashable, actor: Actor) -> Made:
    """What `count` gives, for this reader and `about` this; one statement when it is kept. It must rest on nothing else
    but what is committed and the day of today. Of several who ask at once one counts and the others wait."""
    if db.session.info.get("writing") or db.session.info.get("audit"):  # an act that is not committed yet
        return count()
    # The place is asked for first: what is committed in between is counted under a place that nobody asks for again.
    found, now = _of(db.engine), head()
    key = what, about, actor.id, actor.roles, actor.stands_for, clock.today()
    with _turn(db.engine, key):
        with _guard:
            at, made = found.pop(key, (None, None))
        if at != now:
            made = count()
        with _guard:
            found[key] = (now, made)
            while len(found) > _MOST:
                found.popitem(last=False)
    return made  # type: ignore[return-value]


def _turn(*whose: Hashable) -> Any:
    """The lock of a figure, as long as anybody holds it or waits for it."""
    with _guard:
        return _turns.setdefault(whose, Lock())


def head() -> Head:
    """The last place of the trail, asked for once in a transaction."""
    if _HEAD not in db.session.info:
        row = db.session.execute(NEWEST).first()
        db.session.info[_HEAD] = (row.seq, row.hash) if row else NO_HEAD
    found: Head = db.session.info[_HEAD]
    return found


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_HEAD, None)


def _of(engine: Engine) -> OrderedDict[Any, tuple[Head, Any]]:
    with _guard:
        return _kept.setdefault(engine, OrderedDict())
