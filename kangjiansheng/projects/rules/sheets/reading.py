"""From the cells of a workbook to rows about milestones, and what of it was left aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kangjiansheng.core.text import line
from kangjiansheng.core.workbooks import Cell, Row, Sheet, Workbook, folded, is_nothing, letters, place
from kangjiansheng.projects.rules.sheets import columns

HEADING_WITHIN = 40  # rows in which a heading is looked for
MOST_ROWS = 20_000
# What our own files call the sheet that says what they hold; it was called i before.
_NOTES = frozenset(("i", "口径说明", "口徑說明", "Definitions"))
_TELLING = frozenset((*columns.KEYS, *columns.EDITABLE))


@dataclass(frozen=True, slots=True)
class Found:
    """Something to say about a place of the file: a fault or a remark, as a code and facts."""

    code: str
    sheet: str = ""
    place: str = ""
    column: str = ""
    shown: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of one row by the meaning of their columns. `columns`: where each of them stands."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]
    columns: Mapping[str, int]

    def place(self, key: str) -> str:
        """The address of a cell, such as C17."""
        return place(self.columns.get(key, 0), self.number)

    def text(self, key: str) -> str:
        """The cell as one line, nothing for a dash."""
        cell = self.cells.get(key)
        return "" if cell is None or is_nothing(cell) else " ".join(folded(cell.shown).split())

    def found(self, code: str, key: str, /, **facts: Any) -> Found:
        """A fault or a remark about one of its cells."""
        cell = self.cells.get(key)
        return Found(code, self.sheet, self.place(key), key, quoted(cell.shown) if cell else "", facts)


def quoted(shown: str) -> str:
    """What stands in a cell, short and harmless enough to be shown to others."""
    return line(shown[:400])[:120]


@dataclass(slots=True)
class Reading:
    """What a workbook holds: rows, faults of whole sheets, and remarks. `marked`: some row carries a mark."""

    rows: list[RawRow] = field(default_factory=list)
    faults: list[Found] = field(default_factory=list)
    remarks: list[Found] = field(default_factory=list)
    from_1904: bool = False

    @property
    def marked(self) -> bool:
        """True when the file was exported here, with marks."""
        return any("mark" in row.cells for row in self.rows)


def rows_of(book: Workbook) -> Reading:
    """All rows about milestones, of all sheets. What is hidden is read, too, and said to be."""
    reading = Reading(from_1904=book.from_1904)
    for sheet in book.sheets:
        sheet.name = quoted(sheet.name)
        _sheet(sheet, reading)
    if not reading.rows and not reading.faults:
        reading.faults.append(Found("nothing-found"))
    if len(reading.rows) > MOST_ROWS:
        reading.faults.append(Found("rows-too-many", facts={"most": MOST_ROWS}))
        reading.rows = []
    return reading


def _sheet(sheet: Sheet, reading: Reading) -> None:
    at = next((n for n, row in enumerate(sheet.rows[:HEADING_WITHIN]) if _is_heading(row)), None)
    if at is None:
        half = next((row for row in sheet.rows[:HEADING_WITHIN] if len(_keys(row)) >= 3), None)
        if half is not None:
            _missing(sheet, half, reading)
        elif sheet.name not in _NOTES and any(not row.is_blank for row in sheet.rows):
            reading.remarks.append(Found("sheet-aside", sheet.name))
        return
    heading = sheet.rows[at]
    keys = _heading(sheet, heading, reading)
    if keys is None:
        return
    if sheet.hidden:
        reading.remarks.append(Found("sheet-hidden", sheet.name))
    hidden = [column for column in keys if column in sheet.hidden_columns and keys[column] != "mark"]
    if hidden:
        named = ", ".join(letters(column) for column in sorted(hidden))
        reading.remarks.append(Found("columns-hidden", sheet.name, facts={"columns": named}))
    _rows(sheet, sheet.rows[at + 1 :], keys, reading)


def _keys(row: Row) -> dict[int, str]:
    found = {}
    for column, cell in row.cells.items():
        key = columns.key_of(cell.shown) if cell.kind in ("text", "loose") else None
        if key is not None:
            found[column] = key
    return found


def _is_heading(row: Row) -> bool:
    return set(columns.KEYS) <= set(_keys(row).values())


def _missing(sheet: Sheet, row: Row, reading: Reading) -> None:
    there = set(_keys(row).values())
    for key in columns.KEYS:
        if key not in there:
            found = Found("column-missing", sheet.name, place(min(row.cells), row.number), key)
            reading.faults.append(found)


def _heading(sheet: Sheet, heading: Row, reading: Reading) -> dict[int, str] | None:
    """The meaning of each column that counts; None when one of them is there twice."""
    keys: dict[int, str] = {}
    extra = []
    for column in sorted(heading.cells):
        cell = heading.cells[column]
        key = columns.key_of(cell.shown)
        if key is None:
            extra.append(f"{letters(column)} {quoted(cell.shown)[:40]}")
        elif columns.is_ignored(key):
            continue
        elif key in keys.values():
            where = place(column, heading.number)
            reading.faults.append(Found("column-twice", sheet.name, where, key, quoted(cell.shown)))
            return None
        else:
            keys[column] = key
    if extra:
        reading.remarks.append(Found("columns-extra", sheet.name, facts={"columns": "; ".join(extra)}))
    return keys


def _rows(sheet: Sheet, rows: list[Row], keys: dict[int, str], reading: Reading) -> None:
    where = {key: column for column, key in keys.items()}
    hidden = []
    for row in rows:
        if row.is_blank or _is_heading(row):
            continue
        cells = {keys[column]: cell for column, cell in row.cells.items() if column in keys}
        own = [column for column, cell in row.cells.items() if not cell.carried]
        if _is_title(row, own, where) or not any(keys.get(column) in _TELLING for column in own):
            reading.remarks.append(Found("row-aside", sheet.name, place(min(own), row.number)))
            continue
        if row.hidden:
            hidden.append(row.number)
        reading.rows.append(RawRow(sheet.name, row.number, cells, where))
    if hidden:
        named = ", ".join(str(number) for number in hidden[:12]) + (" …" if len(hidden) > 12 else "")
        facts = {"rows": named, "count": len(hidden)}
        reading.remarks.append(Found("rows-hidden", sheet.name, facts=facts))


def _is_title(row: Row, own: list[int], where: dict[str, int]) -> bool:
    """A line with one text in its first column, such as the name of a group, and nothing beside it."""
    if len(own) != 1 or row.cells[own[0]].kind not in ("text", "loose"):
        return False
    return own[0] != where["milestone"] and not any(own[0] == where.get(key) for key in columns.EDITABLE)
