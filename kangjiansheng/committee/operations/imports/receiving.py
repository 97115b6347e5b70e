"""A file taken in, read and corrected; nothing of it is a meeting yet."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import (
    Committee,
    MinutesImport,
)
from kangjiansheng.committee.queries.imports import THING, file_of, too_long
from kangjiansheng.committee.queries.shelves import shelf_of
from kangjiansheng.committee.rules.sources.plan import overlong
from kangjiansheng.core import clock, files, word_files
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.filetypes import DOCX, harmless
from kangjiansheng.core.text import clean

LARGEST_TEXT = 1_000_000  # characters


def text_of(name: str, data: bytes) -> tuple[str, str]:
    """The text of a file in Markdown, and what kind of file it is. Refused: what cannot be read, or is too large."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        try:
            return clean(word_files.read(data)), "docx"
        except word_files.Unreadable as problem:
            raise RuleBroken(f"committee:import-{problem.code}", "file", name=harmless(name)) from problem
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = clean(data.decode(encoding))
            break
        except UnicodeDecodeError:
            continue
    else:
        raise RuleBroken("committee:import-other-kind", "file", name=harmless(name))
    if b"\x00" in data or data.startswith((b"%PDF", b"{\\rtf")):
        raise RuleBroken("committee:import-other-kind", "file", name=harmless(name))
    if not text.strip():
        raise RuleBroken("committee:import-empty", "file", name=harmless(name))
    if len(text) > LARGEST_TEXT:
        raise RuleBroken("committee:import-too-large", "file", name=harmless(name))
    return text, "markdown"


def receive(
    committee: Committee, name: str, data: bytes, *, actor: Actor, pasted: bool = False, origin: str = ""
) -> MinutesImport:
    """Take a file in and read it; nothing of it becomes a meeting yet."""
    text, kind = text_of(name, data)
    shown = (
        name
        if kind == "docx"
        else re.sub(r"(\.(?:md|markdown|txt|csv))?$", lambda m: m[1] or ".md", name, count=1)
    )
    if kind == "docx" and files.check(shown, data) is not DOCX:
        raise RuleBroken("committee:import-other-kind", "file", name=harmless(name))
    if not text.strip():  # a Word file of nothing; what it really is was asked first
        raise RuleBroken("committee:import-empty", "file", name=harmless(name))
    change = begin(actor=actor, source="import", label="minutes")
    row = MinutesImport(
        committee_id=committee.id, by_id=actor.id, name=harmless(shown) or "minutes.md", kind="pasted" if pasted else kind,
        sha256="", text=text, origin=origin, chosen={}, counts={}, created_at=change.recorded_at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    ref = files.attach(
        THING,
        row.id,
        shown,
        data,
        actor=actor,
        at=change.recorded_at,
        within=shelf_of(committee.id),
        kind="source",
        note=origin,
    )
    row.sha256 = ref.blob.sha256
    record("committee:import:read", row, actor=actor, after=row.facts(), change=change)
    return row


def correct(row: MinutesImport, chosen: Mapping[str, Any], *, version: int | None) -> None:
    """Keep what the importer corrected, so that the dry run shows it."""
    opened(row)
    expect(row, version)
    for key, length in overlong(chosen).items():
        found = too_long(key, length)
        raise RuleBroken(found.code, found.where, **found.facts)
    row.chosen = dict(chosen)
    row.version += 1
    db.session.flush()


def discard(row: MinutesImport, *, actor: Actor) -> None:
    """Leave a reading that is not wanted; its text and its file go out of sight."""
    opened(row)
    before = row.facts()
    row.state, row.text, row.chosen = "discarded", "", {}
    file = file_of(row)
    if file is not None:
        file.removed_at = clock.now()
    record("committee:import:discard", row, actor=actor, before=before, after=row.facts())


def opened(row: MinutesImport) -> None:
    """Hold a reading that waits for its importer; refused for one that is done with."""
    db.session.execute(select(MinutesImport.id).where(MinutesImport.id == row.id).with_for_update())
    db.session.refresh(row)
    if row.state != "read":
        raise RuleBroken("committee:import-done")
