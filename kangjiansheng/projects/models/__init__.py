"""What is stored of projects: plans and their ledgers; evidence, gates and what was decided at them."""

from kangjiansheng.projects.models.plans import (
    ClockStop,
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
    "ClockStop",
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
