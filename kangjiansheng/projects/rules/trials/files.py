"""From the bytes of a file to the records in it. What is no registry's file is refused in words."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.rules.trials import chictr, ctgov, ctis
from kangjiansheng.projects.rules.trials.record import Trial

LARGEST = 10 * 1024 * 1024  # bytes of one file
MOST = 500  # records in one file
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.I)
_PAGE = re.compile(r"\ufeff?\s*<(!doctype\s+html|html)\b", re.I)
# GB 18030 reads what the older two have, and more.
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "iso-8859-1": "cp1252", "windows-1252": "cp1252",
}  # fmt: skip
_JSON = (ctgov, ctis)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file with its digest and the records that it holds."""

    sha256: str
    size: int
    trials: list[Trial]


def read(data: bytes) -> Reading:
    """Read a file of ClinicalTrials.gov (JSON), CTIS (JSON) or ChiCTR (XML), with one or several records.

    Raises RuleBroken, its field `file`, for what is none of these.
    """
    if not data.strip():
        raise _refused("empty")
    if len(data) > LARGEST:
        raise _refused("too-large", most=LARGEST // 1024 // 1024)
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise _refused("is-archive")
    text = _text(data)
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        trials = _from_json(text)
    elif start == "<":
        trials = _from_xml(text)
    else:
        raise _refused("format-unknown")
    return Reading(sha256(data), len(data), _each_once(trials))


def _refused(code: str, **facts: Any) -> RuleBroken:
    return RuleBroken(f"projects:trial-{code}", "file", **facts)


def _text(data: bytes) -> str:
    """The text by its mark; else as UTF-8, which nothing else passes for; else as it declares itself."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as problem:
        byte = problem.start
    declared = _DECLARED.match(data.lstrip()[:200])
    named = declared[1].decode("ascii").casefold() if declared else ""
    if named and named not in _ENCODINGS:
        raise _refused("encoding-unknown", encoding=named)
    try:
        if not named or encoding or _ENCODINGS[named] == "utf-8":
            raise _refused("not-text", byte=byte)
        return data.decode(_ENCODINGS[named])
    except UnicodeDecodeError as problem:
        raise _refused("not-text", byte=problem.start) from None


def _from_json(text: str) -> list[Trial]:
    try:
        found = orjson.loads(text.lstrip("\ufeff"))
    except orjson.JSONDecodeError as problem:
        raise _refused("not-json", line=problem.lineno, column=problem.colno) from None
    return _records(_listed(found))


def _listed(found: Any) -> list[tuple[str, Any]]:
    """The records with their places: one alone, a list, or a page of an answer."""
    if isinstance(found, dict):
        for key in ("studies", "data"):
            if isinstance(found.get(key), list):
                return [(f"{key}[{place}]", item) for place, item in enumerate(found[key])]
        return [("", found)]
    return [(f"[{place}]", item) for place, item in enumerate(found)]


def _from_xml(text: str) -> list[Trial]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    if _PAGE.match(text):
        raise _refused("is-page")
    try:
        root = fromstring(text.lstrip("\ufeff \t\r\n"), forbid_dtd=True)
    except DefusedXmlException:
        raise _refused("entities") from None
    except ParseError as problem:
        line, column = problem.position
        raise _refused("not-xml", line=line, column=column + 1) from None
    except (ValueError, RecursionError):  # what an encoded text cannot hold
        raise _refused("not-xml", line=1, column=1) from None
    if chictr.local(root) not in chictr.ROOTS:
        raise _refused("root-unknown", root=str(root.tag)[:60])
    inside = {chictr.local(child) for child in root}
    items = [root] if "main" in inside else [e for e in root if chictr.local(e) in chictr.ITEMS]
    return _records(
        [(f"trial[{place}]" if len(items) > 1 else "", chictr.plain(e)) for place, e in enumerate(items)]
    )


def _records(found: list[tuple[str, Any]]) -> list[Trial]:
    if not found:
        raise _refused("no-record")
    if len(found) > MOST:
        raise _refused("too-many", most=MOST)
    return list(_read_each(found))


def _read_each(found: list[tuple[str, Any]]) -> Iterator[Trial]:
    for place, record in found:
        reader = next((kind for kind in (*_JSON, chictr) if kind.is_one(record)), None)
        if reader is None:
            raise _refused("record-unknown", place=place or "—")
        try:
            trial = reader.read(record, place)
            trial.content = sha256(reader.steady(record))
        except RecursionError:
            raise _refused("too-deep", place=place or "—") from None
        if trial.number is None or not trial.number.normal:
            raise _refused("number-missing", place=place or "—")
        yield trial


def _each_once(trials: list[Trial]) -> list[Trial]:
    """The same record twice is read once; two versions of one record in a file are refused."""
    found: dict[tuple[str, str], Trial] = {}
    for trial in trials:
        assert trial.number is not None
        key = (trial.register, trial.number.normal)
        before = found.setdefault(key, trial)
        if before.content != trial.content:
            raise _refused("number-twice", number=trial.number.normal)
    return list(found.values())
