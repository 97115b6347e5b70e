"""What a plan belongs to, in statements: a project or a joint laboratory."""

from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager

from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.rules.plans import CLOSED, RESTING

Ts = TypeVarTuple("Ts")

# Columns of a statement that `with_owner` has joined.
CODE = func.coalesce(Project.code, JointLab.code)
PATH = func.coalesce("/projects/" + Project.code, "/labs/" + JointLab.code + "/plan")  # of the plan's page
ILLUSTRATIVE = func.coalesce(Project.illustrative, JointLab.illustrative)
ARCHIVED_AT = func.coalesce(Project.archived_at, JointLab.archived_at)


def with_owner(query: Select[*Ts], *, load: bool = False) -> Select[*Ts]:
    """A statement about milestones, joined with their plans and with what these belong to; with `load` each milestone
    brings them along."""
    joined = (
        query.join(Plan, Plan.id == Milestone.plan_id)
        .outerjoin(Project, Project.id == Plan.project_id)
        .outerjoin(JointLab, JointLab.id == Plan.lab_id)
    )
    if not load:
        return joined
    plan = contains_eager(Milestone.plan)
    return joined.options(plan.contains_eager(Plan.project), plan.contains_eager(Plan.lab))


def running() -> ColumnElement[bool]:
    """The condition on `Plan` under which its milestones are waited for: neither archived, nor at rest, nor over."""
    projects = select(Project.id).where(Project.archived_at.is_(None), Project.status.not_in(RESTING))
    labs = select(JointLab.id).where(JointLab.archived_at.is_(None), JointLab.life != CLOSED)
    return or_(Plan.project_id.in_(projects), Plan.lab_id.in_(labs))
