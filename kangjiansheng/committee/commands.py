"""Minutes from the command line."""

import json
import sys
from pathlib import Path

from kangjiansheng.committee.documents import opening
from kangjiansheng.committee.documents.checking import checked


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
