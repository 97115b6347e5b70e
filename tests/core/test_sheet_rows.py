"""Sheets with many rows: each distinct value is made once, and the file is the one that the library would write."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from kangjiansheng.core import sheets
from kangjiansheng.core.sheet_rows import RowsSheet
from kangjiansheng.core.sheets import Number, Sheet, csv_bytes, workbook

AT = datetime(2026, 11, 23, 8)
CELLS = st.one_of(
    st.sampled_from([None, "", " ", 0, 1, True, False, 1.0, "1", "=1+1", "＝1", "-5", "a\tb", "<&>", "里程碑 甲"]),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda found: found + 0.0),  # -0 is 0
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.builds(Number, st.integers(0, 100), st.just("50%"), st.sampled_from(["0%", "0.0%"])),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
)  # fmt: skip


class Plain(Worksheet):
    """The same sheet, written cell by cell by the library alone."""

    def lay(self, rows: Any, heads: Any, cells: Any) -> None:
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                (cells if number else heads)(self, number, column, cell)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@settings(max_examples=40)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=40))
def test_a_workbook_is_the_one_that_the_library_writes_cell_by_cell(rows: list[list[Any]]) -> None:
    app = Flask(__name__)
    with app.test_request_context(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(sheets, "_", str)
        made = Sheet("表", ["甲", "=乙", "丙"], rows, [2])
        ours = parts(workbook([made], at=AT, notes=[("a", "b")]))
        patched.setattr("kangjiansheng.core.sheet_rows.RowsSheet", Plain)
        theirs = parts(workbook([made], at=AT, notes=[("a", "b")]))
    assert ours.keys() == theirs.keys()
    for name, part in theirs.items():
        assert ours[name] == part, name


def test_rows_of_several_lengths_stand_as_the_library_writes_them() -> None:
    def put(sheet: Any, number: int, column: int, cell: Any) -> None:
        sheet.write_string(number, column, cell)

    rows = [["a", "b", "c"], *([["x"] * (n % 4) for n in range(40)])]
    found = []
    for kind in (RowsSheet, Plain):
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        book.set_properties({"created": AT})
        sheet: Any = book.add_worksheet("x", kind)
        sheet.lay(rows, put, put)
        book.close()
        found.append(parts(out.getvalue()))
    assert found[0] == found[1]


def test_a_cell_of_a_csv_is_told_by_its_type_too() -> None:
    rows = [[1, True, 1.0, "1", None, "-1", -1, date(2026, 1, 1)]] * 2
    line = "1,True,1.0,1,,'-1,-1,2026-01-01"
    assert csv_bytes(["a"], rows).decode("utf-8-sig").split("\r\n") == ["a", line, line, ""]


def test_each_value_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand rows of the same cells cost the words of one."""
    asked: list[Any] = []
    plain = sheets._text
    monkeypatch.setattr(sheets, "_text", lambda cell: (asked.append(cell), plain(cell))[1])
    csv_bytes(["a"], [["里程碑", date(2026, 1, 1)]] * 10_000)
    assert len(asked) == 3
