"""What is read of projects and milestones, and who sees which rows."""

from kangjiansheng.projects.queries import trials
from kangjiansheng.projects.queries.mine import Mine, mine, mine_to_update, owned, to_update
from kangjiansheng.projects.queries.page import (
    Said,
    TeamMember,
    entry,
    ledger,
    milestone,
    milestone_for,
    project,
    project_as,
    project_for,
    project_with,
    team,
)
from kangjiansheng.projects.queries.portfolio import figures_of, metrics, portfolio
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow, Ref
from kangjiansheng.projects.queries.schedule import (
    Effect,
    Network,
    Spread,
    effects,
    is_advance,
    moved_along,
    network,
    reached_later,
    spread,
)
from kangjiansheng.projects.queries.visible import may_see, visible_milestones, visible_projects

__all__ = [
    "Effect",
    "MilestoneRow",
    "Mine",
    "Network",
    "ProjectRow",
    "Ref",
    "Said",
    "Spread",
    "TeamMember",
    "effects",
    "entry",
    "figures_of",
    "is_advance",
    "ledger",
    "may_see",
    "metrics",
    "milestone",
    "milestone_for",
    "mine",
    "mine_to_update",
    "moved_along",
    "network",
    "owned",
    "portfolio",
    "project",
    "project_as",
    "project_for",
    "project_with",
    "reached_later",
    "spread",
    "team",
    "to_update",
    "trials",
    "visible_milestones",
    "visible_projects",
]
