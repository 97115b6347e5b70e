"""The lists of projects and milestones, filtered and sorted as an address asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.projects.queries.portfolio import portfolio
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.vocabulary import stages

WINDOWS = {"30": 30, "90": 90, "365": 365}


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What a list of projects shows; empty means all."""

    q: str = ""
    status: str = ""
    stage: str = ""
    family: str = ""
    lab: str = ""
    party: str = ""
    group: str = ""
    claimed: str = ""
    archived: str = ""
    sort: str = "code"

    @property
    def narrows(self) -> bool:
        """True when anything is left out."""
        return any(
            getattr(self, key)
            for key in ("q", "status", "stage", "family", "lab", "party", "group", "claimed")
        )


@dataclass(frozen=True, slots=True)
class MilestoneFilter:
    """What a list of milestones shows; empty means all that are open or done."""

    q: str = ""
    status: str = ""
    project: str = ""
    lab: str = ""
    within: str = ""
    state: str = ""
    gate: str = ""
    owner: str = ""
    sort: str = "date"

    @property
    def narrows(self) -> bool:
        """True when anything is left out."""
        keys = ("q", "status", "project", "lab", "within", "state", "gate", "owner")
        return any(getattr(self, key) for key in keys)


@dataclass(frozen=True, slots=True)
class Line:
    """A milestone in a list, with its project."""

    milestone: MilestoneRow
    project: ProjectRow


def projects(wanted: ProjectFilter, *, actor: Actor, as_of: date | None) -> list[ProjectRow]:
    """The projects that the actor sees and the filter lets through, sorted."""
    rows = portfolio(actor=actor, as_of=as_of, archived=wanted.archived == "1")
    kept = [row for row in rows if _project_fits(row, wanted)]
    return sorted(kept, key=_PROJECT_ORDER.get(wanted.sort, _by_code))


def _project_fits(row: ProjectRow, wanted: ProjectFilter) -> bool:
    return (
        (not wanted.status or row.status in wanted.status.split(","))
        and (not wanted.stage or row.stage == wanted.stage or _column(row.stage) == wanted.stage)
        and (not wanted.family or row.family == wanted.family)
        and (not wanted.group or row.indication_group == wanted.group)
        and (not wanted.claimed or row.claimed in wanted.claimed.split(","))
        and (not wanted.lab or any(lab.code == wanted.lab for lab in row.labs))
        and (not wanted.party or any(party.code == wanted.party for party in row.parties))
        and (not wanted.archived or row.archived)
        and _found(wanted.q, _project_words(row))
    )


def _column(stage: str) -> str:
    known = stages().get(stage)
    return known.column if known else ""


def _project_words(row: ProjectRow) -> list[str]:
    names = [row.code, row.name_hans, row.name_hant, row.name_en, *row.indication.values()]
    for ref in (*row.labs, *row.parties):
        names += [ref.code, ref.name_hans, ref.name_hant, ref.name_en]
    return names


def _found(q: str, words: Sequence[str]) -> bool:
    wanted = text.fold(q).split()
    if not wanted:
        return True
    folded = [text.fold(word) for word in words if word]
    return all(any(part in word for word in folded) for part in wanted)


def _by_code(row: ProjectRow) -> Any:
    return row.code


def _by_name(row: ProjectRow) -> Any:
    return sort_key()(name_of(row))


def _by_status(row: ProjectRow) -> Any:
    return SEVERITY.index(row.status), -(row.worst_slip or 0), row.code


def _by_stage(row: ProjectRow) -> Any:
    known = stages().get(row.stage)
    return known.order if known else 99, row.code


def _by_next(row: ProjectRow) -> Any:
    day = row.next.promised if row.next else None
    return day or date.max, row.code


def _by_slip(row: ProjectRow) -> Any:
    return -(row.worst_slip if row.worst_slip is not None else -(10**6)), row.code


_PROJECT_ORDER: dict[str, Callable[[ProjectRow], Any]] = {
    "code": _by_code,
    "name": _by_name,
    "status": _by_status,
    "stage": _by_stage,
    "next": _by_next,
    "slip": _by_slip,
}


def milestones(wanted: MilestoneFilter, *, actor: Actor, as_of: date | None) -> list[Line]:
    """The milestones of all projects that the actor sees and the filter lets through, sorted."""
    codes = [wanted.project] if wanted.project else None
    rows = portfolio(actor=actor, as_of=as_of, codes=codes)
    today = as_of or clock.today()
    lines = [Line(m, p) for p in rows for m in p.milestones]
    kept = [line for line in lines if _milestone_fits(line, wanted, today, actor)]
    return sorted(kept, key=_MILESTONE_ORDER.get(wanted.sort, _line_by_date))


def _milestone_fits(line: Line, wanted: MilestoneFilter, today: date, actor: Actor) -> bool:
    m, p = line.milestone, line.project
    days = WINDOWS.get(wanted.within)
    return (
        (not wanted.status or m.status in wanted.status.split(","))
        and (not wanted.lab or any(lab.code == wanted.lab for lab in p.labs))
        and (not wanted.gate or m.gate)
        and (not wanted.state or (m.is_open if wanted.state == "open" else m.state == wanted.state))
        and (wanted.owner != "me" or m.owner_id == actor.id)
        and (
            days is None
            or (m.is_open and m.promised is not None and m.promised <= today + timedelta(days=days))
        )
        and _found(
            wanted.q,
            [m.code, m.name_hans, m.name_hant, m.name_en, p.code, p.name_hans, p.name_hant, p.name_en],
        )
    )


def _line_by_date(line: Line) -> Any:
    m = line.milestone
    return (0 if m.is_open else 1), (m.actual or m.promised or date.max), line.project.code, m.position


def _line_by_project(line: Line) -> Any:
    return line.project.code, line.milestone.position


def _line_by_slip(line: Line) -> Any:
    slip = line.milestone.slip
    return -(slip if slip is not None else -(10**6)), line.project.code, line.milestone.position


def _line_by_status(line: Line) -> Any:
    return SEVERITY.index(line.milestone.status), *_line_by_date(line)


_MILESTONE_ORDER: dict[str, Callable[[Line], Any]] = {
    "date": _line_by_date,
    "project": _line_by_project,
    "slip": _line_by_slip,
    "status": _line_by_status,
}
