"""What an edited sheet does to later milestones, looked at before consent and after it: an import moves none of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import ImportBatch, ImportRow, Milestone, Plan
from kangjiansheng.projects.operations.sheets import writing
from kangjiansheng.projects.queries import schedule
from kangjiansheng.projects.queries import sheets as queries
from kangjiansheng.projects.queries.schedule import Spread


class _Before:
    """A milestone with the values that it had before the import."""

    def __init__(self, milestone: Milestone, values: Mapping[str, Any]) -> None:
        self._milestone, self._values = milestone, values

    def __getattr__(self, key: str) -> Any:
        return self._values[key] if key in self._values else getattr(self._milestone, key)


def effect(batch: ImportBatch, *, actor: Actor) -> list[Spread]:
    """What the accepted rows of a batch that the actor sees would do to other milestones of their plans, or what
    those that were written ask of them as they stand now; a date that waits for a yes moves nothing."""
    written = batch.state == "applied"
    allowed = policies.standing(actor)
    query = (
        select(ImportRow.wanted, ImportRow.before, Milestone.id, Milestone.plan_id, Milestone.owner_id)
        .join(Milestone, Milestone.id == ImportRow.milestone_id)
        .where(queries.shown(batch, "accepted", actor=actor))
        .order_by(ImportRow.position)
    )
    if written:
        query = query.where(ImportRow.outcome == "applied")
    to: dict[int, date] = {}
    before: dict[int, Mapping[str, Any]] = {}
    plan_ids: set[int] = set()
    for wanted, was, key, plan_id, owner_id in db.session.execute(query):
        day = wanted.get("actual") or wanted.get("forecast")
        if day and allowed.may_confirm(plan_id, owner_id):
            to[key] = date.fromisoformat(day)
            plan_ids.add(plan_id)
            if written:
                before[key] = writing.decoded(was)
    if not to:
        return []
    plans = schedule.plans(select(Plan.id).where(Plan.id.in_(plan_ids))).values()
    return schedule.spreads([[_then(row, before) for row in rows] for rows in plans], to)


def _then(row: Milestone, before: Mapping[int, Mapping[str, Any]]) -> Any:
    return _Before(row, before[row.id]) if row.id in before else row
