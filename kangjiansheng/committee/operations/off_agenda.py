"""Items that leave their agenda, and what hangs on them. A foreign key alone would change these rows without a word in the trail,
whose check would then name them as altered."""

from collections.abc import Sequence

from sqlalchemy import select

from kangjiansheng.committee.models import (
    AgendaItem,
    DecisionEffect,
    Interest,
    Meeting,
    PackItem,
    Paper,
    Recusal,
)
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db


def leave(meeting: Meeting, items: Sequence[AgendaItem], *, actor: Actor, change: ChangeSet) -> None:
    """Recusals, the changes of plans that were proposed and places in the pack go with the items; what somebody declared
    and papers stay, and are about none of them any more."""
    ids = [item.id for item in items]
    effects = select(DecisionEffect).where(DecisionEffect.agenda_item_id.in_(ids)).order_by(DecisionEffect.id)
    for effect in db.session.scalars(effects):
        record("committee:effect:remove", effect, actor=actor, before=effect.state(), after={}, change=change)
        db.session.delete(effect)
    declared = select(Interest).where(Interest.agenda_item_id.in_(ids)).order_by(Interest.id)
    for interest in db.session.scalars(declared):
        before = interest.state()
        interest.agenda_item_id = None
        record("committee:interest:edit", interest, actor=actor, before=before, change=change)
    for paper in db.session.scalars(select(Paper).where(Paper.agenda_item_id.in_(ids)).order_by(Paper.id)):
        paper.agenda_item_id = None
    for kind in (Recusal, PackItem):
        for row in db.session.scalars(select(kind).where(kind.agenda_item_id.in_(ids)).order_by(kind.id)):
            db.session.delete(row)
    db.session.flush()
    for item in items:
        meeting.items.remove(item)
    db.session.flush()
