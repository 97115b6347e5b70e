"""Names in lists of who was there: bullets, tables with marks, names with commas, boxes, handles."""

import re

from kangjiansheng.committee.rules.sources.blocks import Block
from kangjiansheng.committee.rules.sources.found import Attendee
from kangjiansheng.committee.rules.sources.words import (
    LABEL,
    NOTHING,
    PEOPLE,
    is_unstated,
    labels_of,
    several,
)
from kangjiansheng.core.text import fold

_LINK = re.compile(r"\[+([^\[\]]*)\]+\([^)]*\)")
_AFTER = re.compile(r"\s*(?:<[^>]*@[^>]*>|[（(].*|\s[-–—]\s.*|\[@?[^\]]*\]|(?<=\S)\s+@[\w-]+.*|[,，].*)$")
_BREAKS = "、,，;；"
_PAIRS = {"(": ")", "（": "）", "[": "]", "<": ">", "〔": "〕"}
_SAID = {
    "x": "present", "✓": "present", "✔": "present", "√": "present", "☑": "present", "✅": "present", "y": "present",
    "yes": "present", "是": "present", "出席": "present", "到场": "present", "present": "present", "p": "present",
    "on site": "present", "线上": "online", "online": "online", "remote": "online", "请假": "excused",
    "excused": "excused", "regrets": "excused", "apologies": "excused", "缺席": "absent", "absent": "absent",
    "✗": "absent", "✘": "absent", "❌": "absent", "no": "absent", "n": "absent", "否": "absent", "列席": "observer",
    "observer": "observer", "guest": "observer",
}  # fmt: skip
_NAME_HEADS = ("name", "姓名", "member", "委员", "成员", "participant", "attendee", "席位", "representative")
_PROSE = re.compile(
    r"^(?:已|未|因|另|其中|共|等)|(?<!\b[A-Z])(?<!\b[JSD]r)[.。!?！？]\s|[<>=]|://|\b(?:the|was|were|is|are|that|with|will)\b",
    re.I,
)


def split_names(text: str) -> list[str]:
    """What stands between commas, but not within brackets."""
    found, current, depth = [], "", 0
    for c in re.sub(r"<br\s*/?>", "、", text, flags=re.I):
        if c in _PAIRS:
            depth += 1
        elif c in _PAIRS.values():
            depth = max(0, depth - 1)
        if c in _BREAKS and depth == 0:
            found.append(current)
            current = ""
        else:
            current += c
    return [name for one in [*found, current] for name in _blanks(one.strip()) if name]


def _blanks(text: str) -> list[str]:
    """甲某 乙某 丙某: names of Chinese characters alone may also be parted by blanks; 侯  健 is one name."""
    parts = text.split()
    if len(parts) > 1 and all(re.fullmatch(r"[\u4e00-\u9fff]{2,4}", part) for part in parts):
        return parts
    return [text]


def attendee(text: str, mode: str, line: int) -> Attendee | None:
    """One name, with what is said of it after it; None for what says that there is none."""
    plain = _LINK.sub(r"\1", text)
    plain = re.sub(r"[*_`]{1,3}", "", plain).strip(" .。;；")
    name = _AFTER.sub("", plain).strip().lstrip("@") or plain.lstrip("@")
    note = plain[len(name) :].strip(" ,，-–—") if plain.startswith(name) else ""
    if fold(name) in NOTHING or is_unstated(plain) or len(name) > 60 or _PROSE.search(name + " "):
        return None
    low = fold(note)
    if mode == "present" and ("线上" in low or "online" in low or "remote" in low or "virtual" in low):
        mode = "online"
    elif mode == "present" and "observ" in low:
        mode = "observer"
    return Attendee(name, mode, line, note)


def in_words(text: str, mode: str, line: int) -> list[Attendee]:
    """The names of a line such as `A、B（线上）、C`."""
    found = [attendee(one, mode, line) for one in split_names(text)]
    return [one for one in found if one]


def in_block(block: Block, mode: str) -> list[Attendee]:
    """The names that a block of a section of attendance holds."""
    if block.kind == "table":
        return _in_table(block, mode)
    if block.kind == "item":
        return _in_item(block, mode)
    if block.kind in ("text", "quote"):
        return _in_line(block.text.lstrip("> "), mode, block.lines[0])
    return []


def _in_line(text: str, mode: str, line: int) -> list[Attendee]:
    if text.rstrip().endswith((".", "。")) and len(text.split()) > 3 and not re.search(f"[{_BREAKS}]", text):
        return []  # a sentence about the list
    first, *others = several(text)
    if others:
        return [one for part in (first, *others) for one in _in_line(part, mode, line)]
    label = LABEL.match(text)
    if label and label["value"]:
        meant = [one for one in labels_of(label["label"]) if one in PEOPLE]
        if meant:
            return in_words(label["value"], PEOPLE[meant[0]], line)
        return [] if labels_of(label["label"]) else in_words(label["value"], mode, line)
    return in_words(text, mode, line)


def _in_item(block: Block, mode: str) -> list[Attendee]:
    label = LABEL.match(block.text)
    meant = [one for one in labels_of(label["label"]) if one in PEOPLE] if label else []
    own = PEOPLE[meant[0]] if meant else mode
    found: list[Attendee] = []
    if label and (label["value"] or block.nested or meant):
        found += _in_line(block.text, own, block.lines[0]) if label["value"] else []
    else:
        one = attendee(block.text, _boxed(block.check, own), block.lines[0])
        found += [one] if one else []
    return found + _nested(block, own)


def _nested(block: Block, mode: str) -> list[Attendee]:
    found = []
    numbers = iter(block.lines[1:])
    for text in block.nested:
        if not text.strip():
            continue
        number = next(numbers)
        match = re.match(r"^\s*(?:[-*+•]|\d+[.)、])\s*(?:\\?\[([ xX✓✔√]?)\\?\]\s*)?(.*)$", text)
        words, check = (match[2], match[1]) if match else (text.strip(), None)
        label = LABEL.match(words)
        if label and label["value"]:
            found += _in_line(words, mode, number)
            continue
        one = attendee(words, _boxed(check, mode), number)
        found += [one] if one else []
    return found


def _boxed(check: str | None, mode: str) -> str:
    if check is None or mode in ("excused", "absent"):
        return mode
    if check.strip():
        return mode or "present"
    return "unchecked"


def _in_table(block: Block, mode: str) -> list[Attendee]:
    """A table with a column of names, and one of marks if there is one."""
    if len(block.rows) < 2:
        return []
    heads = [fold(re.sub(r"[*_]", "", one)) for one in block.rows[0][1]]
    name_at = next((n for n, h in enumerate(heads) if any(word in h for word in _NAME_HEADS)), None)
    if name_at is None:
        return []
    marks = [n for n in range(len(heads)) if n != name_at and _is_marks(block, n)]
    found = []
    for line, row in block.rows[1:]:
        if name_at >= len(row):
            continue
        said = fold(row[marks[0]].strip("*[] ")) if marks and marks[0] < len(row) else None
        own = mode if said is None else _SAID.get(said, "absent" if not said else mode)
        one = attendee(row[name_at], own, line)
        found += [one] if one else []
    return found


def _is_marks(block: Block, column: int) -> bool:
    values = [fold(row[column].strip("*[] ")) for _line, row in block.rows[1:] if column < len(row)]
    filled = [one for one in values if one]
    return bool(filled) and all(one in _SAID for one in filled)


def _part(found: list[Attendee]) -> None:
    """Names that differ only in what stands after them, as 委员（血液学） and 委员（伦理）, are whole with it."""
    notes: dict[str, set[str]] = {}
    for one in found:
        notes.setdefault(one.name, set()).add(one.note)
    for one in found:
        if len(notes[one.name]) > 1 and one.note.startswith(("(", "（")):
            one.name, one.note = f"{one.name}{one.note}", ""


def settle(found: list[Attendee]) -> list[Attendee]:
    """Boxes that nobody ticked say nothing; where some are ticked, the others were not there. Who is named twice
    counts once, as it was said first."""
    _part(found)
    ticked = any(one.mode in ("present", "online", "observer") for one in found)
    seen: set[str] = set()
    kept = []
    for one in found:
        if one.mode == "unchecked":
            one.mode = "absent" if ticked else ""
        key = fold(one.name).replace(" ", "")
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept
