"""Where an ask stands on agendas, as far as the reader may see; and the coming meetings of One Table."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import AgendaItem, Committee, Meeting
from kangjiansheng.committee.queries.visible import published, sees_item, sees_meeting
from kangjiansheng.committee.rules.suggestions import ASK, TABLE
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db


def items_of(ask_id: int, *, actor: Actor) -> list[AgendaItem]:
    """The items that an ask has become, the newest meeting first."""
    query = (
        select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(AgendaItem.source == f"{ASK}{ask_id}", sees_item(actor))
        .options(joinedload(AgendaItem.meeting).joinedload(Meeting.committee))
        .order_by(Meeting.held_on.desc())
    )
    return list(db.session.scalars(query))


def next_meeting(*, actor: Actor) -> Meeting | None:
    """The next meeting of One Table that the actor may see."""
    query = (
        select(Meeting)
        .join(Meeting.committee)
        .where(
            Committee.kind == TABLE,
            Meeting.life == "planned",
            Meeting.held_on >= clock.today(),
            published(actor),
            sees_meeting(actor),
        )
        .options(joinedload(Meeting.committee))
        .order_by(Meeting.held_on)
        .limit(1)
    )
    return db.session.scalar(query)


def tables() -> list[Committee]:
    """The committees that hold meetings of One Table."""
    return list(db.session.scalars(select(Committee).where(Committee.kind == TABLE).order_by(Committee.code)))
