"""Reading a portfolio: four CSV files become a plan of what to create, with every problem named."""

from .plan import read
from .planned import (
    PROJECT_FACTS,
    Known,
    PlannedEntry,
    PlannedLab,
    PlannedMilestone,
    PlannedProject,
    PortfolioPlan,
)
from .tables import FILES, Problem, find_files

__all__ = [
    "FILES",
    "PROJECT_FACTS",
    "Known",
    "PlannedEntry",
    "PlannedLab",
    "PlannedMilestone",
    "PlannedProject",
    "PortfolioPlan",
    "Problem",
    "find_files",
    "read",
]
