"""The files of a committee, which are counted together: papers, pictures, scans, imports, and what shows that an action
was done."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    BacklogItem,
    Meeting,
    Minutes,
    MinutesImport,
    Paper,
    Paragraph,
)
from kangjiansheng.committee.queries import evidence, images, imports, papers, scans
from kangjiansheng.committee.queries.visible import sees_paper, sees_proof, visible_actions, visible_items
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.quotas import Shelf


def shelf_of(committee_id: int) -> Shelf:
    """All files of a committee, whatever became of them. A paper whose item was taken from the agenda belongs to none
    any more."""
    meetings = select(Meeting.id).where(Meeting.committee_id == committee_id)
    minutes = select(Minutes.id).where(Minutes.meeting_id.in_(meetings))
    items = select(AgendaItem.id).where(AgendaItem.meeting_id.in_(meetings))
    waiting = select(BacklogItem.id).where(BacklogItem.committee_id == committee_id)
    on_items = or_(Paper.agenda_item_id.in_(items), Paper.backlog_item_id.in_(waiting))
    found = {
        papers.THING: select(Paper.id).where(on_items),
        images.THING: select(Paragraph.id).where(Paragraph.minutes_id.in_(minutes)),
        scans.THING: minutes,
        imports.THING: select(MinutesImport.id).where(MinutesImport.committee_id == committee_id),
        evidence.THING: select(Action.id).where(Action.meeting_id.in_(meetings)),
    }
    holds = [(FileRef.thing == thing) & FileRef.thing_id.in_(mine) for thing, mine in found.items()]
    return Shelf(_l("本委员会"), or_(*holds), _seen)


def _seen(actor: Actor) -> ColumnElement[bool]:
    """The condition on a file of a committee: papers of items, and what shows that actions were done, that the actor sees;
    of the others what she brought herself."""
    items = select(Paper.id).where(Paper.agenda_item_id.in_(visible_items(actor)))
    return or_(
        FileRef.by_id == actor.id,
        and_(FileRef.thing == papers.THING, FileRef.thing_id.in_(items), sees_paper(actor)),
        and_(
            FileRef.thing == evidence.THING, FileRef.thing_id.in_(visible_actions(actor)), sees_proof(actor)
        ),
    )
