"""Minutes from the command line."""

import hashlib
import json
import mailbox
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kangjiansheng.committee.documents import opening
from kangjiansheng.committee.documents.checking import checked
from kangjiansheng.committee.forms import imports as words
from kangjiansheng.committee.models import Committee
from kangjiansheng.committee.operations import imports, replies
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries.imports import Look, look
from kangjiansheng.core import word_files
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain, speaking
from kangjiansheng.core.invitations import LARGEST
from kangjiansheng.core.transactions import writing

ENDINGS = (".md", ".markdown", ".txt", ".docx")


def verify(file: Path, *, as_json: bool) -> int:
    """Check an exported file; 0 when it is whole, 1 when something was changed. Needs no database."""
    with file.open("rb") as opened:
        found = checked(opened.read(opening.LARGEST + 1))
    export = found.export if isinstance(found.export, dict) else {}
    draft = export.get("draft") or {}
    facts = {key: export.get(key) for key in ("meeting", "state")} | {
        "draft": draft.get("number"), "sha256": draft.get("sha256"), "whole": found.is_whole,
        "faults": found.faults, "notes": found.notes,
    }  # fmt: skip
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0 if found.is_whole else 1
    for line in found.faults:
        print(f"fault: {line}")
    for line in found.notes:
        print(f"note: {line}")
    if not found.is_whole:
        print(f"{file.name}: {len(found.faults)} broken", file=sys.stderr)
        return 1
    about = f"{facts['meeting']}, draft {facts['draft']}, {facts['state']}, SHA-256 {facts['sha256']}"
    print(f"whole: {about if draft else facts['meeting']}")
    return 0


def import_minutes(
    folder: Path, committee: Committee, *, actor: Actor, life: str, origin: str, dry_run: bool, as_json: bool
) -> int:
    """Import each file of a folder (or one file) as one act, in the order of their names; 1 when one was refused."""
    files = (
        [folder] if folder.is_file() else sorted(f for f in folder.rglob("*") if f.suffix.lower() in ENDINGS)
    )
    code, told, refused = committee.code, [], 0
    with speaking("en"):
        for file in files:
            facts = _one(file, code, actor=actor, life=life, origin=origin, dry_run=dry_run)
            refused += bool(facts["refused"])
            told.append(facts)
            if not as_json:
                _tell(facts)
    if as_json:
        print(json.dumps({"dry_run": dry_run, "files": told}, ensure_ascii=False, indent=1))
    elif not files:
        print(f"kangjiansheng: no minutes in {folder}", file=sys.stderr)
    return 1 if refused or not files else 0


def _one(file: Path, code: str, *, actor: Actor, life: str, origin: str, dry_run: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"file": file.name, "refused": [], "meeting": ""}
    try:
        with file.open("rb") as opened:
            data = opened.read(word_files.LARGEST + 1)
        committee = _committee(code, actor)
        text, _kind = imports.text_of(file.name, data)
        seen = look(committee, text, file.name, hashlib.sha256(data).hexdigest(), {}, actor=actor)
        facts |= _facts(seen)
        facts["refused"] = [explain(RuleBroken(p.code, None, **p.facts)) for p in seen.problems]
        if not dry_run and not facts["refused"]:
            with writing():
                row = imports.receive(_committee(code, actor), file.name, data, actor=actor, origin=origin)
                facts["meeting"] = imports.apply(row, actor=actor, life=life).code
    except RuleBroken as problem:
        facts["refused"] = [explain(problem)]
    return facts


def _committee(code: str, actor: Actor) -> Committee:
    found = loaders.committee(actor=actor, code=code)
    if found is None:
        raise LookupError(code)
    return found


def _facts(seen: Look) -> dict[str, Any]:
    """What was recognised in one file, and each line that is not taken."""
    found, plan = seen.found, seen.plan
    pieces = list(zip(found.pieces, plan.kinds, strict=True))
    return {
        "title": plan.title, "day": plan.day.isoformat() if plan.day else None, "number": plan.running_no,
        "starts": plan.starts.isoformat() if plan.starts else None, "ends": plan.ends.isoformat() if plan.ends else None,
        "place": plan.place, "language": plan.language, "illustrative": plan.illustrative,
        "attendance": dict(Counter(one.mode or "not stated" for one in found.attendees)),
        "matched": sorted(name for name, person in seen.people.items() if person),
        "items": [item.title for item in found.items],
        "pieces": dict(Counter(kind for _piece, kind in pieces)),
        "not_taken": [
            {"lines": list(p.lines), "why": str(words.WHYS.get(p.why, "")), "text": p.text[:200]}
            for p, kind in pieces if kind == "none"
        ],
    }  # fmt: skip


def _tell(facts: dict[str, Any]) -> None:
    said = (
        f"imported as {facts['meeting']}"
        if facts["meeting"]
        else "refused"
        if facts["refused"]
        else "would be imported"
    )
    print(f"{facts['file']}: {said}")
    if "pieces" in facts:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(facts["pieces"].items()))
        print(f"  {facts['day'] or 'no day'}  {facts['title']}")
        print(f"  {len(facts['items'])} items; {kinds}; attendance {facts['attendance'] or 'not stated'}")
        for one in facts["not_taken"]:
            print(
                f"  not taken, line {one['lines'][0] if one['lines'] else '?'}: {one['why']}: {one['text'][:80]}"
            )
    for sentence in facts["refused"]:
        print(f"kangjiansheng: {facts['file']}: {sentence}", file=sys.stderr)


def take_replies(files: Iterable[Path], *, actor: Actor) -> int:
    """Record answers to invitations from files, a Maildir or standard input; 1 when one was refused. What was
    taken from a Maildir is marked as seen there; what was refused stays new."""
    refused = 0
    with speaking("en"):
        for name, data, done in _mails(list(files)):
            try:
                with writing():
                    meeting, person, answer = replies.take(data, actor=actor)
                    said = f"{meeting.code}: {person.email}: {answer}"
                print(f"{name}: {said}")
                done()
            except RuleBroken as problem:
                refused += 1
                print(f"kangjiansheng: {name}: {explain(problem)}", file=sys.stderr)
    return 1 if refused else 0


def _mails(files: list[Path]) -> Iterator[tuple[str, bytes, Any]]:
    if not files:
        yield "-", sys.stdin.buffer.read(LARGEST + 1), lambda: None
    for file in files:
        if not file.is_dir():
            with file.open("rb") as opened:
                yield file.name, opened.read(LARGEST + 1), lambda: None
            continue
        box = mailbox.Maildir(file, create=False)
        for key, mail in list(box.items()):
            if mail.get_subdir() == "new":
                yield key, mail.as_bytes(), lambda key=key, mail=mail, box=box: _seen(box, key, mail)


def _seen(box: mailbox.Maildir, key: str, mail: mailbox.MaildirMessage) -> None:
    mail.set_subdir("cur")
    mail.add_flag("S")
    box[key] = mail
