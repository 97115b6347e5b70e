"""A plan is given new dates: the first baseline stays, what was promised becomes the plan under a name."""

from dataclasses import replace

from sqlalchemy import select

from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import next_number
from kangjiansheng.projects.models import Baseline, BaselineRow, Milestone, Plan
from kangjiansheng.projects.operations.ledger import refuse_archived
from kangjiansheng.projects.operations.saying import write
from kangjiansheng.projects.queries.rows import state_of


def set_baseline(
    plan: Plan,
    name: str,
    *,
    reason: str,
    authority: str,
    actor: Actor,
    version: int | None,
    change: ChangeSet | None = None,
) -> Baseline:
    """Freeze what the plan promises today under a name; it becomes the current plan of the open milestones.

    The first baseline is never changed, and slips go on being counted from it. Refused without a reason, without
    an authority, for a plan that promises nothing, and when nothing has moved since the last one.
    """
    expect(plan.owner, version)
    refuse_archived(plan)
    if not reason or not authority:
        raise RuleBroken("projects:baseline-unfounded", "reason" if not reason else "authority")
    number = next_number(Baseline.number, Baseline.plan_id, plan)  # and nobody else freezes it meanwhile
    rows = _promising(plan)
    moved = [m for m in rows if m.state == "open" and state_of(m).promised != m.current_plan]
    if not moved:
        raise RuleBroken("projects:baseline-same", "name")
    change = change or begin(actor=actor, label=authority, note=reason)
    baseline = Baseline(
        plan_id=plan.id,
        number=number,
        name=name,
        reason=reason,
        authority=authority,
        recorded_at=change.recorded_at,
        change_set_id=change.id,
    )
    db.session.add(baseline)
    db.session.flush()
    for m in rows:
        day = m.actual or state_of(m).promised
        db.session.add(
            BaselineRow(baseline_id=baseline.id, milestone_id=m.id, day=day, change_set_id=change.id)
        )
    for m in moved:
        state = state_of(m)
        new = replace(state, plan=state.promised)
        write(m, new, "rebaseline", "projects:milestone:rebaseline", actor=actor, change=change)
    facts = {"name": name, "number": baseline.number, "reason": reason, "authority": authority}
    record("projects:plan:baseline", baseline, actor=actor, before={}, after=facts, change=change)
    return baseline


def _promising(plan: Plan) -> list[Milestone]:
    """The milestones of a plan that promise or have reached a day, in order."""
    query = select(Milestone).where(
        Milestone.plan_id == plan.id, Milestone.kind == "milestone", Milestone.state != "cancelled"
    )
    query = query.order_by(Milestone.position, Milestone.id).execution_options(populate_existing=True)
    rows = db.session.scalars(query)
    return [m for m in rows if (m.actual or state_of(m).promised) is not None]
