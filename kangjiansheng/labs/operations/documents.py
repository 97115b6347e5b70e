"""Bringing files to an agreement or an obligation, and withdrawing them. A withdrawn file stays in the record."""

from collections.abc import Sequence
from typing import Any

from kangjiansheng.core import clock, file_levels, files
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs import notices, rules
from kangjiansheng.labs.models import Agreement
from kangjiansheng.labs.operations.archiving import check_open
from kangjiansheng.labs.queries.documents import Document, Owner, level_of, shelf_of

File = tuple[str, bytes]  # the name as typed, the content
MOST = 10  # files at once


def bring(
    thing: Owner, brought: Sequence[File], *, actor: Actor, kind: str = "", note: str = "", level: str = ""
) -> list[FileRef]:
    """Put files to a thing, all of them or none. `kind` says what it is of an agreement; an obligation has evidence.
    `level` is narrower than that of the thing, or empty."""
    check_open(thing)
    file_levels.check(level, level_of(thing))
    if isinstance(thing, Agreement):
        rules.check_one_of(kind, rules.DOCUMENTS, "kind")
    if not brought:
        raise RuleBroken("labs:no-file", "files")
    if len(brought) > MOST:
        raise RuleBroken("labs:files-too-many", "files", most=MOST)
    change = begin(actor=actor, note=note)
    thing_name, act = thing.__tablename__, f"labs:{thing.__tablename__}:bring"
    shelf, made = shelf_of(thing), []
    for name, data in brought:
        ref = files.attach(
            thing_name, thing.id, name, data,
            actor=actor, at=change.recorded_at, within=shelf, kind=kind, note=note, level=level,
        )  # fmt: skip
        record(act, thing, actor=actor, after=_facts(ref), change=change)
        made.append(ref)
    notices.changed(thing, act, actor=actor, change=change, level=level)
    return made


def set_level(found: Document, level: str, was: str, *, actor: Actor) -> None:
    """Say for whom a file is; `was` is the level that the page showed."""
    check_open(found.thing)
    facts = file_levels.put([found.file], level, was, within=level_of(found.thing))
    if facts is not None:
        act = f"labs:{found.thing.__tablename__}:file-level"
        record(act, found.thing, actor=actor, after={"file": facts})


def withdraw(found: Document, *, actor: Actor) -> None:
    """Take a file back: nobody opens it any more, the trail keeps its name and digest."""
    check_open(found.thing)
    found.file.removed_at = clock.now()
    act = f"labs:{found.thing.__tablename__}:withdraw"
    done = record(act, found.thing, actor=actor, after=_facts(found.file))
    db.session.flush()
    notices.changed(found.thing, act, actor=actor, change=done, level=found.file.level)


def _facts(ref: FileRef) -> dict[str, Any]:
    return {"file": ref.facts()}
