"""What projects and milestones are called in the audit trail, which keeps their numbers only."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.queries.owners import CODE, with_owner


def page_open_to_all(code: str) -> str | None:
    """The path of a project that whoever is signed in may see; None for any other."""
    query = select(Project.id).where(
        Project.code == code, Project.confidentiality == "open", Project.archived_at.is_(None)
    )
    return f"/projects/{code}" if db.session.scalar(query) else None


def milestones(ids: set[int]) -> dict[int, str]:
    """The codes of project (or laboratory) and milestone, and the name, by id."""
    query = with_owner(select(Milestone, CODE)).where(Milestone.id.in_(ids))
    return {row.id: f"{code} {row.code} {name_of(row)}" for row, code in db.session.execute(query)}


def plans(ids: set[int]) -> dict[int, str]:
    """Code and name of what plans belong to, by id."""
    query = select(Plan).where(Plan.id.in_(ids)).options(joinedload(Plan.project), joinedload(Plan.lab))
    return {row.id: f"{row.owner.code} {name_of(row.owner)}" for row in db.session.scalars(query)}
