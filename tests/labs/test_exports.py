"""The lists as files: exactly what the page shows, and nothing that acts as a formula."""

import csv
import io
import zipfile

import pytest
from lxml import etree

from tests.support.typed import typed

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def table(answer):
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def workbook(answer):
    """The rows of the first sheet, formulas included as ('formula', text)."""
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as book:
        shared = etree.fromstring(book.read("xl/sharedStrings.xml"))
        strings = ["".join(si.itertext()) for si in shared.findall("m:si", NS)]
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not sheet.findall(".//m:f", NS), "the sheet holds a formula"
    rows = []
    for row in sheet.iterfind(".//m:row", NS):
        cells = [(c.get("t"), c.findtext("m:v", namespaces=NS)) for c in row.iterfind("m:c", NS)]
        rows.append([strings[int(value)] if kind == "s" else value for kind, value in cells])
    return rows


@pytest.mark.parametrize(
    ("path", "query", "codes"),
    [
        ("/partners", "sector=hospital", {"RJ", "SCMC", "CSCG"}),
        ("/labs", "party=RJ", {"JL-01", "JL-03"}),
        ("/agreements", "kind=framework", {"AGR-001"}),
    ],
)
def test_a_file_holds_exactly_the_filtered_rows(client, path, query, codes):
    reader = client("executive")
    sheet = table(reader.get(f"{path}.csv?{query}"))
    assert {row[0] for row in sheet[1:]} == codes
    assert [row[0] for row in workbook(reader.get(f"{path}.xlsx?{query}"))[1:]] == [
        row[0] for row in sheet[1:]
    ]


def test_the_page_links_to_its_own_files(client):
    text = client("executive").get("/labs?party=RJ&page=1").get_data(as_text=True)
    assert 'href="/labs.xlsx?party=RJ"' in text and 'href="/labs.csv?party=RJ"' in text


def test_illustrative_rows_say_so(client):
    rows = table(client("executive").get("/labs.csv"))
    assert rows[0][-1] == "示例数据"
    assert all(row[-1] == "示例数据" for row in rows[1:])
    real = [row for row in table(client("executive").get("/agreements.csv")) if row[0] == "AGR-001"]
    assert real[0][-1] == ""


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x"])
def test_no_cell_acts_as_a_formula(client, evil):
    executive = client("executive")
    new = {"code": "EVIL-1", "name_hans": f"{evil}示例", "alias_lines": f"{evil}别名"}
    assert typed(executive, "/partners/new", **new).status_code == 303
    row = next(row for row in table(executive.get("/partners.csv")) if row[0] == "EVIL-1")
    assert row[1] == f"'{evil}示例"
    assert not any(cell.startswith(evil[0]) for cell in row if cell)
    cells = next(row for row in workbook(executive.get("/partners.xlsx")) if row[0] == "EVIL-1")
    assert cells[1] == f"{evil}示例"


def test_dates_are_dates_and_what_is_not_stated_is_empty(client):
    rows = {row[0]: row for row in workbook(client("executive").get("/agreements.xlsx"))}
    founding = table(client("executive").get("/agreements.csv?kind=framework"))[1]
    assert founding[6:10] == ["2024-09-10", "是", "", ""]
    assert rows["AGR-001"][6] == "45545"  # 2024-09-10 as a spreadsheet counts days


def test_the_files_speak_the_readers_language(client):
    heads = table(client("executive", "en").get("/labs.csv"))[0]
    assert heads == ["Code", "Name", "Status", "Lead", "Partner", "Illustrative data"]


def test_files_are_downloads_that_no_cache_keeps(client):
    answer = client("executive").get("/labs.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="labs-2026-11-23.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert client("executive").get("/labs.pdf").status_code == 404
