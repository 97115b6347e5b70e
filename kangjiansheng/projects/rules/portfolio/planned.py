"""What an import is about to do, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .tables import Problem


@dataclass(frozen=True, slots=True)
class PlannedLab:
    """A joint laboratory that the files name; `row` is None when only the portfolio names it."""

    code: str
    name_hans: str
    lead_partner: str
    illustrative: bool
    row: int | None


@dataclass(frozen=True, slots=True)
class PlannedProject:
    """A project of the file; `effective_at` is the instant at which its ledger opens."""

    code: str
    name_hans: str
    name_en: str
    modality: str
    donor_source: str
    target: str
    indication_hans: str
    indication_group: str
    lab_code: str | None
    partners: tuple[str, ...]
    pathway: str
    stage: str
    status: str
    priority: str
    baseline_start: date | None
    owner_role: str
    note: str
    as_of: date
    illustrative: bool
    effective_at: datetime
    row: int


# What of it a stored project bears under the same names, and a file may change.
PROJECT_FACTS = (
    "name_hans",
    "name_en",
    "modality",
    "donor_source",
    "target",
    "indication_hans",
    "indication_group",
    "pathway",
    "stage",
    "status",
    "priority",
    "owner_role",
    "note",
    "baseline_start",
)


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """One entry of a milestone's ledger: the full state after it, counting from `effective_at` (UTC)."""

    kind: str  # open, rebaseline, forecast, confirm, done, cancel
    effective_at: datetime
    baseline: date | None
    current_plan: date | None
    forecast: date | None
    actual: date | None
    state: str  # open, done, cancelled
    moves: int


@dataclass(frozen=True, slots=True)
class PlannedMilestone:
    """A milestone of the file with the entries of its ledger in order; the first opens it."""

    project_code: str
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    kind: str  # milestone, decision
    gate: bool
    position: int
    predecessors: tuple[str, ...]
    unit: str  # in which its pathway counts its duration: day, workday
    evidence_ref: str
    illustrative: bool
    entries: tuple[PlannedEntry, ...]
    row: int

    @property
    def final(self) -> PlannedEntry:
        """The state after the last entry: what a milestone that existed before is compared with."""
        return self.entries[-1]


@dataclass(frozen=True, slots=True)
class Known:
    """What exists before the import: the baseline start of each project, and milestones by project."""

    projects: Mapping[str, date | None] = field(default_factory=dict)
    milestones: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class PortfolioPlan:
    """The result of reading. With any error the rest is for showing only: nothing may be written."""

    labs: tuple[PlannedLab, ...]
    projects: tuple[PlannedProject, ...]
    milestones: tuple[PlannedMilestone, ...]
    institutions: tuple[str, ...]  # every name of a partner, in order of appearance
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that refuse the import."""
        return tuple(problem for problem in self.problems if problem.error)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that are shown and do not refuse."""
        return tuple(problem for problem in self.problems if not problem.error)

    def counts(self) -> dict[str, Any]:
        """How many of each the files hold."""
        return {
            "labs": len(self.labs),
            "projects": len(self.projects),
            "milestones": len(self.milestones),
            "entries": sum(len(milestone.entries) for milestone in self.milestones),
            "errors": len(self.errors),
            "warnings": len(self.warnings),
        }
