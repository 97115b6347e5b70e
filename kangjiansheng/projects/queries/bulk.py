"""What one act on many milestones reads, with as many statements for many as for one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan
from kangjiansheng.projects.queries.owners import CODE, with_owner
from kangjiansheng.projects.queries.visible import visible_milestones
from kangjiansheng.projects.rules.bulk import BULK


def chosen(ids: Iterable[int], *, actor: Actor, lock: bool = False) -> list[Milestone]:
    """Milestones that the actor sees, with their plans and what these belong to, by its code and position.

    With `lock` nobody else can change them until the end of the transaction.
    """
    query = (
        with_owner(select(Milestone), load=True)
        .where(Milestone.id.in_(list(ids)), Milestone.id.in_(visible_milestones(actor)))
        .options(joinedload(Milestone.owner))
        .order_by(CODE, Milestone.position, Milestone.id)
    )
    if lock:
        query = query.with_for_update(of=Milestone).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class Change:
    """One act on many milestones, as far as the reader sees them: each entry with the one before it."""

    change: ChangeSet
    pairs: Sequence[tuple[MilestoneEntry, MilestoneEntry]]
    undone: bool


def change(*, actor: Actor, number: int) -> Change | None:
    """An act on many milestones of which the actor sees at least one."""
    seen = _seen(
        actor, number
    )  # first: that there is one of others takes no step more than that there is none
    found = db.session.get(ChangeSet, number) if seen else None
    if found is None or found.label != BULK:
        return None
    pairs = [pair for pair in with_before(number) if pair[0].milestone_id in seen]
    undone = select(ChangeSet.id).where(ChangeSet.undoes_id == number).limit(1)
    return Change(found, pairs, db.session.scalar(undone) is not None) if pairs else None


def _seen(actor: Actor, number: int) -> set[int]:
    query = select(MilestoneEntry.milestone_id).where(
        MilestoneEntry.change_set_id == number, MilestoneEntry.milestone_id.in_(visible_milestones(actor))
    )
    return set(db.session.scalars(query))


def with_before(number: int) -> list[tuple[MilestoneEntry, MilestoneEntry]]:
    """The entries of a change set, each with the one that counted before it; by owner and position."""
    entry, before = aliased(MilestoneEntry), aliased(MilestoneEntry)
    earlier = (
        select(MilestoneEntry.id)
        .where(
            MilestoneEntry.milestone_id == entry.milestone_id,
            MilestoneEntry.effective_at <= entry.effective_at,
            MilestoneEntry.id < entry.id,
        )
        .order_by(MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    plan = joinedload(entry.milestone).joinedload(Milestone.plan)
    query = (
        select(entry, before)
        .join(before, before.id == earlier)
        .join(Milestone, Milestone.id == entry.milestone_id)
        .where(entry.change_set_id == number)
        .options(plan.joinedload(Plan.project), plan.joinedload(Plan.lab))
        .order_by(CODE, Milestone.position, Milestone.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(with_owner(query))]


def latest(milestone_ids: Iterable[int]) -> dict[int, int]:
    """The id of the last entry of each milestone; one statement."""
    place = func.row_number().over(
        partition_by=MilestoneEntry.milestone_id,
        order_by=(MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc()),
    )
    ranked = (
        select(MilestoneEntry.milestone_id, MilestoneEntry.id, place.label("place"))
        .where(MilestoneEntry.milestone_id.in_(list(milestone_ids)))
        .subquery()
    )
    query = select(ranked.c.milestone_id, ranked.c.id).where(ranked.c.place == 1)
    return {row.milestone_id: row.id for row in db.session.execute(query)}
