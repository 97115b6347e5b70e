"""What waits for a meeting. Like an item of an agenda it is seen by who reads the committee and by who sees its
project, but for those who were recused from it on the agenda that it was put back from."""

from sqlalchemy import or_, select, true
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import RECUSAL, BacklogItem, Committee
from kangjiansheng.committee.queries.visible import came_from_others, memberships
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.queries import visible_projects


def waiting(committee: Committee, *, actor: Actor) -> list[BacklogItem]:
    """The waiting items of a committee that the actor may see, the oldest first."""
    reader = true() if actor.reads_all else BacklogItem.committee_id.in_(memberships(actor))
    of_project = BacklogItem.project_id.in_(visible_projects(actor))
    query = (
        select(BacklogItem)
        .where(
            BacklogItem.committee_id == committee.id,
            BacklogItem.life == "waiting",
            or_(reader, of_project & ~came_from_others(BacklogItem, actor)),
        )
        .options(
            joinedload(BacklogItem.project),
            joinedload(BacklogItem.presenting),
            joinedload(BacklogItem.proposed_by),
        )
        .order_by(BacklogItem.proposed_at, BacklogItem.id)
    )
    return [item for item in db.session.scalars(query) if not withheld(item, actor)]


def withheld(item: BacklogItem, actor: Actor) -> bool:
    """True when the actor was recused from all of it."""
    rows = [dict(zip(RECUSAL, row, strict=True)) for row in item.recusals]
    return any(row["person_id"] == actor.id and row["kind"] == "whole" for row in rows)


def backlog_item(*, actor: Actor, code: str, number: int) -> BacklogItem | None:
    """One of them by its key."""
    committee = db.session.scalar(
        select(Committee).where(Committee.code == code, Committee.archived_at.is_(None))
    )
    found = waiting(committee, actor=actor) if committee else []
    return next((item for item in found if item.id == number), None)
