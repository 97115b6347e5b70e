"""What changes at the evidence of a milestone. Nothing is deleted: a version follows a version, a withdrawal says why."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import file_levels, files, outbox
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.numbering import next_number
from kangjiansheng.projects import notices
from kangjiansheng.projects.models import Evidence, Milestone
from kangjiansheng.projects.notices.groups import tell_groups
from kangjiansheng.projects.operations.ledger import refuse_archived
from kangjiansheng.projects.queries.evidence import THING, expected, shelf_of, versions
from kangjiansheng.projects.rules import evidence as rules

File = tuple[str, bytes]  # the name as typed, the content


def add(
    milestone: Milestone,
    brought: Sequence[File],
    *,
    actor: Actor,
    kind: str = rules.OTHER,
    note: str = "",
    level: str = "",
) -> list[Evidence]:
    """Bring files to a milestone, each a piece of its own. All of them, or none when one is refused. `level` is
    narrower than that of the plan's owner, or empty."""
    refuse_archived(milestone.plan)
    file_levels.check(level, milestone.plan.owner.confidentiality)
    if not brought:
        raise RuleBroken("projects:no-file", "files")
    if len(brought) > rules.MOST_FILES:
        raise RuleBroken("projects:files-too-many", "files", most=rules.MOST_FILES)
    known = {one.kind for one in expected([milestone.id])[milestone.id]} | {rules.OTHER}
    if kind not in known:
        raise RuleBroken("projects:evidence-kind", "kind", value=kind)
    change = begin(actor=actor, note=note)
    made = [_add(milestone, file, kind, note, level, actor=actor, change=change) for file in brought]
    _tell(
        milestone,
        "projects:evidence-brought",
        actor,
        notices.leading(milestone),
        files=[piece.file.name for piece in made if piece.file],
    )
    if not level:
        tell_groups("projects:evidence-brought", milestone.plan.owner, change, len(made))
    return made


def _add(
    milestone: Milestone, file: File, kind: str, note: str, level: str, *, actor: Actor, change: ChangeSet
) -> Evidence:
    number = next_number(Evidence.number, Evidence.milestone_id, milestone)
    piece = Evidence(milestone=milestone, number=number, kind=kind)
    db.session.add(piece)
    db.session.flush()
    _attach(piece, file, note, level, actor=actor, change=change)
    record("projects:evidence:add", piece, actor=actor, before={}, change=change)
    return piece


def _attach(piece: Evidence, file: File, note: str, level: str, *, actor: Actor, change: ChangeSet) -> None:
    name, data = file
    piece.file = files.attach(
        THING,
        piece.id,
        name,
        data,
        actor=actor,
        at=change.recorded_at,
        within=shelf_of(piece.milestone.plan),
        kind=piece.kind,
        note=note,
        level=level,
    )


def replace(
    piece: Evidence, brought: Sequence[File], *, actor: Actor, version: int | None, note: str = ""
) -> Evidence:
    """Bring a newer version of a piece. The earlier one stays to be read; nobody has judged the new one yet."""
    current = _start(piece, version)
    if len(brought) != 1:
        raise RuleBroken("projects:one-file", "files")
    before = piece.state()
    change = begin(actor=actor, note=note)
    _attach(piece, brought[0], note, current.level, actor=actor, change=change)
    if piece.file is not None and piece.file.blob_id == current.blob_id and not current.disposed_at:
        raise RuleBroken("projects:same-file", "files", version=current.version_no)
    piece.verdict, piece.verdict_note, piece.judged_by_id, piece.judged_at = "", "", None, None
    record("projects:evidence:replace", piece, actor=actor, before=before, change=change)
    milestone = piece.milestone
    leads = notices.leading(milestone)
    _tell(milestone, "projects:evidence-brought", actor, leads, files=[piece.file.name if piece.file else ""])
    if not current.level:
        tell_groups("projects:evidence-brought", milestone.plan.owner, change)
    return piece


def set_level(piece: Evidence, level: str, was: str, *, actor: Actor) -> None:
    """Say for whom a piece is, all its versions; `was` is the level that the page showed."""
    _start(piece, piece.version)
    before = piece.state()
    within = piece.milestone.plan.owner.confidentiality
    if file_levels.put(versions(piece.id), level, was, within=within) is not None:
        record("projects:evidence:level", piece, actor=actor, before=before)


def judge(piece: Evidence, verdict: str, *, actor: Actor, version: int | None, note: str = "") -> Evidence:
    """Accept a piece, or not, with the reason. Who brought it is told."""
    current = _start(piece, version)
    rules.check_judgement(verdict, note, judge=actor.id, brought_by=current.by_id)
    before = piece.state()
    change = begin(actor=actor, note=note)
    piece.verdict, piece.verdict_note = verdict, note
    piece.judged_by_id, piece.judged_at = actor.id, change.recorded_at
    record(f"projects:evidence:{_ACTS[verdict]}", piece, actor=actor, before=before, change=change)
    template = f"projects:evidence-{verdict}"
    _tell(piece.milestone, template, actor, {current.by_id}, files=[current.name], note=note)
    return piece


_ACTS = {"accepted": "accept", "refused": "refuse"}


def withdraw(piece: Evidence, *, actor: Actor, version: int | None, note: str) -> Evidence:
    """Take a piece out of what counts, saying why. Its files stay, for those who lead and for auditors."""
    current = _start(piece, version)
    if not note:
        raise RuleBroken("projects:withdraw-reason", "note")
    before = piece.state()
    change = begin(actor=actor, note=note)
    piece.withdrawn_by_id, piece.withdrawn_at, piece.withdrawn_note = actor.id, change.recorded_at, note
    theirs = select(FileRef).where(FileRef.thing == THING, FileRef.thing_id == piece.id)
    for file in db.session.scalars(theirs.order_by(FileRef.id)):
        file.removed_at = change.recorded_at
    record("projects:evidence:withdraw", piece, actor=actor, before=before, change=change)
    told = notices.leading(piece.milestone) | {current.by_id}
    _tell(piece.milestone, "projects:evidence-withdrawn", actor, told, files=[current.name], note=note)
    return piece


def _start(piece: Evidence, version: int | None) -> FileRef:
    """The newest file of a piece that may still change."""
    expect(piece, version)
    refuse_archived(piece.milestone.plan)
    if piece.withdrawn_at is not None or piece.file is None:
        raise RuleBroken("projects:evidence-withdrawn")
    return piece.file


def _tell(milestone: Milestone, template: str, actor: Actor, people: set[int], **facts: Any) -> None:
    outbox.tell(
        people,
        template,
        notices.facts(milestone, actor, **facts),
        address=f"{milestone.path}#evidence",
        besides=actor.id,
    )
