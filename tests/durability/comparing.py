"""What was tried and acknowledged beside what the database, its ledgers and its trail hold, both ways."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.committee.models import BacklogItem, Comment, Paragraph, ParagraphRevision
from kangjiansheng.core import stood
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Revision
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain
from kangjiansheng.labs.models import Booking, Obligation
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Risk
from tests.durability.writers import MARK, Write

# The field by which a write of each kind is found again.
FIELDS: dict[Any, str] = {Risk: "title", Obligation: "detail", Booking: "purpose", BacklogItem: "name_hans"}
# What the trail holds beside the writes: people sign in, a server starts with other settings, the worker has looked once
# for rows that no act has taken down.
BESIDE = {"accounts:session:begin", "core:installation:change", stood.TAKE}


@dataclass(frozen=True)
class Record:
    """Where a write is kept: the thing, and its change set where it names one."""

    thing: str
    thing_id: int
    change_set_id: int | None


def head() -> int:
    """How far the trail goes now."""
    return db.session.scalar(select(func.max(AuditEntry.seq))) or 0


def problems(journal: list[Write], since: int) -> Iterator[str]:
    """One line for each write that was lost, is there by half or twice, or was refused and is there all the same; for
    each record without its entry and each entry of the trail since then without its record."""
    stored = _stored()
    tried = {_key(write): write for write in journal}
    entries = list(db.session.scalars(select(AuditEntry).where(AuditEntry.seq > since)))
    by_change, by_thing = defaultdict(list), defaultdict(list)
    for entry in entries:
        by_change[entry.change_set_id].append(entry)
        by_thing[entry.thing, entry.thing_id].append(entry)
    for key, write in tried.items():
        found = len(stored[key])
        if write.acknowledged and not found:
            yield f"{key} was acknowledged and is lost"
        if write.refused and not write.unknown and found:
            yield f"{key} was refused with {write.refused} and is there"
        if found > 1:
            yield f"{key} is there {found} times"
    covered = set()
    for key, records in stored.items():
        if key not in tried:
            yield f"{key} is there and nobody wrote it"
        for record in records:
            named = (
                by_thing[record.thing, record.thing_id]
                if record.change_set_id is None
                else by_change[record.change_set_id]
            )
            if [(entry.thing, entry.thing_id) for entry in named] != [(record.thing, record.thing_id)]:
                yield f"{key} has the entries {[entry.act for entry in named]}"
            covered |= {entry.seq for entry in named}
    for entry in entries:
        if entry.seq not in covered and entry.act not in BESIDE:
            yield f"entry {entry.seq} ({entry.act} {entry.thing} {entry.thing_id}) has no write"
    yield from _halves()


def _key(write: Write) -> str:
    return f"{write.mark} cancelled" if write.kind == "cancel" else write.mark


def _stored() -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for row in db.session.scalars(select(MilestoneEntry).where(MilestoneEntry.note.startswith(MARK))):
        found[row.note].append(Record("milestone", row.milestone_id, row.change_set_id))
    for wording in db.session.scalars(
        select(ParagraphRevision).where(ParagraphRevision.text.startswith(MARK))
    ):
        found[wording.text].append(Record("paragraph", wording.paragraph_id, wording.change_set_id))
    for said in db.session.scalars(select(Comment).where(Comment.text.startswith(MARK))):
        found[said.text].append(Record("comment", said.id, None))
    for kind, field in FIELDS.items():
        for kept in db.session.scalars(select(Revision).where(Revision.thing == kind.__tablename__)):
            mark = str(kept.state[field])
            if mark.startswith(MARK):
                mark += " cancelled" if kept.state.get("cancelled_at") else ""
                found[mark].append(Record(kept.thing, kept.thing_id, kept.change_set_id))
    return found


def _halves() -> Iterator[str]:
    """Things that do not stand as their history says they do."""
    for kind, field in FIELDS.items():
        last: dict[int, Revision] = {
            kept.thing_id: kept
            for kept in db.session.scalars(
                select(Revision).where(Revision.thing == kind.__tablename__).order_by(Revision.version)
            )
        }
        for thing in db.session.scalars(select(kind).where(getattr(kind, field).startswith(MARK))):
            kept = last.get(thing.id)
            if kept is None or (kept.version, kept.state) != (thing.version, plain(thing.state())):
                yield f"{kind.__tablename__} {thing.id} is not as its last revision says"
    ledger = {
        row.milestone_id: row
        for row in db.session.scalars(select(MilestoneEntry).order_by(MilestoneEntry.id))
    }
    for milestone in db.session.scalars(select(Milestone)):
        row = ledger[milestone.id]
        if (milestone.note, milestone.forecast) != (row.note, row.forecast):
            yield f"milestone {milestone.code} is not as its ledger says"
    for paragraph in db.session.scalars(select(Paragraph)):
        wordings = sorted(revision.number for revision in paragraph.revisions)
        if wordings != list(range(1, paragraph.revision_no + 1)):
            yield f"paragraph {paragraph.public_id} has the wordings {wordings}"
