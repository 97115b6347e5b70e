"""Who may do what with projects and milestones. Executives and auditors read and change no plan."""

from sqlalchemy import ColumnElement, exists, or_, select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import LabMember
from kangjiansheng.projects.models import Milestone, Project, ProjectLab, ProjectMember
from kangjiansheng.projects.queries.visible import DIRECTORS


def see(_actor: Actor, _thing: object = None) -> bool:
    """Whatever the loader gave may be seen: visibility is decided in queries."""
    return True


def lists(_actor: Actor) -> bool:
    """Everybody may open a list; it holds what they may see."""
    return True


def create(actor: Actor) -> bool:
    """Executives and the directors of laboratories register projects."""
    if actor.has("system"):
        return True
    directs = exists().where(
        LabMember.person_id == actor.id, LabMember.role.in_(DIRECTORS), holds_on(LabMember, clock.today())
    )
    return actor.has("executive") or bool(db.session.scalar(select(directs)))


def edit(actor: Actor, project: Project) -> bool:
    """A project's facts, people and plan are in the hands of its leads and its laboratories' directors."""
    return actor.has("executive", "system") or leads(actor, project)


def leads(actor: Actor, project: Project) -> bool:
    """True for the project's leads and the directors of its laboratories."""
    return bool(db.session.scalar(select(_leads(actor, project.id))))


def plan(actor: Actor, project: Project) -> bool:
    """Milestones are added, planned and handed to people by those who lead."""
    return actor.has("system") or leads(actor, project)


def update(actor: Actor, milestone: Milestone) -> bool:
    """Who may say how a milestone stands: its owner, those who lead, and the project's members (as a proposal)."""
    project_id = milestone.plan.project_id
    member = exists().where(
        ProjectMember.project_id == project_id,
        ProjectMember.person_id == actor.id,
        ProjectMember.role.in_(("lead", "member")),
        holds_on(ProjectMember, clock.today()),
    )
    if milestone.owner_id == actor.id or actor.has("system"):
        return True
    return bool(db.session.scalar(select(or_(_leads(actor, project_id), member))))


def confirm(actor: Actor, milestone: Milestone) -> bool:
    """Whose word counts at once: the milestone's owner and those who lead."""
    if milestone.owner_id == actor.id or actor.has("system"):
        return True
    return bool(db.session.scalar(select(_leads(actor, milestone.plan.project_id))))


def _leads(actor: Actor, project_id: int | None) -> ColumnElement[bool]:
    lead = exists().where(
        ProjectMember.project_id == project_id,
        ProjectMember.person_id == actor.id,
        ProjectMember.role == "lead",
        holds_on(ProjectMember, clock.today()),
    )
    director = exists().where(
        ProjectLab.project_id == project_id,
        ProjectLab.lab_id == LabMember.lab_id,
        LabMember.person_id == actor.id,
        LabMember.role.in_(DIRECTORS),
        holds_on(LabMember, clock.today()),
    )
    return or_(lead, director)
