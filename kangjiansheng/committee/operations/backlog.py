"""Items that wait for a meeting: proposed, taken into an agenda, put back from one, dropped."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import (
    RECUSAL,
    AgendaItem,
    BacklogItem,
    Committee,
    Interest,
    Meeting,
    Paper,
    Recusal,
)
from kangjiansheng.committee.operations import effects, off_agenda, tabled
from kangjiansheng.committee.operations.locks import open_facts
from kangjiansheng.committee.operations.meetings import append, check_gate, check_kind, take_off
from kangjiansheng.committee.operations.publishing import is_coming
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def propose(committee: Committee, *, actor: Actor, name_hans: str, kind: str, **fields: Any) -> BacklogItem:
    """Put an item among those that wait, and tell those who keep the committee. The notice does not name it: it would
    outlive the right to read of it."""
    check_kind(kind)
    check_gate(kind, fields.get("project_id"), fields.get("gate_id"), committee)
    item = BacklogItem(
        committee=committee,
        name_hans=name_hans,
        kind=kind,
        proposed_by_id=actor.id,
        proposed_at=clock.now(),
        **fields,
    )
    db.session.add(item)
    db.session.flush()
    record("committee:backlog:propose", item, actor=actor, before={})
    notices.backlog_proposed(committee, committee.keepers_on(clock.today()), actor=actor)
    return item


def drop(item: BacklogItem, *, actor: Actor) -> None:
    """Take an item out of those that wait."""
    _waiting(item)
    before = item.state()
    item.life = "dropped"
    record("committee:backlog:drop", item, actor=actor, before=before)


def take(meeting: Meeting, items: Sequence[BacklogItem], *, actor: Actor) -> None:
    """Put waiting items at the end of an agenda, with their papers and what was decided about recusals."""
    open_facts(meeting)
    before, made = meeting.state(), []
    for item in items:
        if _waiting(item).committee_id != meeting.committee_id:
            raise RuleBroken("committee:backlog-gone")
        made.append(append(meeting, source=item.source, **item.content()))
    db.session.flush()
    change = record("committee:item:add", meeting, actor=actor, before=before)
    tabled.table(made, actor=actor, change=change)
    for item, row in zip(items, made, strict=True):
        was = item.state()
        item.life = "taken"
        record("committee:backlog:take", item, actor=actor, before=was, change=change)
        _recuse(row, item.recusals)
        _move_papers(Paper.backlog_item_id == item.id, item=row.id, waiting=None)
        if is_coming(meeting):
            notices.to_decide(row, change=change)
    db.session.flush()


def put_back(item: AgendaItem, *, actor: Actor) -> BacklogItem:
    """Take an item from an agenda and keep it for a later meeting, with its papers and recusals."""
    open_facts(item.meeting)
    kept = _kept(item, actor=actor)
    change = take_off(item, "committee:item:put-back", actor=actor)
    record("committee:backlog:propose", kept, actor=actor, before={}, change=change)
    return kept


def _kept(item: AgendaItem, *, actor: Actor) -> BacklogItem:
    """What waits in place of an item that leaves its agenda."""
    kept = BacklogItem(
        committee_id=item.meeting.committee_id,
        recusals=recusals_of(item.id),
        proposed_by_id=actor.id,
        proposed_at=clock.now(),
        source=item.source,
        **item.content(),
    )
    db.session.add(kept)
    db.session.flush()
    _move_papers(Paper.agenda_item_id == item.id, item=None, waiting=kept.id)
    return kept


def put_all_back(meeting: Meeting, items: Sequence[AgendaItem], *, actor: Actor, version: int | None) -> None:
    """Keep for a later meeting what a cancelled one was to deal with; one act."""
    _left_by(meeting, items, version)
    before = meeting.state()
    kept, change = [_kept(item, actor=actor) for item in items], begin(actor=actor)
    off_agenda.leave(meeting, items, actor=actor, change=change)
    record("committee:item:put-back", meeting, actor=actor, before=before, change=change)
    for one in kept:
        record("committee:backlog:propose", one, actor=actor, before={}, change=change)


def carry_over(
    meeting: Meeting, items: Sequence[AgendaItem], *, actor: Actor, version: int | None, to: Meeting
) -> None:
    """Put what a cancelled meeting was to deal with at the end of another agenda, as it stands: with papers, recusals, what
    was declared about it and the changes that it asks for. One act in both meetings."""
    _left_by(meeting, items, version)
    if to.committee_id != meeting.committee_id or not is_coming(open_facts(to)):
        raise RuleBroken("committee:not-planned", "to")
    effects.check_together(items, to)
    before, there = meeting.state(), to.state()
    last = max((item.position for item in to.items), default=0)
    for place, item in enumerate(items, last + 1):
        item.position = place
        to.items.append(item)
    db.session.flush()
    db.session.expire(meeting, ["items"])
    change = record("committee:item:carry-over", meeting, actor=actor, before=before)
    record("committee:item:carry-over", to, actor=actor, before=there, change=change)
    of_items = Interest.agenda_item_id.in_([item.id for item in items])
    for interest in db.session.scalars(select(Interest).where(of_items).order_by(Interest.id)):
        was = interest.state()
        interest.meeting_id = to.id
        record("committee:interest:edit", interest, actor=actor, before=was, change=change)
    for item in items:
        notices.to_decide(item, change=change)


def _left_by(meeting: Meeting, items: Sequence[AgendaItem], version: int | None) -> None:
    """Refuse where a meeting is not cancelled, or nothing is left on its agenda."""
    expect(meeting, version)
    if meeting.life != "cancelled":
        raise RuleBroken("committee:not-cancelled")
    if not items or any(item.meeting_id != meeting.id for item in items):
        raise RuleBroken("committee:nothing-left")


def recusals_of(item_id: int) -> list[list[Any]]:
    """What was decided about an item and its people, as it goes along with what is made from the item."""
    rows = db.session.scalars(select(Recusal).where(Recusal.agenda_item_id == item_id).order_by(Recusal.id))
    return [[getattr(row, key) for key in RECUSAL] for row in rows]


def _recuse(item: AgendaItem, recusals: Sequence[Sequence[Any]]) -> None:
    for values in recusals:
        fields = dict(zip(RECUSAL, values, strict=True))
        db.session.add(Recusal(agenda_item_id=item.id, decided_at=clock.now(), **fields))


def _move_papers(which: ColumnElement[bool], *, item: int | None, waiting: int | None) -> None:
    for paper in db.session.scalars(select(Paper).where(which)):
        paper.agenda_item_id, paper.backlog_item_id = item, waiting
    db.session.flush()


def _waiting(item: BacklogItem) -> BacklogItem:
    if item.life != "waiting":
        raise RuleBroken("committee:backlog-gone")
    return item


def add_suggested(meeting: Meeting, rows: Sequence[dict[str, Any]], *, actor: Actor) -> None:
    """Put items at the end of the agenda that were proposed for it. What is made from another item (`origin`, its
    key) is withheld from the people from whom that one is."""
    open_facts(meeting)
    before, made = meeting.state(), []
    for fields in rows:
        origin = fields.pop("origin", None)
        made.append((append(meeting, **fields), recusals_of(origin) if origin else []))
    db.session.flush()
    change = record("committee:item:add", meeting, actor=actor, before=before)
    tabled.table([item for item, _recusals in made], actor=actor, change=change)
    for item, recusals in made:
        _recuse(item, recusals)
        if is_coming(meeting):
            notices.to_decide(item, change=change)
    db.session.flush()
