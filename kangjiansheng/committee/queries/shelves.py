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
from kangjiansheng.committee.queries import backlog, evidence, images, imports, papers, scans
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
    return Shelf(_l("本委员会"), or_(*holds), lambda actor: _seen(committee_id, actor))


def _seen(committee_id: int, actor: Actor) -> ColumnElement[bool]:
    """The condition on a file of a committee that the actor sees it, each by the door by which it is read: of papers of
    items that wait, which are opened by nobody until then, the door of the item. What she brought herself counts too."""
    doors = {
        papers.THING: _papers(committee_id, actor),
        images.THING: FileRef.thing_id.in_(images.paragraphs(actor)),
        scans.THING: FileRef.thing_id.in_(scans.whole(actor)),
        imports.THING: FileRef.thing_id.in_(imports.open_to(actor)),
        evidence.THING: and_(FileRef.thing_id.in_(visible_actions(actor)), sees_proof(actor)),
    }
    return or_(
        FileRef.by_id == actor.id, *(and_(FileRef.thing == thing, door) for thing, door in doors.items())
    )


def _papers(committee_id: int, actor: Actor) -> ColumnElement[bool]:
    items = select(Paper.id).where(Paper.agenda_item_id.in_(visible_items(actor)))
    waiting = select(Paper.id).where(Paper.backlog_item_id.in_(backlog.ids(committee_id, actor=actor)))
    within = or_(FileRef.level == "", backlog.reads_committee(committee_id, actor))
    return or_(
        and_(FileRef.thing_id.in_(items), sees_paper(actor)), and_(FileRef.thing_id.in_(waiting), within)
    )
