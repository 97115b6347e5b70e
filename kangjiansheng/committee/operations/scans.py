"""Scans of the sealed paper, put to minutes that stand. They prove the seal; what was signed is the text."""

from kangjiansheng.committee.models import Minutes
from kangjiansheng.committee.operations.locks import locked
from kangjiansheng.committee.queries.scans import THING, scans
from kangjiansheng.committee.queries.shelves import shelf_of
from kangjiansheng.core import files
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.filetypes import JPEG, PDF, PNG

TYPES = (PDF, PNG, JPEG)


def add(minutes: Minutes, name: str, data: bytes, *, actor: Actor, note: str = "") -> FileRef:
    """Put a scan to approved minutes. The digest of its bytes goes into the trail."""
    if locked(minutes).life != "approved":
        raise RuleBroken("committee:scan-early")
    if files.check(name, data) not in TYPES:
        raise RuleBroken("committee:scan-type", "files")
    change = begin(actor=actor, note=note)
    at = change.recorded_at
    ref = files.attach(
        THING,
        minutes.id,
        name,
        data,
        actor=actor,
        at=at,
        within=shelf_of(minutes.meeting.committee_id),
        kind="sealed",
        note=note,
    )
    others = (one for one in scans(minutes.id) if one.id != ref.id and not one.disposed_at)
    if any(one.blob_id == ref.blob_id for one in others):
        raise RuleBroken("committee:scan-there", "files")
    record("committee:scan:add", minutes, actor=actor, before={}, after=ref.facts(), change=change)
    return ref


def withdraw(minutes: Minutes, ref: FileRef, *, actor: Actor, note: str) -> None:
    """Take a scan out of sight, saying why: a wrong page, a bad picture. Its bytes and the trail stay."""
    if not note:
        raise RuleBroken("committee:scan-why", "note")
    change = begin(actor=actor, note=note)
    ref.removed_at = change.recorded_at
    facts = {"number": ref.version_no, "sha256": ref.blob.sha256, "note": note}
    record("committee:scan:withdraw", minutes, actor=actor, before={}, after=facts, change=change)
