"""Careful steps into a decoded record: whatever type stands there, a text, a list or a part comes out."""

from collections.abc import Iterator, Mapping
from typing import Any

from kangjiansheng.core import text

LONGEST = 2000  # characters of one text that are taken over; the whole record is kept beside it


def part(record: Any, path: str) -> Any:
    """What stands under a dotted path, or None; null and blanks are nothing."""
    for key in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(key)
    return record


def word(record: Any, path: str = "") -> str:
    """The text under a path in one clean line; a number is its digits, several are one list, anything else nothing."""
    found = part(record, path) if path else record
    if isinstance(found, list):
        return "; ".join(filter(None, (word(item) for item in found if not isinstance(item, list))))[:LONGEST]
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return text.line(str(found))[:LONGEST]


def parts(record: Any, path: str) -> list[Any]:
    """The items under a path; a single item counts as a list of one."""
    found = part(record, path)
    if found is None or found == "":
        return []
    return found if isinstance(found, list) else [found]


def words(record: Any, path: str, key: str = "") -> list[str]:
    """The texts of a list (or of one key of its items), each once, in order."""
    found = (word(item, key) for item in parts(record, path))
    return list(dict.fromkeys(one for one in found if one))


Known = (
    Mapping[str, Any] | str
)  # "read" a text, "deep" a part that its reader knows, "left", or a part with keys


def unknown(record: Any, known: Known, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """(`field-unknown` or `left`, path, value) for all that the reader does not take over."""
    if isinstance(record, list):
        for place, item in enumerate(record):
            yield from unknown(item, known, f"{path}[{place}]")
    elif known == "left":
        if record not in (None, "", [], {}):
            yield "left", path, ""
    elif isinstance(known, Mapping) and isinstance(record, Mapping):
        for key, value in record.items():
            here = f"{path}.{key}" if path else str(key)
            if key in known:
                yield from unknown(value, known[key], here)
            elif value not in (None, "", [], {}):
                yield "field-unknown", here, value
    elif (
        known != "deep"
        and isinstance(known, Mapping) != isinstance(record, Mapping)
        and record not in (None, "", {})
    ):
        yield "type-unexpected", path, record
