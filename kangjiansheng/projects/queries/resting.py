"""What of projects rests on an institution or a laboratory, so that it cannot be put away."""

from typing import Any

from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.projects.models import Project, ProjectLab, ProjectParty


def projects_on(thing: Any) -> list[str]:
    """The codes of the projects, not archived, that name an institution as party or work in a laboratory."""
    active = select(Project.code).where(Project.archived_at.is_(None))
    if isinstance(thing, Institution):
        named = active.join(Project.parties).where(ProjectParty.institution_id == thing.id)
    elif isinstance(thing, JointLab):
        named = active.join(Project.labs).where(ProjectLab.lab_id == thing.id)
    else:
        return []
    return list(db.session.scalars(named))
