"""Sheets as people send them are read into cells; what is no sheet is refused with a word."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.core import workbooks
from kangjiansheng.core.sheets import csv_bytes, xlsx_bytes
from kangjiansheng.core.workbooks import Unreadable, Workbook, as_csv, letters, place, read, split_place, xlsx
from tests.support.workbooks import bare, repacked
from tests.support.workbooks import xlsx as made

SHEET = "xl/worksheets/sheet1.xml"


def cells(book: Workbook, sheet: int = 0) -> dict[str, Any]:
    """{C17: value} of a sheet."""
    return {
        place(column, row.number): cell.value
        for row in book.sheets[sheet].rows
        for column, cell in row.cells.items()
    }


def kinds(book: Workbook) -> dict[str, str]:
    return {
        place(column, row.number): cell.kind
        for row in book.sheets[0].rows
        for column, cell in row.cells.items()
    }


def refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as problem:
        read(data)
    return problem.value.code


def test_values_keep_their_kind() -> None:
    book = read(made([["文字", 46096, date(2026, 3, 15), 3.5], ["", None, "二"]]))
    assert cells(book) == {"A1": "文字", "B1": 46096, "C1": date(2026, 3, 15), "D1": 3.5, "C2": "二"}
    assert kinds(book) == {"A1": "text", "B1": "number", "C1": "day", "D1": "number", "C2": "text"}


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    book = read(made([[date(2026, 3, 15)]], date_1904=True))
    assert book.from_1904 and cells(book) == {"A1": date(2026, 3, 15)}


@pytest.mark.parametrize(
    ("code", "shows"),
    [
        ("yyyy/m/d;@", True), ('m"月"d"日"', True), ("[$-804]mmm-yy", True), ("mmm", True), ("0.00", False),
        ('0"d"', False), ("h:mm", False), ("General", False), ("[Red]0", False), ("mm:ss", False),
    ],
)  # fmt: skip
def test_a_format_shows_a_day_or_not(code: str, shows: bool) -> None:
    def style(book: Any, sheets: list[Any]) -> None:
        sheets[0].write_number(0, 0, 46096, book.add_format({"num_format": code}))

    assert (kinds(read(made([[]], style=style)))["A1"] == "day") is shows


def test_merged_cells_count_for_each_of_their_rows_and_for_their_first_column_only() -> None:
    def style(_book: Any, sheets: list[Any]) -> None:
        sheets[0].merge_range("A2:A4", "KJS-003")
        sheets[0].merge_range("A6:C6", "一组")

    book = read(made([["项目", "编号", "预测"], ["", "A1"], ["", "A2"], ["", "A3"], ["", "A4"]], style=style))
    found = cells(book)
    assert [found.get(f"A{n}") for n in range(2, 7)] == ["KJS-003"] * 3 + [None, "一组"]
    assert "B6" not in found
    carried = {row.number: row.cells[0].carried for row in book.sheets[0].rows if 0 in row.cells}
    assert carried == {1: False, 2: False, 3: True, 4: True, 6: False}


def test_what_is_hidden_is_read_and_known_to_be() -> None:
    def style(_book: Any, sheets: list[Any]) -> None:
        sheets[0].set_row(1, None, None, {"hidden": True})
        sheets[0].set_column(2, 3, None, None, {"hidden": True})
        sheets[1].hide()

    book = read(made([["a", "b", "c"], ["d"]], [["e"]], style=style))
    assert [row.hidden for row in book.sheets[0].rows] == [False, True]
    assert book.sheets[0].hidden_columns == {2, 3}
    assert [sheet.hidden for sheet in book.sheets] == [False, True]
    assert cells(book, 1) == {"A1": "e"}


def test_a_formula_counts_by_its_result_and_without_one_it_is_pending() -> None:
    def style(_book: Any, sheets: list[Any]) -> None:
        sheets[0].write_formula(0, 0, "=1+1", None, 2)
        sheets[0].write_formula(0, 1, '="甲"', None, "甲")
        sheets[0].write_formula(0, 2, "=1+2", None, 3)
        sheets[0].write_formula(0, 3, "=NA()", None, "#N/A")

    data = repacked(made([[]], style=style), SHEET, lambda text: text.replace("<v>3</v>", "<v></v>"))
    assert kinds(read(data)) == {"A1": "number", "B1": "text", "C1": "pending", "D1": "error"}
    data = repacked(made([[]], style=style), SHEET, lambda text: text.replace("<v>3</v>", ""))
    assert kinds(read(data))["C1"] == "pending"


def test_what_other_programs_write_is_read_too() -> None:
    strings = "<si><r><t>一</t></r><r><t>二</t></r><rPh><t>yi</t></rPh></si>"
    styles = '<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs>'
    rows = (
        '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>三</t></is></c><c s="1"><v>46096.75</v></c></row>'
        '<row r="5"><c r="B5" t="b"><v>1</v></c><c t="d"><v>2026-03-15T00:00:00</v></c><c/></row>'
    )
    book = read(bare(rows, strings=strings, styles=styles))
    assert cells(book) == {
        "A1": "一二",
        "B1": "三",
        "C1": date(2026, 3, 15),
        "B5": True,
        "C5": "2026-03-15T00:00:00",
    }
    assert book.sheets[0].name == "甲"


def test_our_own_files_come_back_as_they_left() -> None:
    heads, rows = ["项目", "=危险"], [["KJS-001", date(2026, 3, 15)], ["-5", None]]
    found = cells(read(xlsx_bytes("里程碑", heads, rows)))
    assert found == {"A1": "项目", "B1": "=危险", "A2": "KJS-001", "B2": date(2026, 3, 15), "A3": "-5"}
    assert cells(read(csv_bytes(heads, rows))) == {**found, "B2": "2026-03-15"}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(12):
            packed.writestr(f"xl/worksheets/sheet{number}.xml", b" " * (10 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.long
def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = bomb()
    assert len(data) < 200_000
    assert refused(data) == "too-large"


def test_entities_are_not_expanded() -> None:
    data = made([["a"]])
    evil = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><worksheet>&x;</worksheet>'
    assert refused(repacked(data, SHEET, lambda _text: evil)) == "damaged"


@pytest.mark.long
def test_merging_half_the_world_costs_nothing() -> None:
    ref = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    book = read(bare("<row><c><v>1</v></c></row><row><c><v>2</v></c></row>", tail=ref))
    assert cells(book) == {"A1": 1, "A2": 1}
    many = '<mergeCell ref="A1:A1048576"/>' * 3000
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{n}"><c r="B{n}"><v>1</v></c></row>' for n in range(2, 1000)
    )
    assert refused(bare(rows, tail=many)) == "too-large"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"), (b"  \n", "empty"), (b"PK\x03\x04 torn", "damaged"), (b"%PDF-1.7 x", "other-kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old-or-locked"), (b"\x89PNG\r\n", "other-kind"),
        (b"<html><table>", "other-kind"), (b"\xef\xbb\xbf\xff\xfe", "encoding"), (b"a\x00b,c", "not-a-sheet"),
        (b"\xff\xff\xff\xff", "encoding"), (b"x" * (workbooks.LARGEST + 1), "too-large"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_with_a_word(data: bytes, code: str) -> None:
    assert refused(data) == code


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def test_other_packages_are_no_workbooks() -> None:
    assert refused(zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet")) == "other-kind"
    assert refused(zipped(**{"photo.jpg": "x"})) == "other-kind"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", SHEET, "xl/styles.xml", "xl/sharedStrings.xml", "_rels/.rels"]
)
def test_a_damaged_part_is_said_to_be_damaged(part: str) -> None:
    data = made([["甲", date(2026, 1, 1)]])
    assert refused(repacked(data, part, lambda text: text[: len(text) // 2])) == "damaged"


def test_a_reference_to_a_text_that_is_not_there_is_damage() -> None:
    assert refused(bare('<row><c t="s"><v>7</v></c></row>')) == "damaged"
    assert refused(bare("<row><c><v>seven</v></c></row>")) == "damaged"
    assert refused(bare('<row r="1"><c r="7A"><v>1</v></c></row>')) == "damaged"


@given(st.binary(max_size=400))
def test_no_bytes_bring_it_down(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        try:
            read(start + data)
        except Unreadable:
            continue


TABLE = "项目编号,里程碑,预测\r\nKJS-001,受理,2026-03-15\r\n"
TRADITIONAL = "項目編號,里程碑,預測\r\nKJS-001,受理,2026-03-15\r\n"
WORDS = ("项目编号", "里程碑", "预测", "項目編號", "預測")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (TABLE, "utf-8", "utf-8"), (TABLE, "utf-8-sig", "utf-8"), (TABLE, "utf-16", "utf-16"),
        (TABLE, "gbk", "gb18030"), (TABLE, "gb18030", "gb18030"), (TRADITIONAL, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"), (TRADITIONAL, "big5hkscs", "big5hkscs"),
    ],
)  # fmt: skip
def test_csv_in_the_encodings_of_the_region(text: str, encoding: str, found: str) -> None:
    book = read(text.encode(encoding), WORDS)
    assert book.encoding == found
    assert cells(book)["A1"] == text[:4] and cells(book)["C2"] == "2026-03-15"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_with_other_separators(mark: str) -> None:
    book = read(f'a{mark}b\n"x{mark}y"{mark}2\n'.encode())
    assert cells(book) == {"A1": "a", "B1": "b", "A2": f"x{mark}y", "B2": "2"}


def test_a_cell_without_end_is_no_csv() -> None:
    assert refused(b'a,"' + b"x" * 200_000) == "not-csv"


def test_rows_count_as_spreadsheets_count_them() -> None:
    book = read(b'\n"a\nb",c\n,\nd\n')
    assert [row.number for row in book.sheets[0].rows] == [2, 4]


@given(st.integers(0, 16383), st.integers(1, 1048576))
def test_addresses_go_there_and_back(column: int, row: int) -> None:
    assert split_place(place(column, row)) == (column, row)
    assert letters(0) == "A" and letters(25) == "Z" and letters(26) == "AA" and letters(16383) == "XFD"


def test_limits_hold_over_all_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_CELLS", 3)
    assert refused(made([["a", "b"]], [["c", "d"]])) == "too-large"


def test_what_stands_in_quotes_does_not_tell_what_divides_cells() -> None:
    assert cells(read(b'a;"b, c, d, e"\n1;"2, 3\n, 4, 5"')) == {
        "A1": "a",
        "B1": "b, c, d, e",
        "A2": "1",
        "B2": "2, 3\n, 4, 5",
    }


def copied(cell: str) -> str:
    """A cell as spreadsheets copy it: in quotes where a line breaks in it."""
    return '"' + cell.replace('"', '""') + '"' if "\n" in cell else cell


@given(
    st.lists(st.lists(st.text('甲b 1",;🧬\n', max_size=6), min_size=2, max_size=4), min_size=1, max_size=4)
)
def test_rows_that_were_copied_are_read_as_they_stood(grid: list[list[str]]) -> None:
    """A cell that is itself in quotes, without a line that breaks, is the one that cannot be told from a quoted one."""
    bare = [[cell if "\n" in cell else cell.strip('"') for cell in row] for row in grid]
    book = read(as_csv("\n".join("\t".join(map(copied, row)) for row in bare)))
    expected = {
        place(n, at): cell for at, row in enumerate(bare, 1) for n, cell in enumerate(row) if cell.strip()
    }
    assert cells(book) == expected


@given(st.text('甲\t"\n,;', max_size=40))
def test_nothing_that_is_pasted_brings_it_down(text: str) -> None:
    if text.strip():
        read(as_csv(text))
