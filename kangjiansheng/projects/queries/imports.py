"""What an import would change: the plan of the files compared with what is stored. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries.acceptance import meaning
from kangjiansheng.projects.queries.templates import published
from kangjiansheng.projects.rules.portfolio import (
    PROJECT_FACTS,
    Known,
    PlannedLab,
    PlannedMilestone,
    PlannedProject,
    PortfolioPlan,
    Problem,
    read,
)
from kangjiansheng.projects.rules.templates import GMP

_STATE = ("current_plan", "forecast", "actual", "state")


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """A stored project with the values that the file gives otherwise, and parties that it adds."""

    project: Project
    values: Mapping[str, Any]
    lab_code: str | None
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MilestoneChange:
    """A stored milestone that the file sees otherwise: a new ledger state, or other words about it."""

    milestone: Milestone
    planned: PlannedMilestone
    ledger: bool
    values: Mapping[str, Any]


@dataclass(slots=True)
class Comparison:
    """All that an import would do, and what it leaves alone because somebody said something newer here."""

    plan: PortfolioPlan
    institutions: list[str] = field(default_factory=list)
    labs: list[PlannedLab] = field(default_factory=list)
    projects: list[PlannedProject] = field(default_factory=list)
    changed_projects: list[ProjectChange] = field(default_factory=list)
    milestones: list[PlannedMilestone] = field(default_factory=list)
    changed_milestones: list[MilestoneChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stored: dict[str, Project] = field(default_factory=dict)

    @property
    def changes_nothing(self) -> bool:
        """True when the files say nothing that is not stored already."""
        return not (
            self.institutions
            or self.labs
            or self.projects
            or self.changed_projects
            or self.milestones
            or self.changed_milestones
        )

    @property
    def errors(self) -> list[Problem]:
        """What refuses the import."""
        return [problem for problem in (*self.plan.problems, *self.problems) if problem.error]

    @property
    def warnings(self) -> list[Problem]:
        """What is odd and imported all the same."""
        return [problem for problem in (*self.plan.problems, *self.problems) if not problem.error]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many of each are created and changed."""
        return {
            "created": {
                "institutions": len(self.institutions),
                "labs": len(self.labs),
                "projects": len(self.projects),
                "milestones": len(self.milestones),
                "entries": sum(len(milestone.entries) for milestone in self.milestones),
            },
            "changed": {
                "projects": len(self.changed_projects),
                "milestones": len(self.changed_milestones),
            },
        }


def compare(files: Mapping[str, bytes]) -> Comparison:
    """Read the files of a folder (name → bytes) and compare them with the database; writes nothing."""
    plan = read(files, clock.today(), _known())
    found = Comparison(plan)
    if found.errors:
        return found
    found.labs = _new_labs(plan)
    directory = labs.Directory()
    found.institutions = [name for name in plan.institutions if directory.find(name) is None]
    as_ofs = {project.code: project.as_of for project in plan.projects}
    _compare_projects(found, directory)
    _compare_milestones(found, as_ofs)
    _compare_acceptance(found)
    return found


def _compare_acceptance(found: Comparison) -> None:
    """Say of GMP preparation that becomes done under a laboratory that is not accepted that it is odd; it is imported."""
    accepted = set(db.session.scalars(select(JointLab.code).where(JointLab.accepted_on.is_not(None))))
    leads = _leading(found)
    pathways = published()
    planned = {one.code: one.pathway for one in found.plan.projects}
    for one in [*found.milestones, *(change.planned for change in found.changed_milestones)]:
        lab = leads.get(one.project_code, "")
        if one.final.actual is None or not lab or lab in accepted:
            continue
        stored = found.stored.get(one.project_code)
        if stored is not None and stored.plan is not None:
            means = meaning(stored.plan, one.code)
        else:
            steps = pathways[planned[one.project_code]].milestones
            means = next((step.meaning for step in steps if step.code == one.code), "")
        if means == GMP:
            _warn(found, "lab-not-accepted", "milestones", one.row, f"{one.project_code} {one.code}", lab=lab)


def _leading(found: Comparison) -> dict[str, str]:
    """Which laboratory will lead each project, by codes."""
    ids = {row.lab_id for one in found.stored.values() for row in one.labs if row.leads}
    query = select(JointLab.id, JointLab.code).where(JointLab.id.in_(ids))
    codes = {row.id: row.code for row in db.session.execute(query)}
    now = {one.code: codes[row.lab_id] for one in found.stored.values() for row in one.labs if row.leads}
    return now | {one.code: one.lab_code for one in found.plan.projects if one.lab_code}


def _known() -> Known:
    projects = db.session.execute(select(Project.code, Project.baseline_start)).all()
    milestones = db.session.execute(
        select(Project.code, Milestone.code)
        .join(Plan, Plan.project_id == Project.id)
        .join(Milestone, Milestone.plan_id == Plan.id)
    ).all()
    return Known({row[0]: row[1] for row in projects}, frozenset((row[0], row[1]) for row in milestones))


def _new_labs(plan: PortfolioPlan) -> list[PlannedLab]:
    wanted = [lab.code for lab in plan.labs]
    there = set(db.session.scalars(select(JointLab.code).where(JointLab.code.in_(wanted))))
    return [lab for lab in plan.labs if lab.code not in there]


def _compare_projects(found: Comparison, directory: labs.Directory) -> None:
    codes = {p.code for p in found.plan.projects} | {m.project_code for m in found.plan.milestones}
    query = (
        select(Project)
        .where(Project.code.in_(codes))
        .options(
            selectinload(Project.labs),
            selectinload(Project.parties),
            selectinload(Project.members),
            selectinload(Project.registrations),
            selectinload(Project.plan),
        )
    )
    found.stored = {project.code: project for project in db.session.scalars(query)}
    said_here = _said_here(ProjectEntry, ProjectEntry.project_id, [p.id for p in found.stored.values()])
    lab_codes = {row.id: row.code for row in db.session.execute(select(JointLab.id, JointLab.code))}
    for planned in found.plan.projects:
        project = found.stored.get(planned.code)
        if project is None:
            found.projects.append(planned)
            continue
        change = _project_change(project, planned, lab_codes, directory)
        if change is None:
            continue
        if _newer(said_here.get(project.id), planned.as_of):
            _warn(found, "newer-here", "portfolio", planned.row, planned.code)
        else:
            found.changed_projects.append(change)


def _project_change(
    project: Project, planned: PlannedProject, lab_codes: Mapping[int, str], directory: labs.Directory
) -> ProjectChange | None:
    values = {
        key: getattr(planned, key) for key in PROJECT_FACTS if getattr(planned, key) != getattr(project, key)
    }
    leading = next((lab_codes[row.lab_id] for row in project.labs if row.leads), None)
    lab_code = planned.lab_code if planned.lab_code and planned.lab_code != leading else None
    parties = {row.institution_id for row in project.parties}
    missing = []
    for name in planned.partners:
        institution = directory.find(name)
        if institution is None or institution.id not in parties:
            missing.append(name)
    if not values and lab_code is None and not missing:
        return None
    return ProjectChange(project, values, lab_code, tuple(missing))


def _compare_milestones(found: Comparison, as_ofs: Mapping[str, date]) -> None:
    plan_codes = {p.plan.id: p.code for p in found.stored.values() if p.plan is not None}
    query = select(Milestone).where(Milestone.plan_id.in_(plan_codes))
    stored = {(plan_codes[m.plan_id], m.code): m for m in db.session.scalars(query)}
    said_here = _said_here(MilestoneEntry, MilestoneEntry.milestone_id, [m.id for m in stored.values()])
    for planned in found.plan.milestones:
        milestone = stored.get((planned.project_code, planned.code))
        if milestone is None:
            found.milestones.append(planned)
            continue
        change = _milestone_change(milestone, planned)
        if milestone.baseline != planned.final.baseline:
            _warn(found, "baseline-kept", "milestones", planned.row, f"{planned.project_code} {planned.code}")
        if change is None:
            continue
        if _newer(said_here.get(milestone.id), as_ofs.get(planned.project_code, clock.today())):
            _warn(found, "newer-here", "milestones", planned.row, f"{planned.project_code} {planned.code}")
        else:
            found.changed_milestones.append(change)


def _milestone_change(milestone: Milestone, planned: PlannedMilestone) -> MilestoneChange | None:
    ledger = any(getattr(planned.final, key) != getattr(milestone, key) for key in _STATE)
    given: dict[str, Any] = {
        "name_hans": planned.name_hans,
        "name_en": planned.name_en,
        "evidence_ref": planned.evidence_ref,
    }
    values = {key: value for key, value in given.items() if value and value != getattr(milestone, key)}
    if planned.gate != milestone.gate:
        values["gate"] = planned.gate
    return MilestoneChange(milestone, planned, ledger, values) if ledger or values else None


def _said_here(kind: Any, column: Any, ids: list[int]) -> dict[int, datetime]:
    """When somebody last wrote into a ledger by hand, by thing."""
    query = (
        select(column, func.max(kind.effective_at))
        .where(column.in_(ids), kind.imported.is_(False))
        .group_by(column)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _newer(said: datetime | None, as_of: date) -> bool:
    return said is not None and said > clock.end_of(as_of)


def _warn(found: Comparison, code: str, file: str, row: int, value: str, **facts: Any) -> None:
    problem = Problem(code, error=False, file=f"{file}.csv", row=row, value=value, facts=facts)
    found.problems.append(problem)
