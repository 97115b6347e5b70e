"""What was done with the text of minutes, with decisions and with actions: from the trail itself, for one reader."""

from sqlalchemy import and_, false, func, or_, select, true

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Decision,
    DraftVersion,
    Meeting,
    Minutes,
    Paragraph,
    ParagraphTranslation,
    Signature,
)
from kangjiansheng.committee.queries.visible import reads_item
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db


def edits(
    minutes: Minutes, *, actor: Actor, only: Paragraph | None = None, set_aside: bool = False
) -> list[AuditEntry]:
    """What was done with the paragraphs whose item the actor may see, newest first: from the trail itself."""
    of_text = (
        select(Paragraph.id)
        .join(Meeting, Meeting.id == minutes.meeting_id)
        .outerjoin(AgendaItem, AgendaItem.id == Paragraph.agenda_item_id)
        .where(Paragraph.minutes_id == minutes.id, or_(Paragraph.agenda_item_id.is_(None), reads_item(actor)))
    )
    if only is not None:
        of_text = of_text.where(Paragraph.id == only.id)
    told = select(ParagraphTranslation.id).where(ParagraphTranslation.paragraph_id.in_(of_text))
    query = select(AuditEntry).where(
        or_(
            and_(AuditEntry.thing == "paragraph", AuditEntry.thing_id.in_(of_text)),
            and_(AuditEntry.thing == "paragraph_translation", AuditEntry.thing_id.in_(told)),
        )
    )
    if not set_aside:
        query = query.where(AuditEntry.act != "committee:paragraph:set-aside")
    return list(db.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(500)))


def recalls(minutes: Minutes, drafts: list[DraftVersion]) -> dict[int, list[tuple[AuditEntry, str]]]:
    """By whom these drafts were taken back from review and why, by the number of each. Until a recall had an act of its own it
    stood in the trail as a return, without the signature with which a draft is sent back."""
    signed = select(Signature.change_set_id)
    query = (
        select(AuditEntry, ChangeSet.note)
        .join(ChangeSet, ChangeSet.id == AuditEntry.change_set_id)
        .where(AuditEntry.thing == "minutes", AuditEntry.thing_id == minutes.id)
        .where(AuditEntry.act.in_(("committee:minutes:recall", "committee:minutes:return")))
        .where(AuditEntry.change_set_id.not_in(signed))
        .order_by(AuditEntry.seq)
    )
    found: dict[int, list[tuple[AuditEntry, str]]] = {}
    for entry, note in db.session.execute(query):
        known = [d for d in drafts if d.kind == "draft" and d.change_set_id < entry.change_set_id]
        if known:
            found.setdefault(max(d.number for d in known), []).append((entry, note))
    return found


def outcome_edits(
    meeting: Meeting, *, actor: Actor, only: Paragraph | None = None
) -> list[tuple[AuditEntry, str]]:
    """What was done with the decisions and actions of a meeting whose item the actor may read, newest first,
    each with its number. With `only`, those that stand in this paragraph."""
    made, asked = (
        select(row.id)
        .join(Meeting, Meeting.id == row.meeting_id)
        .outerjoin(AgendaItem, AgendaItem.id == row.agenda_item_id)
        .where(row.meeting_id == meeting.id, or_(row.agenda_item_id.is_(None), reads_item(actor)))
        for row in (Decision, Action)
    )
    if only is not None:
        made = made.where(Decision.paragraph_id == only.id)
        of_list = true() if only.agenda_item_id is None else Action.agenda_item_id == only.agenda_item_id
        asked = asked.where(of_list if only.kind == "action" else false())
    query = (
        select(AuditEntry, func.coalesce(Decision.number, Action.number))
        .outerjoin(Decision, and_(AuditEntry.thing == "decision", Decision.id == AuditEntry.thing_id))
        .outerjoin(Action, and_(AuditEntry.thing == "action", Action.id == AuditEntry.thing_id))
        .where(
            # By kind and id, as the trail is indexed: it is read for one meeting out of all.
            or_(
                and_(AuditEntry.thing == "decision", AuditEntry.thing_id.in_(made)),
                and_(AuditEntry.thing == "action", AuditEntry.thing_id.in_(asked)),
            )
        )
        .order_by(AuditEntry.seq.desc())
        .limit(500)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]
