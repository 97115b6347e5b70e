"""What home shows beside the projects."""

from sqlalchemy import and_, literal, select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.queries import own_labs
from kangjiansheng.labs.queries.companion import concerned


def my_labs(*, actor: Actor) -> tuple[list[JointLab], bool]:
    """The laboratories to which the actor belongs today, and whether anything in the park is hers; one statement."""
    always = select(literal(1).label("row")).subquery()
    own = and_(JointLab.id.in_(own_labs(actor)), JointLab.archived_at.is_(None))
    query = select(JointLab, concerned(actor)).select_from(always).outerjoin(JointLab, own)
    rows = db.session.execute(query.order_by(JointLab.code)).all()
    return [lab for lab, _park in rows if lab is not None], bool(rows[0][1])
