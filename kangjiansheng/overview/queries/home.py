"""What home shows beside the projects."""

from sqlalchemy import select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.queries import own_labs


def my_labs(*, actor: Actor) -> list[JointLab]:
    """The laboratories to which the actor belongs today."""
    query = select(JointLab).where(JointLab.id.in_(own_labs(actor)), JointLab.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(JointLab.code)))
