"""What is stored of projects: plans and their ledgers; evidence, gates and what was decided at them; what registries state; risks;
what holds for a while; hand-offs."""

from kangjiansheng.projects.models.asks import Ask
from kangjiansheng.projects.models.claims import StatusClaim
from kangjiansheng.projects.models.evidence import Evidence
from kangjiansheng.projects.models.gates import GateCondition, GateCriterion, GateDecision, ReviewDecision
from kangjiansheng.projects.models.hand_offs import HandOff, HandOffItem, HandOffSignature
from kangjiansheng.projects.models.links import AnswerLink
from kangjiansheng.projects.models.obligations import BookingLink, ObligationLink
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
from kangjiansheng.projects.models.results import Result, ResultCompany
from kangjiansheng.projects.models.risks import Risk, RiskMilestone
from kangjiansheng.projects.models.sheets import ImportBatch, ImportRow
from kangjiansheng.projects.models.validity import Validity

__all__ = [
    "AnswerLink",
    "Ask",
    "Baseline",
    "BaselineRow",
    "BookingLink",
    "ClockStop",
    "Evidence",
    "GateCondition",
    "GateCriterion",
    "GateDecision",
    "HandOff",
    "HandOffItem",
    "HandOffSignature",
    "ImportBatch",
    "ImportRow",
    "Milestone",
    "MilestoneEntry",
    "MilestoneLink",
    "ObligationLink",
    "Plan",
    "Project",
    "ProjectEntry",
    "ProjectLab",
    "ProjectMember",
    "ProjectParty",
    "ProjectRegistration",
    "RegistryRecord",
    "RegistrySource",
    "Result",
    "ResultCompany",
    "ReviewDecision",
    "Risk",
    "RiskMilestone",
    "StatusClaim",
    "TemplateVersion",
    "Validity",
]
