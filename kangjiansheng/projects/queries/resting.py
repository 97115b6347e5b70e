"""What of projects rests on an institution or a laboratory, so that it cannot be put away."""

from typing import Any

from sqlalchemy import or_, select, union_all

from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.projects.models import Ask, HandOff, Project, ProjectLab, ProjectParty
from kangjiansheng.projects.rules import asks, hand_offs


def projects_on(thing: Any) -> list[str]:
    """The codes of the projects, not archived, that name an institution as party or work in a laboratory; of an
    institution also the asks and the hand-offs that wait for somebody."""
    active = select(Project.code).where(Project.archived_at.is_(None))
    if isinstance(thing, Institution):
        named = [
            active.join(Project.parties).where(ProjectParty.institution_id == thing.id),
            select(Ask.code).where(
                or_(Ask.from_id == thing.id, Ask.to_id == thing.id), Ask.life.in_(asks.OPEN)
            ),
            select(HandOff.code)
            .join(HandOff.project)
            .where(
                Project.archived_at.is_(None),
                or_(HandOff.giver_id == thing.id, HandOff.receiver_id == thing.id),
                HandOff.life.in_(hand_offs.OPEN),
            ),
        ]
    elif isinstance(thing, JointLab):
        named = [active.join(Project.labs).where(ProjectLab.lab_id == thing.id)]
    else:
        return []
    return list(db.session.scalars(union_all(*named)))
