"""What is stored of projects: plans and their ledgers; evidence, gates and what was decided at them."""

from kangjiansheng.projects.models.plans import (
    Milestone,
    MilestoneEntry,
    MilestoneLink,
    Plan,
    Project,
    ProjectEntry,
    ProjectLab,
    ProjectMember,
    ProjectParty,
    ProjectRegistration,
    TemplateVersion,
)

__all__ = [
    "Milestone",
    "MilestoneEntry",
    "MilestoneLink",
    "Plan",
    "Project",
    "ProjectEntry",
    "ProjectLab",
    "ProjectMember",
    "ProjectParty",
    "ProjectRegistration",
    "TemplateVersion",
]
