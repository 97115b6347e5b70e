"""The forecast with its scoreboard as it was reckoned last, kept until something was written or its reader may see
other projects.

The trail says whether something was written: nothing of what a forecast takes changes without an act, and each act gets
its place there. People who sign in do not write. Which projects the reader may see is asked each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, or_, select

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.kept import Kept
from kangjiansheng.overview.queries.forecast import Named, read
from kangjiansheng.overview.rules.forecast import whole
from kangjiansheng.overview.rules.forecast.record import Record
from kangjiansheng.overview.rules.forecast.runs import SEED
from kangjiansheng.projects.queries import reach
from kangjiansheng.projects.queries.ledgers import Head

_MOST = 16


@dataclass(frozen=True, slots=True)
class Foretold:
    """A forecast, how such forecasts did, and how the milestones that it names are called."""

    forecast: whole.Foresight
    record: Record
    named: Mapping[int, Named]
    has_projects: bool
    illustrative: bool  # whether a row that it rests on is


class _Memory(Kept[Foretold]):
    """What one process has reckoned of one database; `looked` is the last place of its trail at which somebody looked,
    and the last one up to there at which something was written."""

    def __init__(self) -> None:
        super().__init__(_MOST)
        self.looked: tuple[Head, Head] | None = None

    def written(self, head: Head) -> Head:
        """The last place of the trail up to `head` from which a forecast may be another one."""
        looked = self.looked
        if looked is not None and looked[0] == head:
            return looked[1]
        found = looked[1] if looked is not None and _unwritten(looked[0]) else head
        self.looked = head, found
        return found


def _unwritten(since: Head) -> bool:
    """True when the trail still has a place, and after it no act of which a forecast knows."""
    seq, hash_ = since
    besides = or_(AuditEntry.act.startswith("accounts:"), AuditEntry.act.startswith("overview:"))
    query = select(AuditEntry.seq, AuditEntry.hash).where(
        AuditEntry.seq >= seq, or_(AuditEntry.seq == seq, ~besides)
    )
    return [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.seq).limit(2))] == [
        (seq, hash_)
    ]


_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()


def foretold(*, actor: Actor, as_of: date | None, seed: int = SEED) -> Foretold:
    """The forecast over what the actor sees at the end of a day (now for None). One or two statements when it is kept."""
    head, projects = reach(actor=actor)
    memory = _memories.setdefault(db.engine, _Memory())
    key = (memory.written(head), tuple(sorted(projects)), as_of or clock.today(), seed)
    return memory.get(key, lambda: _reckoned(actor, as_of, seed))


def _reckoned(actor: Actor, as_of: date | None, seed: int) -> Foretold:
    found = read(actor=actor, as_of=as_of)
    made = whole.foresee(found.ledger, seed=seed)
    named = {one.node.id: found.named[one.node.id] for one in made.expected}
    record = whole.recorded(found.ledger, seed=seed)
    return Foretold(made, record, named, bool(found.named), found.illustrative)
