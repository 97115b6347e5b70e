"""Numbers of meetings, minutes, decisions and actions, and printed numbers of paragraphs."""

import re
from collections.abc import Collection, Iterable, Mapping

MINUTES_PATTERN = "{short}〔{year}〕{serial}号"
OUTCOME_PATTERN = "{kind}-{committee}-{year}-{meeting}-{serial}"
# What a number must tell, so that no two can be the same; and what it may tell.
MINUTES_PLACES, OUTCOME_PLACES = ("year", "serial"), ("kind", "year", "meeting", "serial")
_PLACE = re.compile(r"\{(\w+)\}")
DIGITS = "零一二三四五六七八九"
_VALUES = {c: n for n, c in enumerate(DIGITS)} | {"〇": 0, "两": 2}


def meeting_code(committee: str, year: int, serial: int) -> str:
    """SAC-2026-03: the third meeting of the year."""
    return f"{committee}-{year}-{serial:02d}"


def minutes_number(pattern: str, *, short: str, code: str, year: int, serial: int) -> str:
    """康科委纪〔2026〕3号: by the committee's pattern."""
    return _filled(pattern, {"short": short or code, "committee": code, "year": year, "serial": serial})


def outcome_number(pattern: str, *, code: str, kind: str, year: int, running_no: int, serial: int) -> str:
    """D-2026-06-01: kind, year, the meeting's running number, a serial that is never given twice.

    An imported meeting that has no number has one below zero, which stands as X04.
    """
    meeting = f"{running_no:02d}" if running_no > 0 else f"X{-running_no:02d}"
    words = {
        "kind": kind, "committee": code, "year": year, "meeting": meeting, "serial": f"{serial:02d}",
    }  # fmt: skip
    return _filled(pattern, words)


def _filled(pattern: str, words: Mapping[str, object]) -> str:
    return _PLACE.sub(lambda found: str(words[found[1]]), pattern)


def lacking(pattern: str, needed: Collection[str], known: Collection[str]) -> list[str]:
    """The places that a pattern lacks, and those that it names and nobody knows."""
    there = _PLACE.findall(pattern)
    strange = [name for name in there if name not in known]
    if "{" in _PLACE.sub("", pattern) or "}" in _PLACE.sub("", pattern):
        strange.append("{")
    return [*(name for name in needed if name not in there), *strange]


def han(number: int) -> str:
    """1 to 99 in Chinese: 一, 十二, 三十."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")


def read(text: str) -> int | None:
    """What a number says, in figures or in Chinese: 12, 十二, 一百二十; None for what is no number."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for c in text:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        elif c in _VALUES:
            digit = _VALUES[c]
        else:  # 9十: neither in the one way nor in the other
            return None
    return total + digit


def printed(kinds: Iterable[str]) -> list[str]:
    """The printed number of each paragraph: headings 1, 2; what follows them 1.1, 1.2.

    Paragraphs before the first heading are numbered 0.1, 0.2.
    """
    found, section, serial = [], 0, 0
    for kind in kinds:
        if kind == "heading":
            section, serial = section + 1, 0
            found.append(str(section))
        else:
            serial += 1
            found.append(f"{section}.{serial}")
    return found
