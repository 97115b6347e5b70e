"""What verification can prove of corrections: each row against the text that was frozen for it and the trail."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Amendment, DraftVersion
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db

APPROVED = "committee:amendment:approve"


def broken_corrections() -> Iterator[str]:
    """One line for each correction that is not what was frozen for its signatures, that counts without having been
    approved, or that was approved and does not count or is gone."""
    entries = select(AuditEntry.thing_id, AuditEntry.after).where(AuditEntry.act == APPROVED)
    approved = {(minutes, after["amendment"]) for minutes, after in db.session.execute(entries)}
    query = select(Amendment).options(joinedload(Amendment.paragraph), joinedload(Amendment.draft))
    for one in db.session.scalars(query.order_by(Amendment.id)):
        if one.draft is not None and not _is_as_frozen(one, one.draft):
            yield f"amendment id {one.id}: is not what was frozen for its signatures"
        elif (one.life == "approved") != ((one.minutes_id, one.number) in approved):
            yield f"amendment id {one.id}: counts, or does not, against what the trail says"
    frozen = select(DraftVersion.id).where(DraftVersion.kind == "amendment")
    there = select(Amendment.draft_version_id).where(Amendment.draft_version_id.is_not(None))
    for key in db.session.scalars(frozen.where(DraftVersion.id.not_in(there)).order_by(DraftVersion.id)):
        yield f"draft_version id {key}: its amendment was removed"


def _is_as_frozen(one: Amendment, draft: DraftVersion) -> bool:
    told = {
        "amendment": one.number, "paragraph": one.paragraph.public_id, "new": one.text, "reason": one.reason,
    }  # fmt: skip
    said = {key: draft.header.get(key) for key in told}
    return told == said and draft.minutes_id == one.minutes_id and draft.kind == "amendment"
