"""What a reader gets of projects and milestones: plain values as they stood at the end of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from kangjiansheng.projects.rules.milestones import MilestoneState, Status


@dataclass(frozen=True, slots=True)
class Ref:
    """A laboratory, an institution or a person by name; `name_of` gives the reader's script."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    leads: bool = False
    role: str = ""


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One milestone at the end of a day. `slip` is in calendar days, None without a date to compare."""

    id: int
    plan_id: int
    of: str  # what its plan belongs to, as the first word of addresses: projects, labs
    project_code: str  # of the project, or of the laboratory
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    position: int
    kind: str
    gate: bool
    baseline: date | None
    current_plan: date | None
    forecast: date | None
    proposed: date | None
    actual: date | None
    state: str
    flagged: bool
    moves: int
    reason_code: str | None
    note: str
    confirmed_at: datetime | None
    confirmed_by: str
    owner_id: int | None
    owner_label: str
    version: int
    evidence_ref: str
    status: Status
    slip: int | None
    duration: int | None = None
    unit: str = "day"
    illustrative: bool = False

    @property
    def promised(self) -> date | None:
        """The date that counts: the confirmed forecast, else the current plan, else the baseline."""
        return self.forecast or self.current_plan or self.baseline

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/{self.of}/{self.project_code}/milestones/{self.code}"

    @property
    def is_open(self) -> bool:
        """True for a milestone that is neither reached nor cancelled, and no decision."""
        return self.state == "open" and self.actual is None and self.kind == "milestone"

    @property
    def as_state(self) -> MilestoneState:
        """The same as the rules take it."""
        return state_of(self)


def state_of(row: Any) -> MilestoneState:
    """The milestone (or its record, or a ledger entry) as the rules take it."""
    return MilestoneState(
        baseline=row.baseline,
        plan=row.current_plan,
        forecast=row.forecast,
        proposed=row.proposed,
        actual=row.actual,
        state=row.state,
        kind="decision" if getattr(row, "kind", "") == "decision" else "milestone",
        reason_code=row.reason_code,
    )


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """What a plan belongs to at the end of a day, with its milestones in order; `status` is computed from them.

    `of` is the first word of its addresses. `resting`: nobody is asked for its open milestones. `since`: on a past day
    what was changed of its milestones later (`queries.past.Since` by their ids).
    """

    of: ClassVar[str]

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    family: str
    pathway: str
    stage: str
    labs: tuple[Ref, ...]
    parties: tuple[Ref, ...]
    lead_label: str
    owner_role: str
    illustrative: bool
    archived: bool
    resting: bool
    milestones: tuple[MilestoneRow, ...]
    status: Status
    next: MilestoneRow | None
    updated_at: datetime | None
    since: Mapping[int, Any]

    @property
    def base(self) -> str:
        """What the paths of its milestones begin with."""
        return f"/{self.of}/{self.code}"

    @property
    def path(self) -> str:
        """The path of the page that shows the plan."""
        return self.base

    @property
    def lead_lab(self) -> Ref | None:
        """The laboratory that leads the project, or that has the plan."""
        return next((lab for lab in self.labs if lab.leads), self.labs[0] if self.labs else None)

    @property
    def worst_slip(self) -> int | None:
        """The largest slip of its open milestones in calendar days."""
        return max((m.slip for m in self.milestones if m.is_open and m.slip is not None), default=None)


@dataclass(frozen=True, slots=True)
class ProjectRow(OwnerRow):
    """One project at the end of a day. On a past day also its registry numbers (register, number), and on which day an
    import told the facts of this one, if only later."""

    of = "projects"

    indication: Mapping[str, str]
    modality: str
    indication_group: str
    claimed: str
    priority: str
    confidentiality: str
    opened_on: date
    registrations: tuple[tuple[str, str], ...] = ()
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class LabRow(OwnerRow):
    """One joint laboratory with a plan of its own. It has no modality, no stage and no claim."""

    of = "labs"

    life: str

    @property
    def path(self) -> str:
        """The page of the laboratory itself shows more than its plan."""
        return f"{self.base}/plan"
