"""Numbers of meetings, minutes, decisions and actions, and printed numbers of paragraphs."""

from collections.abc import Iterable

DIGITS = "零一二三四五六七八九"


def meeting_code(committee: str, year: int, serial: int) -> str:
    """SAC-2026-03: the third meeting of the year."""
    return f"{committee}-{year}-{serial:02d}"


def minutes_number(short: str, year: int, serial: int) -> str:
    """康科委纪〔2026〕3号."""
    return f"{short}〔{year}〕{serial}号"


def outcome_number(kind: str, year: int, running_no: int, serial: int) -> str:
    """D-2026-06-01: kind, year, the meeting's running number, a serial that is never given twice."""
    return f"{kind}-{year}-{running_no:02d}-{serial:02d}"


def han(number: int) -> str:
    """1 to 99 in Chinese: 一, 十二, 三十."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")


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
