"""How the minutes of the meetings of a list stand, or stood at the end of a past day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Self

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from kangjiansheng.committee.models import DraftVersion, Meeting, Minutes, Signature
from kangjiansheng.committee.rules.signing import CONSENTS
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Revision, states_at
from kangjiansheng.core.db import db


@dataclass(frozen=True)
class Stand:
    """How minutes stood: their life, and how many had approved the draft that was under review."""

    life: str
    approvals: int = 0


@dataclass(frozen=True)
class Planned:
    """The day of a meeting and its life; `unsaid` where its day is over and nobody has said that it was held."""

    held_on: date
    life: str
    unsaid: bool

    @classmethod
    def on(cls, day: date, held_on: date, life: str) -> Self:
        """As they are told on a day."""
        return cls(held_on, life, unsaid=life == "planned" and held_on < day)


def planned(meetings: Sequence[Meeting], *, until: datetime | None = None) -> dict[int, Planned]:
    """Day and life of meetings by key, as they are or were at the end of a past day, which costs one statement."""
    then = states_at(Meeting, [one.id for one in meetings], until) if until and meetings else {}
    day = clock.day_of(until) if until else clock.today()
    return {
        one.id: Planned.on(day, date.fromisoformat(then[one.id]["held_on"]), then[one.id]["life"])
        if one.id in then
        else Planned.on(day, one.held_on, one.life)
        for one in meetings
    }


def stands(meetings: Sequence[Meeting], *, until: datetime | None = None) -> dict[int, Stand]:
    """By the key of the meeting; one that had no minutes is left out. One statement, of a past day two."""
    known = _lives(meetings, until)
    given = _approvals([m.minutes.id for m in meetings if m.minutes], until)
    found = dict[int, Stand]()
    for one in meetings:
        life, number = known.get(one.id, ("", 0))
        if one.minutes and life:
            found[one.id] = Stand(life, given.get((one.minutes.id, number), 0) if life == "review" else 0)
    return found


def lives(meetings: Sequence[Meeting], *, until: datetime | None = None) -> list[str]:
    """The same in the order of the meetings without the approvals: "" where there were no minutes."""
    known = _lives(meetings, until)
    return [known.get(m.id, ("", 0))[0] for m in meetings]


def _lives(meetings: Sequence[Meeting], until: datetime | None) -> dict[int, tuple[str, int]]:
    """The life of minutes and the draft that counted, by the key of the meeting."""
    known = {m.id: m.minutes for m in meetings if m.minutes}
    if until is None:
        return {key: (one.life, one.current_draft) for key, one in known.items()}
    then = states_at(Minutes, [one.id for one in known.values()], until)
    return {key: _then(one, then.get(one.id)) for key, one in known.items()}


def _then(minutes: Minutes, state: dict[str, str | int] | None) -> tuple[str, int]:
    """The life and the draft that a revision holds. What a source tells stood from when its meeting was known."""
    if minutes.life == "record":
        return minutes.life, 0
    return (str(state["life"]), int(state["current_draft"])) if state else ("", 0)


def _approvals(minutes: list[int], until: datetime | None) -> dict[tuple[int, int], int]:
    """How many approved each draft, by minutes and number."""
    query = _approved()
    if until is not None:
        query = query.where(Signature.signed_at <= until)
    return {(row[0], row[1]): row[2] for row in db.session.execute(query, {"minutes": minutes})}


@cache
def _approved() -> Select[int, int, int]:
    of_these = DraftVersion.minutes_id.in_(bindparam("minutes", expanding=True))
    return (
        select(DraftVersion.minutes_id, DraftVersion.number, func.count(Signature.id))
        .join(Signature, Signature.draft_version_id == DraftVersion.id)
        .where(of_these, Signature.meaning.in_(CONSENTS))
        .group_by(DraftVersion.minutes_id, DraftVersion.number)
    )


def stood_at(until: datetime) -> ColumnElement[bool]:
    """The condition that minutes stood at an instant; what a source tells, from when the meeting was known."""
    known = select(Revision.thing_id).where(Revision.thing == "meeting", Revision.effective_at <= until)
    record = and_(Minutes.life == "record", Minutes.meeting_id.in_(known))
    return or_(Minutes.approved_at <= until, record)


def stood(meeting_id: int, until: datetime) -> bool:
    """Whether the minutes of a meeting stood at the end of a past day."""
    query = select(Minutes.id).where(Minutes.meeting_id == meeting_id, stood_at(until))
    return db.session.scalar(query) is not None
