"""What day a cell means, however it was written; in doubt none.

A wrong day that nobody notices is worse than one that is asked for again. So what can be read in one way only
is read, and what can be read in two is refused as ambiguous: 3/4/2026, 26/3/15, and the number 3.1, which a
spreadsheet has made of 3.1 or of 3.10. A day without a year is the stored one when it is the same day of the
year (nobody changed it); otherwise the next such day where days lie ahead, the last one where they lie behind.
The reader is told that the year was supplied.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from kangjiansheng.core.calendar import YEARS
from kangjiansheng.core.workbooks.cells import Cell
from kangjiansheng.core.workbooks.xlsx import as_day

# What people put into a cell to say that there is nothing to say.
NOTHING = frozenset({"", "-", "--", "—", "——", "–", "−", "/", "\\", "无", "無", "n/a", "na", "none", "nil"})
_MONTHS = dict(
    jan=1, feb=2, mar=3, apr=4, may=5, jun=6, jul=7, aug=8, sep=9, oct=10, nov=11, dec=12
)  # fmt: skip
_WHEN = r"(?:\s*[(]?(?:周|星期|週)[一二三四五六日天][)]?)?(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_PATTERNS = {
    "full": re.compile(r"(\d{4})\s*[-/.年–—−]\s*(\d{1,2})\s*[-/.月–—−]\s*(\d{1,2})\s*[日号號.]?" + _WHEN),
    "packed": re.compile(r"(\d{4})(\d{2})(\d{2})"),
    "serial": re.compile(r"\d{5}(?:\.\d+)?"),
    "last": re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})" + _WHEN),
    "short": re.compile(r"(\d{2})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号號]?"),
    "named": re.compile(r"(\d{1,2})\s*[-\s]\s*([a-z]{3})[a-z]*\.?,?\s*[-\s]\s*(\d{4})", re.IGNORECASE),
    "named_first": re.compile(r"([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})", re.IGNORECASE),
    "yearless": re.compile(r"(\d{1,2})\s*([-/.月–—−])\s*(\d{1,2})\s*[日号號]?"),
}


@dataclass(frozen=True, slots=True)
class Near:
    """What helps to find a year: the stored day, today, and whether such days lie ahead or behind."""

    stored: date | None
    today: date
    ahead: bool
    from_1904: bool = False


class Unclear(Exception):
    """A cell that cannot be read, or in more than one way; `code` and `facts` make the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def folded(text: str) -> str:
    """Full-width letters, digits and points as plain ones, without outer space."""
    return unicodedata.normalize("NFKC", text).strip()


def is_nothing(cell: Cell | None) -> bool:
    """True for an empty cell, and for a dash and the like."""
    if cell is None:
        return True
    return cell.kind in ("text", "loose") and folded(str(cell.value)).casefold() in NOTHING


def readable(cell: Cell) -> Cell:
    """The cell, unless it holds an error or a formula without a result."""
    if cell.kind == "error":
        raise Unclear("cell-error", value=cell.value)
    if cell.kind == "pending":
        raise Unclear("cell-pending")
    return cell


def read_day(cell: Cell | None, near: Near) -> tuple[date | None, bool]:
    """The day of a cell, and whether its year was supplied; None for a cell that says nothing.

    Raises Unclear.
    """
    if cell is None or is_nothing(cell):
        return None, False
    readable(cell)
    if cell.kind == "day":
        return _within(cell.value), False
    if cell.kind == "number":
        return _of_number(cell.value, near)
    if cell.kind == "flag":
        raise Unclear("date-unreadable")
    return _of_text(folded(str(cell.value)), near, loose=cell.kind == "loose")


def _within(day: date | None) -> date:
    if day is None or not YEARS[0] <= day.year <= YEARS[1]:
        raise Unclear("date-outside", first=YEARS[0], last=YEARS[1])
    return day


def _day(year: int, month: int, day: int) -> date:
    if not YEARS[0] <= year <= YEARS[1]:
        raise Unclear("date-outside", first=YEARS[0], last=YEARS[1])
    try:
        return date(year, month, day)
    except ValueError as problem:
        raise Unclear("date-none-such") from problem


def _of_number(number: float, near: Near) -> tuple[date | None, bool]:
    if number.is_integer() and 19000101 <= number <= 21991231:
        return _of_text(str(int(number)), near, loose=False)
    if number >= 10_000:
        return _within(as_day(number, from_1904=near.from_1904)), False
    text = f"{number:.10g}"
    if "." in text:
        return _yearless(text, near, loose=True)
    raise Unclear("date-unreadable")


def _of_text(text: str, near: Near, *, loose: bool) -> tuple[date | None, bool]:
    for key, read in _READERS:
        match = _PATTERNS[key].fullmatch(text)
        if match is not None:
            return read(match, near), False
    return _yearless(text, near, loose=loose)


def _full(match: re.Match[str], _near: Near) -> date:
    year, month, day = (int(part) for part in match.groups()[:3])
    return _day(year, month, day)


def _serial(match: re.Match[str], near: Near) -> date:
    return _within(as_day(float(match[0]), from_1904=near.from_1904))


def _last(match: re.Match[str], _near: Near) -> date:
    first, second, year = (int(part) for part in match.groups()[:3])
    possible = {
        found for month, day in ((first, second), (second, first)) for found in _maybe(year, month, day)
    }
    if len(possible) > 1:
        earlier, later = sorted(possible)
        raise Unclear("date-ambiguous", first=earlier, second=later)
    if not possible:
        raise Unclear("date-none-such")
    return _within(possible.pop())


def _maybe(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _short(match: re.Match[str], _near: Near) -> date:
    year, mark, month, day = match.groups()
    if mark != "年":
        raise Unclear("date-short-year")
    return _day(2000 + int(year), int(month), int(day))


def _named(match: re.Match[str], _near: Near) -> date:
    day, month, year = match.groups()
    return _day(int(year), _month(month), int(day))


def _named_first(match: re.Match[str], _near: Near) -> date:
    month, day, year = match.groups()
    return _day(int(year), _month(month), int(day))


def _month(name: str) -> int:
    found = _MONTHS.get(name.casefold())
    if found is None:
        raise Unclear("date-unreadable")
    return found


_READERS: tuple[tuple[str, Callable[[re.Match[str], Near], date]], ...] = (
    ("full", _full),
    ("packed", _full),
    ("serial", _serial),
    ("last", _last),
    ("short", _short),
    ("named", _named),
    ("named_first", _named_first),
)


def _yearless(text: str, near: Near, *, loose: bool) -> tuple[date | None, bool]:
    match = _PATTERNS["yearless"].fullmatch(text)
    if match is None:
        raise Unclear("date-unreadable")
    month, day = int(match[1]), int(match[3])
    if loose and match[2] == "." and match[3] in ("1", "2", "3"):
        # A spreadsheet writes 3.10 as 3.1.
        raise Unclear("date-decimal", first=f"{month}.{day}", second=f"{month}.{day}0")
    stored = near.stored
    if stored is not None and (stored.month, stored.day) == (month, day):
        return stored, True
    year = near.today.year
    possible = [found for y in (year - 1, year, year + 1) for found in _maybe(y, month, day)]
    fitting = [found for found in possible if (found >= near.today if near.ahead else found <= near.today)]
    if not fitting:
        raise Unclear("date-none-such")
    return (min(fitting) if near.ahead else max(fitting)), True
