"""Templates and series: for those who keep the committee."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import AgendaTemplate, Committee, Meeting, MeetingSeries
from kangjiansheng.committee.queries.visible import kept, sees_meeting
from kangjiansheng.committee.rules.meetings import DISCARDED
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def templates(committee_id: int) -> list[AgendaTemplate]:
    """The templates of a committee that are offered."""
    query = select(AgendaTemplate).where(
        AgendaTemplate.committee_id == committee_id, AgendaTemplate.archived_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(AgendaTemplate.name_hans, AgendaTemplate.id)))


def template(*, actor: Actor, code: str, number: int) -> AgendaTemplate | None:
    """One template by its key."""
    query = (
        select(AgendaTemplate)
        .join(Committee)
        .where(
            Committee.code == code,
            AgendaTemplate.id == number,
            AgendaTemplate.archived_at.is_(None),
            Committee.id.in_(kept(actor)),
        )
        .options(joinedload(AgendaTemplate.committee))
    )
    return db.session.scalar(query)


def all_series(committee_id: int) -> list[MeetingSeries]:
    """The series of a committee, the newest first."""
    query = select(MeetingSeries).where(MeetingSeries.committee_id == committee_id)
    return list(db.session.scalars(query.order_by(MeetingSeries.id.desc())))


def series(*, actor: Actor, code: str, number: int) -> MeetingSeries | None:
    """One series by its key."""
    query = (
        select(MeetingSeries)
        .join(Committee)
        .where(Committee.code == code, MeetingSeries.id == number, Committee.id.in_(kept(actor)))
        .options(joinedload(MeetingSeries.committee))
    )
    return db.session.scalar(query)


def meetings(series: MeetingSeries, *, actor: Actor) -> list[Meeting]:
    """The meetings of a series that were not given up, by day."""
    query = select(Meeting).where(
        Meeting.series_id == series.id, Meeting.life != DISCARDED, sees_meeting(actor)
    )
    return list(db.session.scalars(query.order_by(Meeting.held_on)))
