"""The plan of a laboratory that was begun by mistake is taken back whole."""

from sqlalchemy import select

from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan
from kangjiansheng.projects.operations.ledger import milestone_entry, refuse_archived
from kangjiansheng.projects.queries.beginnings import hangs_on, last_entries
from kangjiansheng.projects.rules.plans import beginning


def require_untouched(plan: Plan) -> int:
    """The change by which a plan was begun. Refused with the reason when anything was reached or recorded since."""
    began = beginning(last_entries(plan))
    if hangs_on(plan, began):
        raise RuleBroken("projects:plan-used")
    return began


def take_back(plan: Plan, *, actor: Actor, version: int | None, note: str = "") -> ChangeSet:
    """Take the plan of a laboratory back whole while nothing was reached or recorded in it beyond its beginning.

    The ledger keeps what was begun: each milestone gets an entry that names its opening and promises nothing any more,
    not even the first baseline. The laboratory may begin a plan anew. `version` is that of the laboratory.
    """
    assert plan.lab is not None
    expect(plan.lab, version)
    refuse_archived(plan)
    rows = select(Milestone).where(Milestone.plan_id == plan.id).order_by(Milestone.id)
    milestones = db.session.scalars(rows.with_for_update()).all()
    began = require_untouched(plan)
    opened = {
        entry.milestone_id: entry
        for entry in db.session.scalars(
            select(MilestoneEntry)
            .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
            .where(Milestone.plan_id == plan.id, MilestoneEntry.change_set_id == began)
            .order_by(MilestoneEntry.id)
        )
    }
    version_ = plan.template_version
    facts = {"pathway": version_.code if version_ else "", "milestones": len(opened)}
    change = record("projects:plan:take-back", plan, actor=actor, before=facts, after={"note": note})
    for milestone in milestones:
        if milestone.id in opened:
            milestone.state, milestone.owner_id = "cancelled", None
            milestone.baseline = milestone.current_plan = None
            milestone_entry(milestone, "undo", change=change, undoes=opened[milestone.id])
    db.session.flush()
    return change
