"""Cells, rows and sheets as they were found in a file, before anybody says what they mean."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

# text: as it was typed. loose: text of which nobody knows whether it was a number or a date (CSV).
# day: a number under a date format. error: #REF! and the like. pending: a formula that holds no result.
Kind = Literal["text", "loose", "number", "day", "flag", "error", "pending"]


class Cell(NamedTuple):
    """One cell that holds something. `carried`: it shows the value of the cell with which it is merged."""

    kind: Kind
    value: Any
    carried: bool = False

    @property
    def shown(self) -> str:
        """The value as text, for quoting it."""
        if isinstance(self.value, date):
            return self.value.isoformat()
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return "" if self.value is None else str(self.value)


@dataclass(slots=True)
class Row:
    """One row with its number as spreadsheets show it; `cells` by column, from 0."""

    number: int
    cells: dict[int, Cell]
    hidden: bool = False

    @property
    def is_blank(self) -> bool:
        """True when nothing of its own stands in it."""
        return all(cell.carried or cell.shown.strip() == "" for cell in self.cells.values())


@dataclass(slots=True)
class Sheet:
    """One sheet: rows that hold anything, in order."""

    name: str
    rows: list[Row] = field(default_factory=list)
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()


@dataclass(slots=True)
class Workbook:
    """A file of sheets. `encoding` says how a text file was read, and is empty for a workbook; `from_1904`
    that its days are counted from 1904."""

    sheets: list[Sheet]
    encoding: str = ""
    from_1904: bool = False


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` and `facts` make the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def place(column: int, row: int) -> str:
    """The address of a cell as people read it: C17."""
    return f"{letters(column)}{row}"


def split_place(text: str) -> tuple[int, int]:
    """C17 → (2, 17). Raises ValueError for what is no address."""
    column, at = 0, 0
    while at < len(text) and "A" <= text[at] <= "Z":
        column = column * 26 + ord(text[at]) - 64
        at += 1
    row = int(text[at:])
    if not 0 < column <= 16384 or not 0 < row <= 1048576:
        raise ValueError(text)
    return column - 1, row
