"""A milestone that is blocked, said in one line: an issue of its project, which needs somebody at once."""

from collections.abc import Iterable

from kangjiansheng.core.access import actor
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.milestones import MilestoneForm
from kangjiansheng.projects.models import Milestone, Risk
from kangjiansheng.projects.operations import risks as operations
from kangjiansheng.projects.policies.risks import raising


def offered(thing: Milestone) -> bool:
    """Whether the reader may give this answer about a milestone."""
    project = thing.plan.project
    return project is not None and thing.state == "open" and policies.raise_risk(actor(), project)


def offered_of(rows: Iterable[queries.MilestoneRow]) -> set[int]:
    """The ids of those of some milestones about which the reader may give it; one statement."""
    open_ones = [row for row in rows if row.is_open and row.of == "projects"]
    may = raising(actor(), {row.plan_id for row in open_ones})
    return {row.id for row in open_ones if row.plan_id in may}


def write(thing: Milestone, form: MilestoneForm) -> Risk:
    """Write down what stops it. The note belongs to the other answers, and is not shown with this one."""
    if not offered(thing):
        raise RuleBroken("projects:choice-missing", "choice")
    return operations.block(thing, form.obstacle.data or "", actor=actor(), version=form.version.data)
