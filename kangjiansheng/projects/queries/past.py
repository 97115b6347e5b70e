"""What has been changed in plans since a past day, to be taken back from what stands today.

Names, durations, dependencies and clock stops have no ledger of their own: each change of them stands in the trail
with what was there before it. Undone from the newest to the oldest they give what stood then.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, select

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.rules.schedule import Stop

SCHEDULED, STOPPED, STARTED = (f"projects:milestone:{act}" for act in ("schedule", "stop", "start"))
NAMES = ("name_hans", "name_hant", "name_en")


@dataclass(slots=True)
class Since:
    """What was changed of one milestone since a day: the facts as they stood (names, duration, unit, waits), and
    its clock stops newest first, each with whether it was begun or ended and on which day."""

    facts: dict[str, Any] = field(default_factory=dict)
    stops: list[tuple[str, date | None]] = field(default_factory=list)

    @property
    def waits(self) -> list[tuple[str, int, str]] | None:
        """For whom it waited: code, lag and unit; None when that has not changed."""
        found = self.facts.get("waits")
        return None if found is None else [(code, lag, unit) for code, lag, unit in found]


def with_changes(query: Select[Any], day: date) -> Select[Any]:
    """A statement about milestones, in its order, with a line for each change of them since the end of a day."""
    return (
        query.add_columns(
            AuditEntry.act.label("past_act"),
            AuditEntry.before.label("past_before"),
            AuditEntry.after.label("past_after"),
        )
        .outerjoin(
            AuditEntry,
            and_(
                AuditEntry.thing == Milestone.__tablename__,
                AuditEntry.thing_id == Milestone.id,
                AuditEntry.act.in_((SCHEDULED, STOPPED, STARTED)),
                AuditEntry.recorded_at > clock.end_of(day),
            ),
        )
        .order_by(AuditEntry.seq.desc())
    )


def named_then(day: date) -> dict[int, dict[str, Any]]:
    """Of each milestone whose names, durations or waits have been changed since the end of a day what they were."""
    changes = select(AuditEntry.thing_id, AuditEntry.before).where(
        AuditEntry.thing == Milestone.__tablename__,
        AuditEntry.act == SCHEDULED,
        AuditEntry.recorded_at > clock.end_of(day),
    )
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for key, before in db.session.execute(changes.order_by(AuditEntry.seq.desc())):
        found[key] |= before
    return found


def gathered(rows: Iterable[Row[Any]]) -> tuple[list[Row[Any]], dict[int, Since]]:
    """From the lines of `with_changes` one row for each milestone, and what was changed of it."""
    first: dict[int, Row[Any]] = {}
    found: dict[int, Since] = defaultdict(Since)
    for row in rows:
        first.setdefault(row.id, row)
        if row.past_act == SCHEDULED:
            found[row.id].facts |= row.past_before
        elif row.past_act:
            text = row.past_after.get("first" if row.past_act == STOPPED else "last")
            found[row.id].stops.append((row.past_act, date.fromisoformat(text) if text else None))
    return list(first.values()), dict(found)


def stops_then(stops: Iterable[Stop], since: Since | None) -> list[Stop]:
    """The clock stops of a milestone as they were known, from those of today."""
    found = list(stops)
    for act, day in since.stops if since else ():
        for n in reversed(range(len(found))):
            if act == STARTED and found[n].last == day:
                found[n] = replace(found[n], last=None)
                break
            if act == STOPPED and found[n].first == day:
                del found[n]
                break
    return found


def named(row: Any, since: Since | None) -> dict[str, Any]:
    """Names, duration and unit of a milestone as they stood."""
    now = {
        "name_hans": row.name_hans,
        "name_hant": row.name_hant,
        "name_en": row.name_en,
        "duration": row.duration,
        "unit": row.unit,
    }
    return {key: since.facts.get(key, value) for key, value in now.items()} if since else now
