"""What is stored of projects: plans and their ledgers; evidence, gates and what was decided at them; what registries state."""

from kangjiansheng.projects.models.evidence import Evidence
from kangjiansheng.projects.models.plans import (
    Baseline,
    BaselineRow,
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
from kangjiansheng.projects.models.registries import RegistryRecord, RegistrySource

__all__ = [
    "Baseline",
    "BaselineRow",
    "ClockStop",
    "Evidence",
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
    "RegistryRecord",
    "RegistrySource",
    "TemplateVersion",
]
