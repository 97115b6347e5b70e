"""An imported draft becomes a record, or is taken back."""

from typing import Any

from sqlalchemy import func, select

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Comment,
    Decision,
    Meeting,
    Minutes,
    MinutesImport,
    Paragraph,
)
from kangjiansheng.committee.operations.imports.writing import freeze_as_record
from kangjiansheng.committee.operations.locks import draft_only
from kangjiansheng.committee.queries.imports import import_of
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

HARMLESS = ("committee:minutes:export",)  # acts that change nothing of what they are about


def freeze(minutes: Minutes, *, actor: Actor) -> None:
    """An imported draft becomes a record of what its source tells: frozen, signed by nobody."""
    draft_only(minutes)
    if minutes.current_draft or import_of(minutes.meeting) is None:
        raise RuleBroken("committee:import-not-imported")
    freeze_as_record(minutes, actor=actor, change=begin(actor=actor))


def undo(row: MinutesImport, *, actor: Actor) -> None:
    """Take an imported draft back, as long as nobody has worked on it: nobody sees the meeting any more, and its
    numbers are free again. A record is frozen like signed minutes, and stays."""
    db.session.execute(select(MinutesImport.id).where(MinutesImport.id == row.id).with_for_update())
    db.session.refresh(row)
    meeting = row.meeting
    if row.state != "applied" or meeting is None or meeting.minutes is None:
        raise RuleBroken("committee:import-done")
    if meeting.minutes.life != "draft":
        raise RuleBroken("committee:import-frozen")
    draft_only(meeting.minutes)
    if _built_on(meeting, row):
        raise RuleBroken("committee:import-built-on")
    change = begin(
        actor=actor, source="undo", label="minutes", undoes=db.session.get(ChangeSet, row.change_set_id)
    )
    _withdraw(meeting, actor=actor, change=change)
    row.state = "undone"
    record(
        "committee:import:undo",
        row,
        actor=actor,
        before={"state": "applied"},
        after=row.facts(),
        change=change,
    )


def _built_on(meeting: Meeting, row: MinutesImport) -> bool:
    """Whether anything was done to what the import made, but for reading and exporting it."""
    assert meeting.minutes is not None
    paragraphs = select(Paragraph.id).where(Paragraph.minutes_id == meeting.minutes.id)
    if db.session.scalar(select(func.count()).where(Comment.paragraph_id.in_(paragraphs))):
        return True
    of_meeting: dict[str, Any] = {
        "meeting": [meeting.id],
        "minutes": [meeting.minutes.id],
        "paragraph": paragraphs,
        "decision": select(Decision.id).where(Decision.meeting_id == meeting.id),
        "action": select(Action.id).where(Action.meeting_id == meeting.id),
        "agenda_item": select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id),
    }
    for thing, ids in of_meeting.items():
        later = select(AuditEntry.id).where(
            AuditEntry.thing == thing,
            AuditEntry.thing_id.in_(ids),
            AuditEntry.change_set_id > (row.change_set_id or 0),
            AuditEntry.act.not_in(HARMLESS),
        )
        if db.session.scalar(later.limit(1)):
            return True
    return False


def _withdraw(meeting: Meeting, *, actor: Actor, change: ChangeSet) -> None:
    before = meeting.state()
    mark = f"~{meeting.id}"
    things: tuple[Any, ...] = (Decision, Action)
    for thing in things:
        for outcome in db.session.scalars(select(thing).where(thing.meeting_id == meeting.id)):
            outcome.number = outcome.number[: 40 - len(mark)] + mark
    meeting.code = meeting.code[: 40 - len(mark)] + mark
    meeting.running_no, meeting.year_serial, meeting.minutes_no = -1_000_000 - meeting.id, -meeting.id, ""
    meeting.withdrawn_at = change.recorded_at
    record("committee:meeting:withdraw", meeting, actor=actor, before=before, change=change)
