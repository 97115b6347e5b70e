"""A meeting as the rules of quorum and majority see it: who votes, who is there, who is recused from what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import (
    AgendaItem,
    Attendance,
    Committee,
    Decision,
    Mandate,
    Meeting,
    Presence,
    Recusal,
)
from kangjiansheng.committee.queries import taken
from kangjiansheng.committee.rules import presence, votes
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db


def charter_of(committee: Committee) -> presence.Charter:
    """The charter's settings for votes."""
    return presence.Charter(
        (committee.quorum_numerator, committee.quorum_denominator),
        committee.quorum_base,
        (committee.majority_numerator, committee.majority_denominator),
        committee.majority_over,
        committee.majority_base,
        committee.abstentions_count,
    )


def voters_of(meeting: Meeting, day: date | None = None) -> frozenset[int]:
    """The people whose seats vote on the meeting's day, or on another."""
    seats = meeting.committee.seats_on(day or meeting.held_on)
    return frozenset(m.person_id for m in seats if m.voting)


STAY, SEAT, MANDATE = "stay", "seat", "mandate"


@dataclass(frozen=True)
class Came:
    """Who takes part in a meeting, as rows: what each seat answered and was recorded as, the stays with times, and who is
    represented by whom."""

    seats: list[Row[Any]]
    stays: list[Row[Any]]
    mandates: list[Row[Any]]

    @property
    def recorded(self) -> bool:
        """True when it was written down, with times or afterwards, who was there."""
        return bool(self.stays) or any(row.mode for row in self.seats)


def came_to(meeting: Meeting) -> Came:
    """Who takes part in a meeting; one statement."""
    kinds: dict[str, list[Row[Any]]] = {SEAT: [], STAY: [], MANDATE: []}
    for row in db.session.execute(_came(), {"meeting": meeting.id}):
        kinds[row.kind].append(row)
    return Came(kinds[SEAT], kinds[STAY], kinds[MANDATE])


def room_of(meeting: Meeting, came: Came | None = None) -> presence.Room:
    """Who votes and who is there; before anybody was recorded, those who said that they come."""
    came = came or came_to(meeting)
    stays = tuple(presence.Stay(p.person_id, p.mode, p.came_at, p.left_at) for p in came.stays)
    there = {
        row.person_id
        for row in came.seats
        if (row.mode in ("on_site", "online") if came.recorded else row.answer in ("yes", "online"))
    }
    mandates = tuple((row.person_id, row.deputy_id) for row in came.mandates)
    return presence.Room(voters_of(meeting), stays, frozenset(there), mandates)


def expected(meeting: Meeting, came: Came) -> dict[int, str]:
    """Who has not come yet, as they answered: person → on_site or online. Who said no, and of whom it is recorded how they
    took part, is left out."""
    told = {row.person_id: row for row in came.seats}
    known = {row.person_id for row in came.stays} | {
        key for key, row in told.items() if row.mode or row.answer == "no"
    }
    return {
        m.person_id: "online" if m.person_id in told and told[m.person_id].answer == "online" else "on_site"
        for m in meeting.seated
        if m.person_id not in known
    }


def in_one_act(meeting: Meeting, change_id: int) -> list[Presence]:
    """The stays of which one act said that they began, or that they ended."""
    said = select(AuditEntry.thing_id).where(
        AuditEntry.change_set_id == change_id,
        AuditEntry.act.in_(("committee:presence:arrive", "committee:presence:leave")),
    )
    query = select(Presence).where(Presence.meeting_id == meeting.id, Presence.id.in_(said))
    return list(db.session.scalars(query.order_by(Presence.id)))


def spoken_of_since(change: ChangeSet, stays: Iterable[Presence]) -> bool:
    """Whether a later act said something of these stays."""
    later = select(AuditEntry.id).where(
        AuditEntry.thing == "presence",
        AuditEntry.thing_id.in_([stay.id for stay in stays]),
        AuditEntry.change_set_id > change.id,
    )
    return db.session.scalar(later.limit(1)) is not None


@cache
def _came() -> CompoundSelect[Any]:
    """Stays, attendance and mandates of a meeting: three kinds of rows that tell together who takes part."""
    nobody, never = cast(null(), Mandate.deputy_id.type), cast(null(), Presence.came_at.type)
    of: Any = bindparam("meeting")
    nothing = literal("")
    stays = select(
        literal(STAY).label("kind"),
        Presence.person_id,
        Presence.mode,
        nothing.label("answer"),
        nobody.label("deputy_id"),
        Presence.came_at,
        Presence.left_at,
        Presence.id,
    ).where(Presence.meeting_id == of)
    seats = select(
        literal(SEAT),
        Attendance.person_id,
        Attendance.mode,
        Attendance.answer,
        nobody,
        never,
        never,
        Attendance.id,
    ).where(Attendance.meeting_id == of)
    mandates = select(
        literal(MANDATE), Mandate.person_id, nothing, nothing, Mandate.deputy_id, never, never, Mandate.id
    ).where(Mandate.meeting_id == of)
    return union_all(stays, seats, mandates).order_by("kind", "came_at", "id")


def mandates_of(meeting: Meeting) -> tuple[tuple[int, int], ...]:
    """Who is represented by whom at a meeting."""
    query = select(Mandate.person_id, Mandate.deputy_id).where(Mandate.meeting_id == meeting.id)
    return tuple((row[0], row[1]) for row in db.session.execute(query.order_by(Mandate.id)))


def recusals_of(meeting: Meeting, *, anew: bool = False) -> dict[int, list[Recusal]]:
    """Who is recused from which item, by the item's key; `anew` for who has waited for others and knows earlier rows."""
    found: dict[int, list[Recusal]] = {}
    options = {"populate_existing": anew}
    for row in db.session.scalars(_recusals(), {"meeting": meeting.id}, execution_options=options):
        found.setdefault(row.agenda_item_id, []).append(row)
    return found


@cache
def _recusals() -> Select[Recusal]:
    return (
        select(Recusal)
        .join(AgendaItem, AgendaItem.id == Recusal.agenda_item_id)
        .where(AgendaItem.meeting_id == bindparam("meeting"))
        .options(joinedload(Recusal.person))
        .order_by(Recusal.id)
    )


def out_of(rows: Iterable[Recusal]) -> frozenset[int]:
    """Those who do not count for an item."""
    return frozenset(row.person_id for row in rows if row.kind in presence.OUT)


@dataclass
class ItemInRoom:
    """An item with its quorum: as it is (or was when the item ended), and how it went."""

    item: AgendaItem
    now: presence.Counted
    course: list[tuple[datetime, presence.Counted]]
    recusals: list[Recusal]

    @property
    def moved(self) -> bool:
        """True when the quorum changed while the item ran."""
        return len(self.course) > 1


def in_room(
    meeting: Meeting, items: Iterable[AgendaItem], room: presence.Room | None = None
) -> dict[int, ItemInRoom]:
    """The quorum of each of these items, by key; `room` where it is known already. Two statements at most, however many
    items."""
    charter, room, recused = charter_of(meeting.committee), room or room_of(meeting), recusals_of(meeting)
    found = {}
    for item in items:
        rows = recused.get(item.id, [])
        out = out_of(rows)
        way = _course(charter, room, out, item)
        ended = bool(way) and item.closed_at is not None
        now = way[-1][1] if ended else presence.count(charter, room, out, instant_of(meeting, room, item))
        found[item.id] = ItemInRoom(item, now, way, rows)
    return found


def instant_of(meeting: Meeting, room: presence.Room, item: AgendaItem) -> datetime | None:
    """When the quorum of an item that has not ended is asked for: now while people are there, else at its
    beginning; None (who was there at all) when no time is known."""
    if any(stay.left_at is None for stay in room.stays) and meeting.held_on == clock.today():
        return clock.now()
    return item.opened_at


def results(meeting: Meeting, decisions: Iterable[Decision]) -> dict[int, dict[str, Any]]:
    """What the charter makes of the votes of each decision, by key: result, votes needed, and from how many. Those
    without votes, and what a source told, have none; of a motion it is what was frozen when it was closed."""
    voted = [d for d in decisions if d.votes_for is not None]
    if not voted or meeting.source:
        return {}
    moved = taken.by_decision(meeting)
    return _counted(meeting, [d for d in voted if d.id not in moved]) | {
        d.id: moved[d.id] for d in voted if d.id in moved
    }


def _counted(meeting: Meeting, voted: list[Decision]) -> dict[int, dict[str, Any]]:
    if not voted:
        return {}
    charter, room = charter_of(meeting.committee), room_of(meeting)
    of_them = [item for item in meeting.items if item.id in {d.agenda_item_id for d in voted}]
    items = in_room(meeting, of_them, room)
    found = {}
    for decision in voted:
        one = items.get(decision.agenda_item_id or 0)
        counted = one.now if one else presence.count(charter, room, (), None)
        tally = votes.Tally(decision.votes_for or 0, decision.votes_against or 0, decision.abstentions or 0)
        made = votes.outcome(charter, counted, tally)
        found[decision.id] = {"result": made.result, "needed": made.needed, "base": made.base}
    return found


def _course(
    charter: presence.Charter, room: presence.Room, recused: frozenset[int], item: AgendaItem
) -> list[tuple[datetime, presence.Counted]]:
    if item.opened_at is None:
        return []
    return presence.course(charter, room, recused, item.opened_at, item.closed_at)
