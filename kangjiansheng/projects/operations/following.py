"""Later milestones that move along with one: in the same act, each with its own ledger entry."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import Milestone, MilestoneEntry
from kangjiansheng.projects.operations.saying import write
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.queries.schedule import effects


def carry(
    milestone: Milestone, to: date, *, actor: Actor, change: ChangeSet, reason_code: str | None
) -> list[MilestoneEntry]:
    """Move what has to follow a milestone that comes on another day; call it before that one changes.

    A follower that somebody else answers for gets its new date as a proposal.
    """
    found = {effect.id: effect.after for effect in effects(milestone, to)}
    rows = db.session.scalars(
        select(Milestone).where(Milestone.id.in_(found)).order_by(Milestone.position, Milestone.id)
    )
    return [_follow(row, found[row.id], actor=actor, change=change, reason_code=reason_code) for row in rows]


def _follow(
    milestone: Milestone, to: date, *, actor: Actor, change: ChangeSet, reason_code: str | None
) -> MilestoneEntry:
    state = replace(state_of(milestone), reason_code=reason_code)
    if policies.confirm(actor, milestone):
        new = replace(state, forecast=to, proposed=None)
    else:
        new = replace(state, proposed=to)
    return write(milestone, new, "follow", "projects:milestone:follow", actor=actor, change=change)
