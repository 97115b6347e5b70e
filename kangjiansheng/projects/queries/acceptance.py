"""Which milestones are GMP preparation, and whether the laboratory that leads their project has been accepted.

A plan goes by the version of the pathway that it was made from, and says by code what a milestone means.
"""

from datetime import date

from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Milestone, Plan, ProjectLab, TemplateVersion
from kangjiansheng.projects.rules.templates import ACCEPTANCE, GMP


def meaning_of(milestone: Milestone) -> str:
    """What the pathway says that a milestone means: gmp, acceptance, or nothing."""
    return meaning(milestone.plan, milestone.code)


def meaning(plan: Plan, code: str) -> str:
    """The same by its code, also of one that is not there yet."""
    version = plan.template_version
    steps = version.milestones if version else ()
    return next((step.get("meaning", "") for step in steps if step["code"] == code), "")


def acceptance_gate(lab: JointLab) -> str | None:
    """The code of the gate of a laboratory's plan by which it is accepted; None where there is none. Two statements."""
    version = db.session.scalar(
        select(TemplateVersion)
        .join(Plan, Plan.template_version_id == TemplateVersion.id)
        .where(Plan.lab_id == lab.id)
    )
    codes = (
        [step["code"] for step in version.milestones if step.get("meaning") == ACCEPTANCE] if version else []
    )
    query = (
        select(Milestone.code)
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(Plan.lab_id == lab.id, Milestone.code.in_(codes), Milestone.state != "cancelled")
    )
    return db.session.scalar(query) if codes else None


def unaccepted(plan: Plan, code: str, on: date | None = None) -> JointLab | None:
    """The laboratory that leads a project and may not take this milestone, because it is GMP preparation and the
    laboratory is not accepted, or was not on a day; None when nothing stands against it. At most one statement."""
    if plan.project_id is None or meaning(plan, code) != GMP:
        return None
    query = (
        select(JointLab)
        .join(ProjectLab, ProjectLab.lab_id == JointLab.id)
        .where(ProjectLab.project_id == plan.project_id, ProjectLab.leads)
    )
    lab = db.session.scalar(query)
    if lab is None or (lab.accepted_on is not None and (on is None or lab.accepted_on <= on)):
        return None
    return lab


def require_accepted(plan: Plan, code: str, field: str, on: date | None = None) -> None:
    """Refuse GMP preparation in a laboratory that is not accepted, or was not on a day, and say so."""
    lab = unaccepted(plan, code, on)
    if lab is None:
        return
    if lab.accepted_on is None:
        raise RuleBroken("projects:lab-not-accepted", field, code=code, lab=lab.code)
    raise RuleBroken("projects:before-acceptance", field, code=code, lab=lab.code, day=lab.accepted_on)


def waiting() -> dict[int, str]:
    """The open milestones of GMP preparation whose leading laboratory is not accepted, with the code of that one.

    Two statements: the codes stand in the versions of the pathways, which are few.
    """
    versions = db.session.execute(select(TemplateVersion.id, TemplateVersion.milestones))
    codes = {
        (key, step["code"]) for key, steps in versions for step in steps if step.get("meaning", "") == GMP
    }
    query = (
        select(Milestone.id, Milestone.code, Plan.template_version_id, JointLab.code.label("lab"))
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(ProjectLab, ProjectLab.project_id == Plan.project_id)
        .join(JointLab, JointLab.id == ProjectLab.lab_id)
        .where(
            ProjectLab.leads,
            JointLab.accepted_on.is_(None),
            Milestone.state == "open",
            Milestone.code.in_({code for _key, code in codes}),
        )
    )
    return {
        row.id: row.lab for row in db.session.execute(query) if (row.template_version_id, row.code) in codes
    }
