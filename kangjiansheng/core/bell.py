"""What the bell shows to one person. A notice outlives the right to read: the words of one whose thing the person may not
see any more are told no longer."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox

MOST = 100
Door = Callable[[Actor, Collection[str]], Collection[str]]
_doors: dict[re.Pattern[str], Door] = {}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in the reader's language; one of a thing that is closed to her leads nowhere."""

    id: int
    subject: str
    text: str
    address: str
    created_at: datetime
    read_at: datetime | None


def doors(known: Mapping[str, Door]) -> None:
    """Make known which of these keys somebody sees, by the pattern of addresses whose first group is the key."""
    _doors.update({re.compile(pattern): door for pattern, door in known.items()})


def shown(*, actor: Actor) -> list[Notice]:
    """The notices of a person, newest first; one statement more for each kind of thing that they are about."""
    query = select(Notification).where(Notification.person_id == actor.id).order_by(Notification.id.desc())
    rows = list(db.session.scalars(query.limit(MOST)))
    closed = _closed({address for row in rows for address in _about(row)}, actor)
    return [_notice(row, closed=not closed.isdisjoint(_about(row))) for row in rows]


def is_closed(told: Notification | Outbox, *, actor: Actor) -> bool:
    """Whether something that a notice or a mail names is not the actor's to see any more."""
    return bool(_closed(set(_about(told)), actor))


def _about(row: Notification | Outbox) -> Collection[str]:
    """The pages of what a notice names: of the thing that it leads to, or of all things of a list."""
    found: Collection[str] = row.facts.get("about") or (row.address,)
    return found


def _closed(addresses: Collection[str], actor: Actor) -> set[str]:
    """Those of these addresses that lead to what the actor does not see."""
    found: set[str] = set()
    for pattern, door in _doors.items():
        keys = {address: match[1] for address in addresses if (match := pattern.match(address))}
        seen = door(actor, set(keys.values())) if keys else ()
        found |= {address for address, key in keys.items() if key not in seen}
    return found


def _notice(row: Notification, *, closed: bool) -> Notice:
    subject, text, address = _("这条通知所说的内容已不对您开放，或已不在"), "", ""
    if not closed:
        (subject, text), address = outbox.words_of(row.template, row.facts), row.address
    return Notice(row.id, subject, text, address, row.created_at, row.read_at)
