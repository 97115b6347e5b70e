"""What is read of projects and milestones, and who sees which rows."""

from kangjiansheng.projects.queries import trials
from kangjiansheng.projects.queries.facts import facts
from kangjiansheng.projects.queries.lab_plans import lab_plans, owner_of, owner_rows
from kangjiansheng.projects.queries.ledgers import columns, days
from kangjiansheng.projects.queries.mine import Mine, mine, mine_to_update, owned, to_update
from kangjiansheng.projects.queries.page import (
    Said,
    TeamMember,
    entry,
    lab_plan,
    ledger,
    milestone,
    milestone_for,
    plan,
    project,
    project_as,
    project_for,
    project_with,
    team,
    team_of_lab,
)
from kangjiansheng.projects.queries.portfolio import gates_waiting, in_step, metrics, named, placed, portfolio
from kangjiansheng.projects.queries.rows import LabRow, MilestoneRow, OwnerRow, ProjectRow, Ref
from kangjiansheng.projects.queries.schedule import (
    Effect,
    Network,
    Spread,
    effects,
    moved_along,
    network,
    reached_later,
    spread,
    turned,
)
from kangjiansheng.projects.queries.visible import may_see, visible_milestones, visible_projects

__all__ = [
    "Effect",
    "LabRow",
    "MilestoneRow",
    "Mine",
    "Network",
    "OwnerRow",
    "ProjectRow",
    "Ref",
    "Said",
    "Spread",
    "TeamMember",
    "columns",
    "days",
    "effects",
    "entry",
    "facts",
    "gates_waiting",
    "in_step",
    "lab_plan",
    "lab_plans",
    "ledger",
    "may_see",
    "metrics",
    "milestone",
    "milestone_for",
    "mine",
    "mine_to_update",
    "moved_along",
    "named",
    "network",
    "owned",
    "owner_of",
    "owner_rows",
    "placed",
    "plan",
    "portfolio",
    "project",
    "project_as",
    "project_for",
    "project_with",
    "reached_later",
    "spread",
    "team",
    "team_of_lab",
    "to_update",
    "trials",
    "turned",
    "visible_milestones",
    "visible_projects",
]
