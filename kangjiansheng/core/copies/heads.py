"""The head of the audit trail in a file of its own beside each copy: only what lies elsewhere shows that a tail was
cut off, for a shorter chain is a whole chain."""

import os
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.copies import making

ENDING = ".head.json"


def keep(folder: Path, name: str, manifest: dict[str, Any]) -> None:
    """Write the head of a copy beside it, durable before this returns. It stays when the copy goes."""
    file = folder / f"{name}{ENDING}"
    said = {"copy": name, "made_at": manifest["made_at"], "digest": manifest["digest"], **manifest["head"]}
    part = file.with_name(f"{file.name}.part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as raw:
        raw.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
        raw.flush()
        os.fsync(raw.fileno())
    part.replace(file)
    making.durable(folder)


def missing(session: Session, folder: Path) -> str:
    """Whether the trail has lost the last head that lies in a folder, in words; empty when it is still there."""
    last = max(folder.glob(f"*{ENDING}"), default=None)  # their names begin with the time
    if last is None:
        return ""
    try:
        said = orjson.loads(last.read_bytes())
        seq, head = int(said["seq"]), str(said["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{last.name} cannot be read"
    there = session.scalar(select(AuditEntry.hash).where(AuditEntry.seq == seq))
    return (
        "" if seq == 0 or there == head else f"{last.name}: entry {seq} with hash {head} is not in the trail"
    )
