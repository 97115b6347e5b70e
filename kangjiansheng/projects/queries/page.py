"""What the pages of one project or milestone read besides the portfolio."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, case, literal, select, union_all
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import JointLab, LabMember
from kangjiansheng.projects.models import (
    GateDecision,
    Milestone,
    MilestoneEntry,
    Plan,
    Project,
    ProjectLab,
    ProjectMember,
    StatusClaim,
)
from kangjiansheng.projects.queries.owners import with_owner
from kangjiansheng.projects.queries.visible import DIRECTORS, may_see, may_see_plan


def project(*, actor: Actor, code: str) -> Project | None:
    """A project that the actor may see, with its registry numbers, the template of its plan and the decisions."""
    return db.session.scalars(_project(actor), {"code": code}).unique().first()


@once_a_day
def _project(actor: Actor) -> Select[Project]:
    return (
        select(Project)
        .where(Project.code == bindparam("code"), may_see(actor))
        .options(
            joinedload(Project.registrations),
            joinedload(Project.claims).joinedload(StatusClaim.change_set),
            joinedload(Project.plan).joinedload(Plan.template_version),
            joinedload(Project.plan)
            .joinedload(Plan.decisions)
            .options(defer(GateDecision.dossier), joinedload(GateDecision.conditions)),
        )
    )


def project_for(*, actor: Actor, code: str, act: str) -> tuple[Project, str] | None:
    """A project that the actor may see, with the act that the address names."""
    found = project(actor=actor, code=code)
    return (found, act) if found else None


def project_as(*, actor: Actor, code: str, kind: str) -> tuple[Project, str] | None:
    """A project that the actor may see, with the kind of file that the address names."""
    found = project(actor=actor, code=code)
    return (found, kind) if found else None


def project_with(*, actor: Actor, code: str, number: int) -> tuple[Project, int] | None:
    """A project that the actor may see, with the number of one of its parts."""
    found = project(actor=actor, code=code)
    return (found, number) if found else None


def plan(*, actor: Actor, of: str, code: str) -> Plan | None:
    """The plan of a project or of a laboratory (`of` projects or labs) that the actor may see, with its template and
    the decisions at its gates."""
    query = (
        select(Plan)
        .outerjoin(Plan.project)
        .outerjoin(Plan.lab)
        .where(_of(of, code), may_see_plan(actor))
        .options(
            contains_eager(Plan.project),
            contains_eager(Plan.lab),
            joinedload(Plan.template_version),
            joinedload(Plan.decisions).defer(GateDecision.dossier),
        )
    )
    return db.session.scalars(query).unique().first()


def lab_plan(*, actor: Actor, code: str) -> Plan | None:
    """The plan of a laboratory whose inside the actor may see."""
    return plan(actor=actor, of="labs", code=code)


def _of(of: str, code: Any) -> ColumnElement[bool]:
    return Project.code == code if of == "projects" else JointLab.code == code


def milestone(*, actor: Actor, code: str, milestone_code: str, of: str = "projects") -> Milestone | None:
    """A milestone of a plan that the actor may see, with its plan and what that belongs to."""
    return db.session.scalar(_milestone(actor, of), {"owner": code, "code": milestone_code})


@once_a_day
def _milestone(actor: Actor, of: str) -> Select[Milestone]:
    template = contains_eager(Milestone.plan).joinedload(Plan.template_version)
    query = with_owner(select(Milestone), load=True).options(template)
    return query.where(_of(of, bindparam("owner")), Milestone.code == bindparam("code"), may_see_plan(actor))


def milestone_for(*, actor: Actor, act: str, **where: str) -> tuple[Milestone, str] | None:
    """A milestone that the actor may see, with the act that the address names."""
    found = milestone(actor=actor, **where)
    return (found, act) if found else None


def entry(*, actor: Actor, entry_id: int, **where: str) -> MilestoneEntry | None:
    """An entry of a milestone's ledger, for taking it back."""
    found = milestone(actor=actor, **where)
    if found is None:
        return None
    query = (
        select(MilestoneEntry)
        .where(MilestoneEntry.id == entry_id, MilestoneEntry.milestone_id == found.id)
        .options(joinedload(MilestoneEntry.change_set))
    )
    return db.session.scalar(query)


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of a ledger as pages show it: who said what, and from when it counts."""

    id: int
    milestone_id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    kind: str
    effective_at: datetime
    recorded_at: datetime
    imported: bool
    baseline: date | None
    current_plan: date | None
    forecast: date | None
    proposed: date | None
    actual: date | None
    state: str
    reason_code: str | None
    note: str
    moves: int
    undoes_id: int | None
    why: str  # what was said of the act as a whole
    authority: str
    who: str
    owner: str

    @property
    def promised(self) -> date | None:
        """The date that counted after it."""
        return self.forecast or self.current_plan or self.baseline


def ledger(
    *, actor: Actor, plan_id: int | None, milestone_id: int | None = None, as_of: date | None = None
) -> list[Said]:
    """The ledger of a plan's milestones (or of one), in the order in which it counts; one statement.

    As of a past day only what counted by the end of that day.
    """
    asked = {"plan": plan_id, "milestone": milestone_id, "until": as_of and clock.end_of(as_of)}
    query = _ledger(actor, milestone_id is not None, as_of is not None)
    given = {key: value for key, value in asked.items() if value is not None or key == "plan"}
    return [_said(row) for row in db.session.execute(query, given).mappings()]


@once_a_day
def _ledger(actor: Actor, of_one: bool, past: bool) -> Select[Any]:
    keys = [
        "id",
        "milestone_id",
        "kind",
        "effective_at",
        "recorded_at",
        "imported",
        "baseline",
        "current_plan",
        "forecast",
        "proposed",
        "actual",
        "state",
        "reason_code",
        "note",
        "moves",
        "undoes_id",
    ]
    owner = aliased(Person)
    query = (
        select(
            *(getattr(MilestoneEntry, key) for key in keys),
            Milestone.code,
            Milestone.name_hans,
            Milestone.name_hant,
            Milestone.name_en,
            ChangeSet.note.label("why"),
            ChangeSet.label.label("authority"),
            Person.name_hans.label("who_hans"),
            Person.name_hant.label("who_hant"),
            Person.name_en.label("who_en"),
            owner.name_hans.label("owner_hans"),
            owner.name_hant.label("owner_hant"),
            owner.name_en.label("owner_en"),
        )
        .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(ChangeSet, ChangeSet.id == MilestoneEntry.change_set_id)
        .outerjoin(Person, Person.id == ChangeSet.actor_id)
        .outerjoin(owner, owner.id == MilestoneEntry.owner_id)
        .where(Plan.id == bindparam("plan"), may_see_plan(actor))
        .order_by(MilestoneEntry.effective_at, MilestoneEntry.id)
    )
    if of_one:
        query = query.where(Milestone.id == bindparam("milestone"))
    return query.where(MilestoneEntry.effective_at <= bindparam("until")) if past else query


def _said(row: Any) -> Said:
    values: dict[str, Any] = dict(row)
    names: dict[str, Any] = {
        role: name_of({script: values.pop(f"{role}_{script}") or "" for script in ("hans", "hant", "en")})
        for role in ("who", "owner")
    }
    return Said(**values, **names)


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody of a project's team, or of one of its laboratories."""

    id: int
    person_id: int
    code: str
    erased_at: datetime | None
    role: str
    of_lab: bool
    valid_from: date
    valid_to: date | None
    name_hans: str
    name_hant: str
    name_en: str

    def holds_on(self, day: date) -> bool:
        """True when the membership holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


def team(project_id: int, *, whole_labs: bool = False) -> list[TeamMember]:
    """All memberships of a project, and the directors of its laboratories (or everybody there); one statement."""
    return _rows_of_team(_of_project(whole_labs), {"project": project_id})


@cache
def _of_project(whole_labs: bool) -> Select[Any]:
    project_id: Any = bindparam("project")
    members = select(
        ProjectMember.id,
        ProjectMember.person_id,
        ProjectMember.role,
        literal(False).label("of_lab"),
        ProjectMember.valid_from,
        ProjectMember.valid_to,
    ).where(ProjectMember.project_id == project_id)
    directors = (
        select(
            LabMember.id,
            LabMember.person_id,
            LabMember.role,
            literal(True).label("of_lab"),
            LabMember.valid_from,
            LabMember.valid_to,
        )
        .join(ProjectLab, ProjectLab.lab_id == LabMember.lab_id)
        .where(ProjectLab.project_id == project_id)
    )
    if not whole_labs:
        directors = directors.where(LabMember.role.in_(DIRECTORS))
    return _team(union_all(members, directors).subquery())


def team_of_lab(lab_id: int) -> list[TeamMember]:
    """All memberships of a laboratory, as those of its own plan: who does not direct it is a member; one
    statement."""
    part = case((LabMember.role.in_(DIRECTORS), LabMember.role), else_="member")
    rows = select(
        LabMember.id,
        LabMember.person_id,
        part.label("role"),
        literal(False).label("of_lab"),
        LabMember.valid_from,
        LabMember.valid_to,
    )
    return _rows_of_team(_team(rows.where(LabMember.lab_id == lab_id).subquery()), {})


def _rows_of_team(query: Select[Any], asked: dict[str, Any]) -> list[TeamMember]:
    return [
        TeamMember(**{**row, "of_lab": bool(row["of_lab"])})
        for row in db.session.execute(query, asked).mappings()
    ]


def _team(rows: Subquery) -> Select[Any]:
    return (
        select(rows, Person.code, Person.erased_at, Person.name_hans, Person.name_hant, Person.name_en)
        .join(Person, Person.id == rows.c.person_id)
        .order_by(rows.c.of_lab, rows.c.valid_from, rows.c.id)
    )


@dataclass(frozen=True, slots=True)
class News:
    """A line of what was said of late about the milestones of a laboratory; `path` leads to the milestone."""

    owner_code: str
    code: str
    path: str
    name_hans: str
    name_hant: str
    name_en: str
    day: date
    kind: str
    imported: bool
    promised: date | None
    actual: date | None
    who: str


def recent(
    *, actor: Actor, projects: Any, lab_id: int, as_of: date | None = None, limit: int = 6
) -> list[News]:
    """The newest entries about the milestones of some projects (ids, or a statement of them) and of a laboratory's
    own plan, those that open them left out; one statement."""
    plans = union_all(  # with an OR PostgreSQL takes them for half of all there are
        select(Plan.id).where(Plan.project_id.in_(projects)), select(Plan.id).where(Plan.lab_id == lab_id)
    )
    query = (
        with_owner(
            select(MilestoneEntry, Milestone, Person).join(
                Milestone, Milestone.id == MilestoneEntry.milestone_id
            ),
            load=True,
        )
        .join(ChangeSet, ChangeSet.id == MilestoneEntry.change_set_id)
        .outerjoin(Person, Person.id == ChangeSet.actor_id)
        .where(
            Milestone.plan_id.in_(plans),
            MilestoneEntry.kind != "open",
            may_see_plan(actor),
        )
        .order_by(MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc())
        .limit(limit)
    )
    if as_of is not None:
        query = query.where(MilestoneEntry.effective_at <= clock.end_of(as_of))
    return [
        News(
            m.plan.owner.code,
            m.code,
            m.path,
            m.name_hans,
            m.name_hant,
            m.name_en,
            clock.day_of(e.effective_at),
            e.kind,
            e.imported,
            e.forecast or e.current_plan or e.baseline,
            e.actual,
            name_of(person) if person else "",
        )
        for e, m, person in db.session.execute(query)
    ]
