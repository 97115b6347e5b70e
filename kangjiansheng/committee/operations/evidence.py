"""Files that show that an action was done. They are walled like the action; taken back, their bytes and the trail stay."""

from kangjiansheng.committee.models import Action
from kangjiansheng.committee.queries.evidence import THING, files_of
from kangjiansheng.committee.queries.shelves import shelf_of
from kangjiansheng.committee.queries.visible import level_of
from kangjiansheng.core import file_levels, files
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef

MOST = 10  # files of one action


def attach(action: Action, name: str, data: bytes, *, actor: Actor, level: str = "") -> FileRef:
    """Put a file to an action that is done. The same bytes twice are refused."""
    if action.life != "done":
        raise RuleBroken("committee:evidence-open", "files")
    file_levels.check(level, level_of(action.meeting))
    there = files_of([action], actor=actor).get(action.id, [])
    if len(there) >= MOST:
        raise RuleBroken("committee:evidence-many", "files", most=MOST)
    change = begin(actor=actor)
    ref = files.attach(
        THING,
        action.id,
        name,
        data,
        actor=actor,
        at=change.recorded_at,
        within=shelf_of(action.meeting.committee_id),
        kind="evidence",
        level=level,
    )
    if any(one.blob_id == ref.blob_id for one in there if not one.disposed_at):
        raise RuleBroken("committee:evidence-there", "files")
    record("committee:evidence:attach", action, actor=actor, before={}, after=ref.facts(), change=change)
    return ref


def set_level(action: Action, ref: FileRef, level: str, was: str, *, actor: Actor) -> None:
    """Say for whom a file is; `was` is the level that the page showed."""
    facts = file_levels.put([ref], level, was, within=level_of(action.meeting))
    if facts is not None:
        record("committee:evidence:level", action, actor=actor, before={}, after=facts)


def withdraw(action: Action, ref: FileRef, *, actor: Actor) -> None:
    """Take a file out of sight."""
    change = begin(actor=actor)
    ref.removed_at = change.recorded_at
    facts = {"number": ref.version_no, "sha256": ref.blob.sha256}
    record("committee:evidence:withdraw", action, actor=actor, before={}, after=facts, change=change)
