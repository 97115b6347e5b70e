"""Who sees which projects and milestones: the only door for pages, search, charts, exports and JSON."""

from sqlalchemy import ColumnElement, Select, or_, select, true

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.doors import door, once_a_day
from kangjiansheng.labs.models import InstitutionMember, JointLab, LabMember
from kangjiansheng.labs.queries import inside_labs
from kangjiansheng.projects.models import Milestone, Plan, Project, ProjectLab, ProjectMember, ProjectParty

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
    member = Project.id.in_(_projects_of_member(actor))
    return or_(
        Project.confidentiality == "open",
        member,
        (Project.confidentiality == "parties")
        & or_(Project.id.in_(_projects_of_party(actor)), Project.id.in_(_projects_of_lab(actor))),
        (Project.confidentiality == "team") & Project.id.in_(_projects_of_lab(actor, DIRECTORS)),
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
