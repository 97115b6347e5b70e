"""What waits for a meeting. Like an item of an agenda it is seen by who reads the committee and by who sees its
project, but for those who were recused from it on the agenda that it was put back from."""

from sqlalchemy import ColumnElement, and_, literal, or_, select, true
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import RECUSAL, BacklogItem, Committee
from kangjiansheng.committee.queries.visible import came_from_others, memberships
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.queries import visible_projects


def waiting(committee: Committee, *, actor: Actor) -> list[BacklogItem]:
    """The waiting items of a committee that the actor may see, the oldest first."""
    query = (
        select(BacklogItem)
        .where(_waits(committee.id, actor))
        .options(
            joinedload(BacklogItem.project),
            joinedload(BacklogItem.presenting),
            joinedload(BacklogItem.proposed_by),
        )
        .order_by(BacklogItem.proposed_at, BacklogItem.id)
    )
    return [item for item in db.session.scalars(query) if not withheld(item, actor)]


def ids(committee_id: int, *, actor: Actor) -> list[int]:
    """The keys of the same; one statement."""
    items = db.session.scalars(
        select(BacklogItem).where(_waits(committee_id, actor)).order_by(BacklogItem.id)
    )
    return [item.id for item in items if not withheld(item, actor)]


def _waits(committee_id: int, actor: Actor) -> ColumnElement[bool]:
    of_project = BacklogItem.project_id.in_(visible_projects(actor))
    return and_(
        BacklogItem.committee_id == committee_id,
        BacklogItem.life == "waiting",
        or_(reads_committee(committee_id, actor), of_project & ~came_from_others(BacklogItem, actor)),
    )


def reads_committee(committee_id: int, actor: Actor) -> ColumnElement[bool]:
    """The condition that everything of a committee is open to the actor but what recusal takes."""
    return true() if actor.reads_all else literal(committee_id).in_(memberships(actor))


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
