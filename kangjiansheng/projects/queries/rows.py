"""What a reader gets of projects and milestones: plain values as they stood at the end of a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

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
    project_id: int
    project_code: str
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

    @property
    def promised(self) -> date | None:
        """The date that counts: the confirmed forecast, else the current plan, else the baseline."""
        return self.forecast or self.current_plan or self.baseline

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
class ProjectRow:
    """One project at the end of a day with its milestones in order; `status` is computed from them.

    On a past day also: its registry numbers (register, number); on which day an import told the facts of this one,
    if only later; and what was changed of its milestones since (`queries.past.Since` by their ids).
    """

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    indication: Mapping[str, str]
    modality: str
    family: str
    indication_group: str
    pathway: str
    stage: str
    claimed: str
    labs: tuple[Ref, ...]
    parties: tuple[Ref, ...]
    lead_label: str
    owner_role: str
    priority: str
    confidentiality: str
    illustrative: bool
    archived: bool
    opened_on: date
    milestones: tuple[MilestoneRow, ...]
    status: Status
    next: MilestoneRow | None
    updated_at: datetime | None
    registrations: tuple[tuple[str, str], ...] = ()
    told_on: date | None = None
    since: Mapping[int, Any] = field(default_factory=dict)

    @property
    def lead_lab(self) -> Ref | None:
        """The laboratory that leads the project."""
        return next((lab for lab in self.labs if lab.leads), self.labs[0] if self.labs else None)

    @property
    def worst_slip(self) -> int | None:
        """The largest slip of its open milestones in calendar days."""
        return max((m.slip for m in self.milestones if m.is_open and m.slip is not None), default=None)
