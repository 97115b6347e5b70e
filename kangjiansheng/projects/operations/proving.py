"""What verification can prove of milestones: what each says now against the last entry of its ledger."""

from collections.abc import Iterator

from sqlalchemy import func, select

from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Milestone, MilestoneEntry

SAID = (
    "baseline", "current_plan", "forecast", "proposed", "actual", "state", "flagged", "owner_id",
    "confirmed_by_id", "reason_code", "note", "moves",
)  # fmt: skip


def broken_milestones() -> Iterator[str]:
    """One line for each milestone that says something else than the last entry of its ledger, or has none."""
    order = MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc()
    columns = [getattr(MilestoneEntry, name) for name in SAID]
    place = func.row_number().over(partition_by=MilestoneEntry.milestone_id, order_by=order).label("place")
    placed = select(MilestoneEntry.milestone_id, place, *columns).subquery()
    last = select(placed).where(placed.c.place == 1).subquery()
    now = [getattr(Milestone, name).label(f"now_{name}") for name in SAID]
    query = select(Milestone.id, last, *now).outerjoin(last, last.c.milestone_id == Milestone.id)
    for row in db.session.execute(query.order_by(Milestone.id).execution_options(yield_per=500)):
        if row.milestone_id is None:
            yield f"milestone id {row.id}: has no entry in the ledger"
        elif differing := [name for name in SAID if getattr(row, name) != getattr(row, f"now_{name}")]:
            yield f"milestone id {row.id}: is not what the ledger says last ({', '.join(differing)})"
