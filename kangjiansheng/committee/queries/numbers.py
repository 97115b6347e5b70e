"""Whose a number of minutes is."""

from sqlalchemy import or_, select

from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.queries.visible import sees_meeting
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def has_number(committee: Committee, number: str, *, actor: Actor) -> Meeting | None:
    """A meeting whose minutes have a number already: of this committee, or one that the actor sees. Each committee keeps a
    register of its own: that one which is closed to her gave the same number is not said."""
    query = select(Meeting).where(
        Meeting.minutes_no == number, or_(Meeting.committee_id == committee.id, sees_meeting(actor))
    )
    return db.session.scalar(query.order_by(Meeting.id).limit(1))
