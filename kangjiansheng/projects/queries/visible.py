"""Who sees which projects and milestones: the only door for pages, search, charts, exports and JSON."""

from sqlalchemy import ColumnElement, Select, or_, select, true

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock, file_levels
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import door, once_a_day
from kangjiansheng.labs.models import InstitutionMember, JointLab, LabMember
from kangjiansheng.labs.queries import inside_labs
from kangjiansheng.labs.queries.visible import own_labs, shared_labs
from kangjiansheng.projects.models import (
    Evidence,
    Milestone,
    Plan,
    Project,
    ProjectLab,
    ProjectMember,
    ProjectParty,
)

DIRECTORS = ("director", "co_director")


@once_a_day
def may_see(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Project` under which the actor sees it, by the rights of today.

    `open`: whoever is signed in. `parties`: members of a party institution, of a laboratory of the project or
    of the project. `team`: members of the project and directors of its laboratories. Executives, auditors and
    the system see all.
    """
    if actor.reads_all:
        return true()
    return or_(
        Project.confidentiality == "open",
        Project.id.in_(_projects_of_member(actor)),
        (Project.confidentiality == "parties") & _shares(actor),
        (Project.confidentiality == "team") & _directs(actor),
    )


def _shares(actor: Actor) -> ColumnElement[bool]:
    return or_(Project.id.in_(_projects_of_party(actor)), Project.id.in_(_projects_of_lab(actor)))


def _directs(actor: Actor) -> ColumnElement[bool]:
    return Project.id.in_(_projects_of_lab(actor, DIRECTORS))


@once_a_day
def sees_evidence(actor: Actor) -> ColumnElement[bool]:
    """The condition on the newest file of a piece of evidence, of a milestone that the actor sees."""
    member = Project.id.in_(_projects_of_member(actor))
    return file_levels.seen(
        actor,
        parties=_evidence_of(or_(member, _shares(actor)), shared_labs(actor)),
        team=_evidence_of(or_(member, _directs(actor)), own_labs(actor)),
    )


def _evidence_of(project: ColumnElement[bool], labs: Select[int]) -> Select[int]:
    query = select(Evidence.id).join(Milestone, Milestone.id == Evidence.milestone_id)
    return query.join(Plan, Plan.id == Milestone.plan_id).where(
        or_(Plan.project_id.in_(select(Project.id).where(project)), Plan.lab_id.in_(labs))
    )


@door
def visible_projects(actor: Actor) -> Select[int]:
    """The ids of the projects that the actor sees: `Project.id.in_(visible_projects(actor))`."""
    return select(Project.id).where(may_see(actor))


@once_a_day
def may_see_plan(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Plan` under which the actor sees it: as its project, or as the inside of its laboratory."""
    if actor.reads_all:
        return true()
    labs = select(JointLab.id).where(inside_labs(actor))
    return or_(Plan.project_id.in_(visible_projects(actor)), Plan.lab_id.in_(labs))


@once_a_day
def visible_milestones(actor: Actor) -> Select[int]:
    """The ids of the milestones of plans that the actor sees."""
    return select(Milestone.id).join(Plan, Plan.id == Milestone.plan_id).where(may_see_plan(actor))


@door
def _projects_of_member(actor: Actor) -> Select[int]:
    return select(ProjectMember.project_id).where(
        ProjectMember.person_id == actor.id, holds_on(ProjectMember, clock.today())
    )


@door
def _projects_of_party(actor: Actor) -> Select[int]:
    if actor.stands_for is not None:
        return select(ProjectParty.project_id).where(ProjectParty.institution_id == actor.stands_for)
    return (
        select(ProjectParty.project_id)
        .join(InstitutionMember, InstitutionMember.institution_id == ProjectParty.institution_id)
        .where(InstitutionMember.person_id == actor.id, holds_on(InstitutionMember, clock.today()))
    )


@door
def _projects_of_lab(actor: Actor, roles: tuple[str, ...] = ()) -> Select[int]:
    query = (
        select(ProjectLab.project_id)
        .join(LabMember, LabMember.lab_id == ProjectLab.lab_id)
        .where(LabMember.person_id == actor.id, holds_on(LabMember, clock.today()))
    )
    return query.where(LabMember.role.in_(roles)) if roles else query


def page_open_to_all(code: str) -> str | None:
    """The path of a project that whoever is signed in may see; None for any other."""
    query = select(Project.id).where(
        Project.code == code, Project.confidentiality == "open", Project.archived_at.is_(None)
    )
    return f"/projects/{code}" if db.session.scalar(query) else None
