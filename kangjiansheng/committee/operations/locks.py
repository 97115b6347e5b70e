"""What may still be changed: asked under the lock of the minutes, so that nobody signs another text meanwhile."""

from sqlalchemy import select

from kangjiansheng.committee.models import Meeting, Minutes
from kangjiansheng.committee.rules import locks
from kangjiansheng.committee.rules.meetings import UNPUBLISHED
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken


def locked(minutes: Minutes) -> Minutes:
    """The minutes as they stand now, held against other writers until the end of the transaction."""
    db.session.execute(select(Minutes.id).where(Minutes.id == minutes.id).with_for_update())
    db.session.refresh(minutes)
    return minutes


def draft_only(minutes: Minutes) -> Minutes:
    """The minutes, locked; refused unless they are a draft."""
    _refuse(locks.text_lock(locked(minutes).life))
    return minutes


def open_facts(meeting: Meeting) -> Meeting:
    """The meeting, when its facts may be changed: nobody has been asked to sign them yet."""
    if meeting.minutes is not None:
        locked(meeting.minutes)
    _refuse(facts_lock(meeting))
    return meeting


def open_room(meeting: Meeting) -> Meeting:
    """The same, held against others who change who takes part, or close a vote. The minutes first, as everywhere; there may
    be none yet."""
    open_facts(meeting)
    db.session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update(key_share=True))
    return meeting


def facts_lock(meeting: Meeting) -> str | None:
    """Why date, place, attendance and agenda stand; None when they may be changed."""
    return locks.facts_lock(meeting.life, meeting.minutes.life if meeting.minutes else None, meeting.source)


def _refuse(code: str | None) -> None:
    if code is not None:
        raise RuleBroken(code)


def published(meeting: Meeting) -> Meeting:
    """The meeting, when it is one: what is still a draft is neither held nor written up."""
    if meeting.life == UNPUBLISHED:
        raise RuleBroken("committee:not-published")
    return meeting
