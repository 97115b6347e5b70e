"""Proposals beside an agenda that somebody set aside: for this meeting they are not shown again."""

from sqlalchemy import delete, select

from kangjiansheng.committee.models import Dismissal, Meeting
from kangjiansheng.committee.operations.locks import open_facts
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db


def dismiss(meeting: Meeting, source: str, *, actor: Actor) -> None:
    """Set a proposal aside for this meeting."""
    open_facts(meeting)
    known = select(Dismissal.id).where(Dismissal.meeting_id == meeting.id, Dismissal.source == source)
    if db.session.scalar(known):
        return
    db.session.add(Dismissal(meeting_id=meeting.id, source=source, person_id=actor.id, at=clock.now()))
    record("committee:proposal:dismiss", meeting, actor=actor, before={}, after={"source": source})


def restore(meeting: Meeting, *, actor: Actor) -> None:
    """Show all of them again."""
    open_facts(meeting)
    db.session.execute(delete(Dismissal).where(Dismissal.meeting_id == meeting.id))
    record("committee:proposal:restore", meeting, actor=actor, before={}, after={"source": "*"})
