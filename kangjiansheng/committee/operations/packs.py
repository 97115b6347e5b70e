"""Freezing the pack of a meeting."""

from sqlalchemy import func, select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import Meeting, MeetingPack, PackItem
from kangjiansheng.committee.operations.locks import open_facts
from kangjiansheng.committee.operations.publishing import is_coming, people_of
from kangjiansheng.committee.queries.packs import gathered
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain, sha256
from kangjiansheng.core.errors import RuleBroken


def freeze(meeting: Meeting, *, actor: Actor) -> MeetingPack:
    """Keep agenda, papers, what moved and what is open as they stand now. Nothing of it follows later changes.
    The members of a coming meeting are told; of a draft nobody is."""
    open_facts(meeting)
    db.session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    found, items = gathered(meeting)
    if not items:
        raise RuleBroken("committee:pack-empty")
    content = plain(found)
    query = select(func.max(MeetingPack.number)).where(MeetingPack.meeting_id == meeting.id)
    number = (db.session.scalar(query) or 0) + 1
    change = begin(actor=actor)
    pack = MeetingPack(
        meeting=meeting,
        number=number,
        content=content,
        sha256=sha256(content),
        frozen_at=change.recorded_at,
        change_set_id=change.id,
    )
    db.session.add(pack)
    db.session.flush()
    for position, item in enumerate(items, 1):
        db.session.add(PackItem(pack_id=pack.id, position=position, agenda_item_id=item))
    facts = {"number": number, "sha256": pack.sha256}
    record("committee:pack:freeze", meeting, actor=actor, before={}, after=facts, change=change)
    if is_coming(meeting):
        notices.pack_frozen(meeting, people_of(meeting), number, actor=actor)
    return pack


def note_export(meeting_id: int, number: int, *, actor: Actor) -> None:
    """Leave in the trail that somebody took a pack away."""
    meeting = db.session.get_one(Meeting, meeting_id)
    record("committee:pack:export", meeting, actor=actor, before={}, after={"number": number})
