"""Lists of projects and milestones: filters in the address, sorting, files of exactly what is shown."""

import csv
import io
import zipfile

import pytest

from kangjiansheng.core.workbooks import read
from tests.support.typed import words


def codes(client, path):
    """The first column of a CSV file."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    return [row[0] for row in csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))][1:]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("q=KJS-003", ["KJS-003"]),
        ("q=車", []),
        ("q=膠質母細胞瘤", ["KJS-016"]),  # Traditional finds Simplified
        ("q=vaccine%20nGBM", ["KJS-016"]),
        ("lab=JL-05", ["KJS-013", "KJS-016"]),
        ("family=MSC", ["KJS-009", "KJS-010"]),
        ("stage=TRANSLATION", ["KJS-018"]),
        ("status=pause", ["KJS-013", "KJS-017"]),
        ("claimed=TERMINATED", ["KJS-017"]),
        ("status=nonsense", []),
    ],
)
def test_filters(client, query, wanted):
    reader = client("executive")
    assert codes(reader, f"/projects.csv?{query}") == wanted
    page = words(reader.get(f"/projects?{query}"))
    assert all(code in page for code in wanted)
    if not wanted:
        assert "没有符合条件的项目" in page


def test_sorting_by_slip_puts_the_largest_first(client):
    reader = client("executive")
    by_slip = codes(reader, "/projects.csv?sort=slip")
    assert by_slip[0] == "KJS-005"
    assert sorted(by_slip) == codes(reader, "/projects.csv")
    assert codes(reader, "/projects.csv?sort=nonsense") == codes(reader, "/projects.csv")


@pytest.mark.parametrize("within", ["30", "90", "365"])
def test_milestones_within_a_window_are_open(client, within):
    rows = client("executive").get(f"/api/v1/milestones?within={within}").get_json()["data"]
    assert rows and all(row["state"] == "open" for row in rows)


def test_the_file_holds_exactly_what_the_page_shows(client):
    reader = client("executive")
    shown = reader.get("/api/v1/milestones?status=slip,risk").get_json()["data"]
    assert len(codes(reader, "/milestones.csv?status=slip,risk")) == len(shown)
    assert {row["status"] for row in shown} == {"slip", "risk"}


def test_the_workbook_opens(client):
    answer = client("executive").get("/milestones.xlsx?project=KJS-003")
    assert '"milestones-2026-11-23.xlsx"' in answer.headers["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "figure=slipped&lab=JL-02",
            "儿童细胞治疗联合实验室；进行中的项目里，比最初基线晚 15 天或更多的未完成里程碑",
        ),
        (
            "status=slip,late&stage=IND&within=90&moved=2026-03-31",
            "已推迟、已逾期；IND；90 天内；2026-03-31 以来有变动",
        ),
        ("", None),
    ],
)
def test_a_file_of_a_past_day_says_so_in_its_name_and_what_it_is_narrowed_to(client, query, said):
    answer = client("executive").get(f"/milestones.xlsx?{query}&as_of=2026-06-30")
    assert '"milestones-2026-06-30.xlsx"' in answer.headers["Content-Disposition"]
    notes = read(answer.data).sheets[1]
    assert notes.name == "口径说明"
    told = {row.cells[0].value: row.cells[1].value for row in notes.rows}
    assert told["截至"] == "2026-06-30" and told.get("筛选") == said


def test_pages_of_a_long_list(client):
    reader = client("executive")
    first, last = words(reader.get("/milestones?page=1")), words(reader.get("/milestones?page=99"))
    assert "第 1 / 5 页" in first and "第 5 / 5 页" in last


def test_the_outsider_is_told_that_nothing_is_open(client):
    assert "没有对您开放的项目" in words(client("outsider").get("/projects"))


@pytest.mark.parametrize(
    "query", ["status=slip,late", "claimed=TERMINATED,COMPLETED,OUT_LICENSED", "status=pause"]
)
def test_another_filter_on_top_keeps_what_the_address_asked_for(client, query):
    """The board's numbers open lists of several statuses at once."""
    from lxml import html

    tree = html.document_fromstring(client("executive").get(f"/projects?{query}").text)
    (form,) = [f for f in tree.iter("form") if "filters" in (f.get("class") or "")]
    kept = dict(form.form_values())
    key, value = query.split("=")
    assert kept[key] == value
