"""The mark that an export puts into the last column of a row: which milestone, and what stood there then.

With it a later import tells what was edited in the sheet from what somebody else has changed here meanwhile.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

_PARTS = 9


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone's two codes, its version, and the values of the editable columns at the time of the export."""

    project: str
    code: str
    version: int
    plan: date | None
    forecast: date | None
    actual: date | None
    state: str
    owner: int | None
    reason: str | None
    note: str

    def has(self, key: str, value: Any) -> bool:
        """True when the column held this value."""
        return digest(value or "") == self.note if key == "note" else bool(getattr(self, key) == value)


def digest(note: str) -> str:
    """A note is remembered by eight digits: enough to see that it was changed."""
    return hashlib.sha256(note.strip().encode()).hexdigest()[:8] if note.strip() else ""


def written(mark: Mark) -> str:
    """The mark as the cell holds it."""
    days = [day.isoformat() if day else "" for day in (mark.plan, mark.forecast, mark.actual)]
    owner = "" if mark.owner is None else str(mark.owner)
    parts = [
        f"{mark.project}/{mark.code}",
        str(mark.version),
        *days,
        mark.state,
        owner,
        mark.reason or "",
        mark.note,
    ]
    return ";".join(parts)


def read(text: str) -> Mark | None:
    """The mark in a cell; None when somebody has edited it beyond recognition."""
    parts = text.strip().split(";")
    if len(parts) != _PARTS:
        return None
    project, _, code = parts[0].partition("/")
    plan, forecast, actual = parts[2:5]
    try:
        return Mark(
            project,
            code,
            int(parts[1]),
            _day(plan),
            _day(forecast),
            _day(actual),
            parts[5],
            int(parts[6]) if parts[6] else None,
            parts[7] or None,
            parts[8],
        )
    except ValueError:
        return None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
