"""A meeting as it is shown on the wall: one item, what it took, and what somebody in the room may not see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from kangjiansheng.committee.models import Action, AgendaItem, Decision, Meeting, Motion, Recusal
from kangjiansheng.committee.queries import floor, taken
from kangjiansheng.committee.queries.visible import sees_action, sees_decision
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


@dataclass
class Slide:
    """One item on the wall. `hides` is empty, `all` while somebody is in the room who may not see the item, or
    `outcome` while somebody is there who may see what is discussed but not what comes of it."""

    item: AgendaItem
    room: floor.ItemInRoom
    inside: list[Recusal]
    outside: list[Recusal]
    motions: list[Motion]
    decisions: list[Decision]
    actions: list[Action]

    @property
    def hides(self) -> str:
        """What may not be shown now."""
        if any(row.kind == "whole" for row in self.inside):
            return "all"
        return "outcome" if self.inside else ""

    @property
    def gone(self) -> list[Recusal]:
        """The recused who were here and stepped out, and may be called back in."""
        return [row for row in self.outside if row.left_at is not None and row.returned_at is None]

    @property
    def never_here(self) -> list[Recusal]:
        """The recused who are not in the room, without having stepped out of it."""
        return [row for row in self.outside if row not in self.gone]

    @property
    def running(self) -> bool:
        """True while the meeting is at this item."""
        return self.item.opened_at is not None and self.item.closed_at is None

    @property
    def taken(self) -> timedelta | None:
        """How long the item has taken so far; None before it was opened."""
        return spent(self.item, clock.now())

    @property
    def over(self) -> timedelta:
        """How much longer than planned."""
        return (self.taken or timedelta()) - timedelta(minutes=self.item.minutes_planned)


def slide(meeting: Meeting, item: AgendaItem, *, actor: Actor) -> Slide:
    """An item as the actor may show it."""
    room = floor.in_room(meeting, [item])[item.id]
    out = [row for row in room.recusals if row.kind in floor.presence.OUT]
    inside = [row for row in out if is_inside(meeting, row)]
    decided = select(Decision).join(Decision.meeting)
    decided = decided.where(Decision.agenda_item_id == item.id, sees_decision(actor))
    acted = select(Action).join(Action.meeting)
    acted = acted.where(Action.agenda_item_id == item.id, sees_action(actor))
    return Slide(
        item,
        room,
        inside,
        [row for row in out if row not in inside],
        [m for m in taken.motions_of(meeting) if m.agenda_item_id == item.id],
        list(db.session.scalars(decided.order_by(Decision.id))),
        list(db.session.scalars(acted.order_by(Action.number))),
    )


def is_inside(meeting: Meeting, recusal: Recusal) -> bool:
    """True while a recused member is in the room or on the line: they have come, and have not stepped out."""
    now = clock.now()
    away = recusal.left_at is not None and recusal.left_at <= now
    if away and (recusal.returned_at is None or recusal.returned_at > now):
        return False
    return recusal.person_id in floor.room_of(meeting).there(now)


def spent(item: AgendaItem, now: datetime) -> timedelta | None:
    """How long an item took, or has taken so far."""
    return (item.closed_at or now) - item.opened_at if item.opened_at is not None else None


def behind(items: list[AgendaItem]) -> timedelta:
    """How much longer than planned the items took that were opened; the one that runs counts once it is over."""
    now, found = clock.now(), timedelta()
    for item in items:
        took = spent(item, now)
        if took is not None:
            more = took - timedelta(minutes=item.minutes_planned)
            found += max(more, timedelta()) if item.closed_at is None else more
    return found
