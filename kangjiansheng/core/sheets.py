"""Tables as files: CSV and XLSX in which no cell can act as a formula."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, g
from flask_babel import gettext as _

from kangjiansheng.core import clock
from kangjiansheng.core.i18n import moment

CSV, XLSX = "csv", "xlsx"
BOM = "\ufeff".encode()
_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What spreadsheet programs take for the beginning of a formula, full-width forms included.
_ACTIVE = tuple("=+-@＝＋－＠\t\r\n")

Row = Sequence[Any]


def quoted(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet program would read it as a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text


def csv_bytes(heads: Row, rows: Sequence[Row]) -> bytes:
    """UTF-8 with BOM, which is how spreadsheet programs recognise it; lines end as RFC 4180 says."""
    return BOM + _lines((heads, *rows))


def csv_line(row: Row) -> bytes:
    """One line of such a file, after its BOM."""
    return _lines([row])


def _lines(rows: Sequence[Row]) -> bytes:
    out, known = io.StringIO(), _Known(_cell)
    csv.writer(out, lineterminator="\r\n").writerows(
        [known[cell.__class__, cell] for cell in row] for row in rows
    )
    return out.getvalue().encode()


class _Known(dict[tuple[type, Any], str]):
    """What cells are in words, each worked out once: those of long lists have nearly all been there before. By their type,
    too, for 1 is no True."""

    def __init__(self, words: Callable[[Any], str]) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, key: tuple[type, Any]) -> str:
        return self.setdefault(key, self._words(key[1]))


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is read as `words`; a workbook holds the number itself and shows it by `pattern`, such as 0.0%."""

    value: float
    words: str
    pattern: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: rows under frozen heads. `hidden` are columns, from 0, that are there and out of
    sight."""

    title: str
    heads: Row
    rows: Sequence[Row]
    hidden: Sequence[int] = ()


def xlsx_bytes(
    title: str,
    heads: Row,
    rows: Sequence[Row],
    *,
    notes: Sequence[tuple[str, str]] = (),
    hidden: Sequence[int] = (),
) -> bytes:
    """A workbook with one sheet of rows, and a second one with `notes` (label, text)."""
    return workbook([Sheet(title, heads, rows, hidden)], notes=notes, at=clock.now())


def listing(
    kind: str, title: str, heads: Row, lines: Sequence[Row], rows: Sequence[Any], as_of: date | None
) -> bytes:
    """A list as CSV or XLSX: a line for each of its rows. Each illustrative row says so in a column of its own, and so
    does the sheet of notes."""
    label = _("示例数据")
    heads = [*heads, label]
    lines = [[*line, label if row.illustrative else ""] for line, row in zip(lines, rows, strict=True)]
    if kind == CSV:
        return csv_bytes(heads, lines)
    notes = [(title, label if any(row.illustrative for row in rows) else "")]
    notes += [(_("截至"), (as_of or clock.today()).isoformat()), (_("行数"), str(len(lines)))]
    return xlsx_bytes(title, heads, lines, notes=notes)


def workbook(
    sheets: Sequence[Sheet],
    *,
    at: datetime,
    notes: Sequence[tuple[str, str]] = (),
    foot: str = "",
) -> bytes:
    """A workbook with some sheets, and at the end one with `notes` (label, text). `at` is when it says that it was
    written; it is titled as its first sheet. `foot` is printed under each."""
    import xlsxwriter  # only here: it takes a tenth of the start of every process

    from kangjiansheng.core.sheet_rows import RowsSheet

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": sheets[0].title, "created": at.astimezone(UTC).replace(tzinfo=None)})
    styles = _Styles(book)
    label = _("示例数据")
    marked = any(label in text for pair in notes for text in pair)
    for one in sheets:
        sheet = book.add_worksheet(_tab(one.title), RowsSheet)
        _fill(sheet, one.heads, one.rows, styles)
        sheet.repeat_rows(0)
        if marked:
            sheet.set_header(f"&R{label}")  # paper has no second sheet that says so
        if foot:
            sheet.set_footer(f"&L{foot[:120].replace('&', '&&')}")
        for column in one.hidden:
            sheet.set_column(column, column, None, None, {"hidden": True})
    if notes:
        last = book.add_worksheet(_tab(_("口径说明")))
        for number, pair in enumerate(notes):
            for column, cell in enumerate(pair):
                _write(last, number, column, cell, styles)
        last.set_column(0, 1, 28)
    book.close()
    return out.getvalue()


def _tab(title: str) -> str:
    """What spreadsheet programs take as the name of a sheet: 31 characters, none of those that addresses use."""
    return title[:31].translate(str.maketrans("", "", "[]:*?/\\")) or "1"


def download(kind: str, name: str, content: bytes) -> Response:
    """The file as an answer that the browser saves under `name` and the day of which it tells."""
    day = g.get("as_of") or clock.today()
    answer = Response(content, content_type=_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{day.isoformat()}.{kind}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


class _Styles(dict[str, Any]):
    """How cells look, and by its pattern how a number does."""

    def __init__(self, book: Any) -> None:
        super().__init__(
            head=book.add_format({"bold": True, "bottom": 1}),
            day=book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            text=book.add_format({"quote_prefix": True}),
        )
        self._book = book

    def __missing__(self, pattern: str) -> Any:
        return self.setdefault(pattern, self._book.add_format({"num_format": pattern}))


def _fill(sheet: Any, heads: Row, rows: Sequence[Row], styles: _Styles) -> None:
    def head(to: Any, number: int, column: int, cell: Any) -> None:
        to.write_string(number, column, str(cell), styles["head"])

    def below(to: Any, number: int, column: int, cell: Any) -> None:
        _write(to, number, column, cell, styles)

    for column, name in enumerate(heads):
        there = {row[column] for row in rows}
        widest = max(len(str(name)), *(len(_text(cell)) for cell in there), 0)
        sheet.set_column(column, column, min(max(widest * 1.6, 9), 60))
    sheet.lay([heads, *rows], head, below)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), max(len(heads) - 1, 0))


def _write(sheet: Any, number: int, column: int, cell: Any, styles: _Styles) -> None:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), styles["day"])
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(number, column, cell)
    elif isinstance(cell, Number):
        sheet.write_number(number, column, cell.value, styles[cell.pattern])
    else:
        text = _text(cell)
        sheet.write_string(number, column, text, styles["text"] if quoted(text) != text else None)


def _cell(cell: Any) -> str:
    """A cell of a CSV file; a number is no formula, whatever its sign."""
    number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return str(cell) if number else quoted(_text(cell))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return moment(cell) if isinstance(cell, datetime) else str(cell)
