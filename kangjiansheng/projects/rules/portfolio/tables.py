"""From bytes to rows of cells: encodings, columns, dates, lists, and the problems met on the way."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kangjiansheng.core.calendar import YEARS
from kangjiansheng.core.text import clean

# Which columns a file must have; all others are optional, and unknown ones are ignored.
FILES: dict[str, tuple[str, ...]] = {
    "portfolio": ("project_code", "name_zh", "modality_code", "pathway_template", "stage", "status"),
    "milestones": ("project_code", "milestone_code", "plan_baseline"),
    "forecast_history": ("project_code", "milestone_code", "report_date", "forecast_date"),
    "joint_labs": ("code", "name_zh"),
}
REQUIRED_FILES = ("portfolio", "milestones")
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[T ]00:00(?::00)?)?",
    re.ASCII,
)
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file, as a code and facts; the reader's language makes the sentence.

    `row` is the number that a spreadsheet shows (the heading is row 1), None for a whole file.
    """

    code: str
    error: bool
    file: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Problems:
    """The list of problems of one reading."""

    found: list[Problem] = field(default_factory=list)
    noted: set[tuple[str, str, int, str]] = field(default_factory=set)

    def add(
        self,
        code: str,
        row: "Row | None" = None,
        column: str | None = None,
        *,
        error: bool = False,
        file: str = "",
        **facts: Any,
    ) -> None:
        """Note a problem of a row (or of a whole `file`)."""
        value = row.raw(column) if row is not None and column is not None else None
        if row is not None and column is not None and not facts:
            # A cell may be looked at twice; what is wrong with it is said once.
            place = (code, row.file, row.number, column)
            if place in self.noted:
                return
            self.noted.add(place)
        where = row.file if row is not None else file
        self.found.append(Problem(code, error, where, row.number if row else None, column, value, facts))


@dataclass(frozen=True, slots=True)
class Row:
    """One record with its number as a spreadsheet shows it."""

    file: str
    number: int
    cells: Mapping[str, str]
    problems: Problems

    def raw(self, column: str) -> str:
        """The cell as it stands, cleaned; empty when the column is missing."""
        return self.cells.get(column, "")

    def text(self, column: str) -> str:
        """The cell on one line."""
        return " ".join(self.raw(column).split())

    def word(self, column: str) -> str:
        """The cell as a code: compatibility form without outer space, so that full-width letters count."""
        return unicodedata.normalize("NFKC", self.raw(column)).strip()

    def yes(self, column: str) -> bool:
        """True when the cell starts with Y."""
        return self.word(column).upper().startswith("Y")

    def parts(self, column: str) -> tuple[str, ...]:
        """The items of a list that is separated by ; or ；, without repetition."""
        items = (" ".join(item.split()) for item in re.split("[;；]", self.raw(column)))
        return tuple(dict.fromkeys(item for item in items if item))

    def day(self, column: str) -> date | None:
        """The cell as a date, None when empty. An unreadable one is noted as an error."""
        text = self.word(column)
        if not text:
            return None
        found = parse_date(text)
        if found is None:
            self.problems.add("date-unreadable", self, column, error=True)
        return found


def parse_date(text: str) -> date | None:
    """A date with the year first: 2026-11-20, 2026/11/20, 2026.11.20 or 2026年11月20日; else None."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day) if YEARS[0] <= year <= YEARS[1] else None
    except ValueError:
        return None


def find_files(names: Iterable[str]) -> dict[str, str]:
    """Which file of a folder is which table: ``demo_portfolio.csv``, or any name that ends so."""
    found: dict[str, str] = {}
    ordered = sorted(names, key=lambda name: (not name.startswith("demo_"), len(name), name))
    for name in ordered:
        low = name.casefold()
        for table in FILES:
            if low == f"{table}.csv" or low.endswith(f"_{table}.csv"):
                found.setdefault(table, name)
    return found


def read_table(table: str, data: bytes, file: str, problems: Problems) -> list[Row]:
    """The rows of one file. What cannot be read at all is one error, and no rows."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add("not-utf8", file=file, error=True, byte=error.start)
        return []
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        records = list(reader)
    except csv.Error:
        problems.add("not-csv", file=file, error=True, line=reader.line_num)
        return []
    heading = next((n for n, record in enumerate(records) if any(cell.strip() for cell in record)), None)
    if heading is None:
        problems.add("file-empty", file=file, error=table in REQUIRED_FILES)
        return []
    columns = [unicodedata.normalize("NFKC", cell).strip().casefold() for cell in records[heading]]
    missing = [column for column in FILES[table] if column not in columns]
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    for column in missing:
        problems.add("column-missing", file=file, error=True, column=column)
    for column in twice:
        problems.add("column-twice", file=file, error=True, column=column)
    if missing or twice:
        return []
    rows = []
    for number, record in enumerate(records[heading + 1 :], start=heading + 2):
        if not any(cell.strip() for cell in record):
            continue
        cells = {column: clean(cell).strip() for column, cell in zip(columns, record, strict=False)}
        row = Row(file, number, cells, problems)
        if len(record) > len(columns) and any(cell.strip() for cell in record[len(columns) :]):
            problems.add("cells-too-many", row)
        rows.append(row)
    return rows
