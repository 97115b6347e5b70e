"""What an edited sheet does to later milestones: looked at before consent, for an import moves none of them."""

from datetime import date

from sqlalchemy import select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import ImportBatch, ImportRow, Milestone, Plan
from kangjiansheng.projects.queries import schedule
from kangjiansheng.projects.queries import sheets as queries
from kangjiansheng.projects.queries.schedule import Spread


def effect(batch: ImportBatch, *, actor: Actor) -> list[Spread]:
    """What the accepted rows of a batch that the actor sees would do to other milestones of their plans; a date that
    waits for a yes moves nothing."""
    allowed = policies.standing(actor)
    query = (
        select(ImportRow.wanted, Milestone.id, Milestone.plan_id, Milestone.owner_id)
        .join(Milestone, Milestone.id == ImportRow.milestone_id)
        .where(queries.shown(batch, "accepted", actor=actor))
    )
    to: dict[int, date] = {}
    plan_ids: set[int] = set()
    for wanted, key, plan_id, owner_id in db.session.execute(query):
        day = wanted.get("actual") or wanted.get("forecast")
        if day and allowed.may_confirm(plan_id, owner_id):
            to[key] = date.fromisoformat(day)
            plan_ids.add(plan_id)
    return (
        schedule.spreads(schedule.plans(select(Plan.id).where(Plan.id.in_(plan_ids))).values(), to)
        if to
        else []
    )
