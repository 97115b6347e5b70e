"""Later milestones that move along with one: in the same act, each with its own ledger entry."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import Milestone, MilestoneEntry
from kangjiansheng.projects.operations.saying import write
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.queries.schedule import Spread
from kangjiansheng.projects.rules.schedule import Follow


def carry(
    spreads: Iterable[Spread],
    follow: Follow,
    *,
    actor: Actor,
    change: ChangeSet,
    reason_code: str | None,
) -> list[MilestoneEntry]:
    """Move what has to follow milestones that come on other days, in the way of `follow`; call it before these change.

    A follower that somebody else answers for gets its new date as a proposal.
    """
    standing = policies.standing(actor)
    made = []
    for spread in spreads:
        rows = {row.id: row for row in spread.rows}
        for effect in spread.moved:
            row, to = rows[effect.id], effect.day(follow)
            if to == effect.before:
                continue
            confirmed = standing.may_confirm(row.plan_id, row.owner_id)
            made.append(_follow(row, to, confirmed, actor=actor, change=change, reason_code=reason_code))
    return made


def _follow(
    milestone: Milestone,
    to: date,
    confirmed: bool,
    *,
    actor: Actor,
    change: ChangeSet,
    reason_code: str | None,
) -> MilestoneEntry:
    state = replace(state_of(milestone), reason_code=reason_code)
    new = replace(state, forecast=to, proposed=None) if confirmed else replace(state, proposed=to)
    return write(
        milestone, new, "follow", "projects:milestone:follow", actor=actor, change=change, later=True
    )
