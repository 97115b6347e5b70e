"""Plain rows for the rules: a project and its milestones, as the portfolio gives them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

DAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Named:
    code: str
    name_hans: str = "名称"
    name_hant: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class M(Named):
    id: int = 0
    project_code: str = "P-1"
    position: int = 1
    kind: str = "milestone"
    gate: bool = False
    baseline: date | None = None
    current_plan: date | None = None
    forecast: date | None = None
    proposed: date | None = None
    actual: date | None = None
    state: str = "open"
    flagged: bool = False
    reason_code: str | None = None
    note: str = ""
    status: str = "ontrack"
    slip: int | None = None
    owner_id: int | None = None
    owner_label: str = ""
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class P(Named):
    id: int = 1
    indication: dict[str, str] = field(default_factory=lambda: {"hans": "", "hant": "", "en": ""})
    family: str = "CAR_T_AUTO"
    stage: str = "IIT"
    claimed: str = "ACTIVE"
    status: str = "ontrack"
    priority: str = "P1"
    owner_role: str = ""
    lead_label: str = ""
    labs: tuple[Any, ...] = ()
    milestones: tuple[Any, ...] = ()


def done(actual: date, baseline: date, **more: Any) -> M:
    """A milestone that was reached."""
    slip = (actual - baseline).days
    return M("A010", baseline=baseline, actual=actual, state="done", status="done", slip=slip, **more)


def ahead(baseline: date, forecast: date | None = None, **more: Any) -> M:
    """An open milestone with the status that follows from its dates alone."""
    slip = (forecast - baseline).days if forecast else None
    late = (forecast or baseline) < DAY
    status = "late" if late else "slip" if slip and slip >= 15 else "risk" if slip and slip > 0 else "ontrack"
    return M("A020", baseline=baseline, forecast=forecast, slip=slip, **{"status": status, **more})
