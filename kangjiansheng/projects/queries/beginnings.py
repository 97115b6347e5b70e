"""What was recorded in a plan since it was begun: without anything it can be taken back whole; and whether it was."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Column, Table, func, literal, select, union_all
from sqlalchemy.orm import aliased

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import Base, db
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan
from kangjiansheng.projects.rules.plans import Last, Standing, promises_nothing

# What a plan is begun with, and rows of a dry run, which change nothing until they are written.
_ITS_OWN = frozenset({"milestone", "milestone_entry", "milestone_link", "import_row"})


def last_entries(plan: Plan) -> list[Last]:
    """The newest entry of each milestone, in the order of the plan; one statement."""
    newest = (
        select(func.max(MilestoneEntry.id))
        .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
        .where(Milestone.plan_id == plan.id)
        .group_by(MilestoneEntry.milestone_id)
    )
    query = (
        select(
            Milestone.code,
            Milestone.state,
            MilestoneEntry.kind,
            MilestoneEntry.change_set_id,
            Milestone.actual,
        )
        .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
        .where(MilestoneEntry.id.in_(newest))
        .order_by(Milestone.position, Milestone.id)
    )
    return [Last(*row) for row in db.session.execute(query)]


def openings_undone(ids: Collection[int], as_of: date | None = None) -> set[int]:
    """Of some milestones those whose very opening was taken back by the end of a day, as only a whole plan is; one
    statement, and none for none."""
    if not ids:
        return set()
    undo, opening = aliased(MilestoneEntry), aliased(MilestoneEntry)
    query = (
        select(undo.milestone_id)
        .join(opening, opening.id == undo.undoes_id)
        .where(undo.milestone_id.in_(ids), undo.kind == "undo", opening.kind == "open")
    )
    if as_of is not None:
        query = query.where(undo.effective_at <= clock.end_of(as_of))
    return set(db.session.scalars(query))


def taken_back(milestones: Collection[Standing], as_of: date | None = None) -> bool:
    """Whether a plan was taken back whole; at most one statement."""
    if not promises_nothing(milestones):
        return False
    ids = {m.id for m in milestones}
    return ids <= openings_undone(ids, as_of)


def hangs_on(plan: Plan, began: int) -> bool:
    """Whether anything else was recorded of its milestones since the change by which it was begun: evidence, a decision,
    a hand-off, an item on an agenda, or an act that only the trail has. One statement."""
    ids = select(Milestone.id).where(Milestone.plan_id == plan.id)
    found = [
        select(literal(table.name).label("what")).where(column.in_(ids))
        for table in Base.metadata.sorted_tables
        if table.name not in _ITS_OWN
        for column in _naming(table)
    ]
    acts = select(literal("act").label("what")).where(
        AuditEntry.thing == "milestone", AuditEntry.thing_id.in_(ids), AuditEntry.change_set_id > began
    )
    frozen = select(literal("baseline").label("what")).where(
        Base.metadata.tables["baseline"].c.plan_id == plan.id
    )
    return db.session.execute(union_all(*found, acts, frozen).limit(1)).first() is not None


def _naming(table: Table) -> list[Column[Any]]:
    """The columns of a table that name a milestone."""
    return [
        column
        for column in table.columns
        if any(key.column.table.name == Milestone.__tablename__ for key in column.foreign_keys)
    ]
