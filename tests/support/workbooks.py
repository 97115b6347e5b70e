"""Workbooks as tests need them: made with the library that the product writes with, or by hand."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter


def xlsx(
    *sheets: Sequence[Sequence[Any]], style: Callable[[Any, list[Any]], None] | None = None, **options: Any
) -> bytes:
    """A workbook of rows of cells. `style(book, sheets)` may merge, hide and overwrite before it is closed."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, **options})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    made = []
    for rows in sheets:
        sheet = book.add_worksheet()
        made.append(sheet)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), day)
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, column, value)
                elif value is not None and value != "":
                    sheet.write_string(number, column, str(value))
    if style is not None:
        style(book, made)
    book.close()
    return out.getvalue()


def repacked(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The same workbook with one of its parts changed as text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == part else content)
    return out.getvalue()


def bare(
    cells: str, *, head: str = "", styles: str = "", strings: str = "", tail: str = "", more: str = ""
) -> bytes:
    """A workbook of one sheet written by hand, as other programs write it: no names that could be guessed."""
    relation = '<Relationship Id="{}" Type="http://x/{}" Target="{}"/>'
    parts = {
        "_rels/.rels": f"<Relationships>{relation.format('r1', 'officeDocument', '/book/main.xml')}</Relationships>",
        "book/main.xml": f'<workbook xmlns:q="y">{head}<sheets><sheet name="甲" sheetId="1" q:id="r7"/></sheets></workbook>',
        "book/_rels/main.xml.rels": "<Relationships>"
        + relation.format("r7", "worksheet", "s/one.xml")
        + relation.format("r8", "styles", "styles.xml")
        + relation.format("r9", "sharedStrings", "strings.xml")
        + "</Relationships>",
        "book/s/one.xml": f"<x:worksheet>{more}<x:sheetData>{cells}</x:sheetData>{tail}</x:worksheet>".replace(
            "<x:", "<"
        ).replace("</x:", "</"),
        "book/styles.xml": f"<styleSheet>{styles}</styleSheet>",
        "book/strings.xml": f"<sst>{strings}</sst>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()
