"""What the trail counts to a project, a milestone, or what hangs on them; and to a laboratory by its plan."""

from sqlalchemy import select

from kangjiansheng.core.belonging import Ids, by
from kangjiansheng.projects import models as m


def _sheets(milestones: Ids) -> Ids:
    """The sheets by which some milestones were written: the trail has one entry for all rows of each."""
    written = select(m.MilestoneEntry.change_set_id).where(m.MilestoneEntry.milestone_id.in_(milestones))
    return select(m.ImportBatch.id).where(m.ImportBatch.change_set_id.in_(written))


PARTS = {
    "joint_lab": by(m.Plan.lab_id, m.ObligationLink.lab_id),
    "lab_review": by(m.ReviewDecision.review_id),
    "booking": by(m.BookingLink.booking_id),
    "project": by(
        m.Plan.project_id, m.Risk.project_id, m.Validity.project_id, m.Ask.project_id, m.StatusClaim.project_id,
        m.RegistryRecord.project_id, m.HandOff.project_id, m.ObligationLink.project_id, m.BookingLink.project_id,
        m.Result.project_id,
    ),
    "plan": by(m.Milestone.plan_id, m.Baseline.plan_id),
    "milestone": [
        *by(
            m.Evidence.milestone_id, m.GateCriterion.milestone_id, m.GateDecision.milestone_id,
            m.GateCondition.milestone_id, m.Validity.milestone_id, m.HandOff.milestone_id,
            m.ObligationLink.milestone_id,
        ),
        ("import_batch", _sheets),
    ],
    "hand_off": by(m.HandOffSignature.hand_off_id),
}  # fmt: skip
