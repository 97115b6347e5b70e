"""The people of a project: its members and those of its laboratories."""

from typing import Any

from sqlalchemy import CompoundSelect, select, union

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import InstitutionMember, LabMember
from kangjiansheng.projects.models import ProjectLab, ProjectMember, ProjectParty


def team_ids(project_id: int | None) -> set[int]:
    """The members of a project and of its laboratories, today."""
    return set(db.session.scalars(_team(project_id)))


def _team(project_id: int | None) -> CompoundSelect[Any]:
    today = clock.today()
    members = select(ProjectMember.person_id).where(
        ProjectMember.project_id == project_id, holds_on(ProjectMember, today)
    )
    labs = (
        select(LabMember.person_id)
        .join(ProjectLab, ProjectLab.lab_id == LabMember.lab_id)
        .where(ProjectLab.project_id == project_id, holds_on(LabMember, today))
    )
    return union(members, labs)


def team(project_id: int | None) -> list[Person]:
    """The same as people, for lists of choices; one statement."""
    return people(_team(project_id))


def candidates(project_id: int) -> list[Person]:
    """Who may join a project: people of its laboratories and of its party institutions."""
    today = clock.today()
    of_parties = (
        select(InstitutionMember.person_id)
        .join(ProjectParty, ProjectParty.institution_id == InstitutionMember.institution_id)
        .where(ProjectParty.project_id == project_id, holds_on(InstitutionMember, today))
    )
    return people(team_ids(project_id) | set(db.session.scalars(of_parties)))


def people(ids: set[int] | CompoundSelect[Any]) -> list[Person]:
    """People by id, in the order of their codes."""
    query = select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None)).order_by(Person.code)
    return list(db.session.scalars(query))
