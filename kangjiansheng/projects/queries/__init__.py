"""What is read of projects and milestones, and who sees which rows."""

from kangjiansheng.projects.queries.portfolio import figures_of, metrics, portfolio
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow, Ref
from kangjiansheng.projects.queries.visible import may_see, visible_milestones, visible_projects

__all__ = [
    "MilestoneRow",
    "ProjectRow",
    "Ref",
    "figures_of",
    "may_see",
    "metrics",
    "mine_to_update",
    "portfolio",
    "visible_milestones",
    "visible_projects",
]


def mine_to_update(*, actor) -> int:  # type: ignore[no-untyped-def]
    """How many milestones wait for this person's update."""
    return 0
