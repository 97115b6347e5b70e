"""All milestones in one table: which, in which columns, in which order and groups; and the same as a file."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.rules.columns import COLUMNS
from tests.support.typed import whole, words


def table(client, query=""):
    """Heads and rows of the page's table."""
    answer = client.get(f"/milestones?{query}")
    assert answer.status_code == 200
    tree = html.document_fromstring(answer.get_data(as_text=True))
    heads = [" ".join(th.itertext()).strip() for th in tree.xpath("//table//thead//th[a]")]
    rows = [
        [" ".join(" ".join(td.itertext()).split()) for td in tr.xpath("td[not(@class='tick')]")][: len(heads)]
        for tr in tree.xpath("//table//tbody[@data-row]/tr")
    ]
    return heads, rows


def file(client, query=""):
    """Heads and rows of the CSV file."""
    answer = client.get(f"/milestones.csv?{query}")
    assert answer.status_code == 200
    found = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    return found[0], found[1:]


@pytest.mark.long
@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("family=MSC", lambda row: row["family"] == "MSC"),
        ("party=RJ", lambda row: "RJ" in row["parties"]),
        ("lab=JL-05", lambda row: "JL-05" in row["labs"]),
    ],
)
def test_filters_that_look_at_the_project(client, query, fits):
    reader = client("executive")
    projects = {
        row["code"]: {
            **row,
            "parties": {p["code"] for p in row["parties"]},
            "labs": {x["code"] for x in row["labs"]},
        }
        for row in reader.get("/api/v1/projects").get_json()["data"]
    }
    everything = reader.get("/api/v1/milestones").get_json()["data"]
    shown = reader.get(f"/api/v1/milestones?{query}").get_json()["data"]
    wanted = [row for row in everything if fits(projects[row["project"]])]
    assert wanted and len(wanted) < len(everything)
    assert sorted((r["project"], r["code"]) for r in shown) == sorted(
        (r["project"], r["code"]) for r in wanted
    )


def test_stale_is_what_my_milestones_asks_for(client):
    lead = client("lead")
    asked = html.document_fromstring(lead.get("/my/milestones").get_data(as_text=True)).xpath(
        "//*[@data-card]"
    )
    shown = lead.get("/api/v1/milestones?owner=me&stale=1").get_json()["data"]
    assert asked and len(shown) == len(asked)


def test_moved_since_names_what_moved_and_by_how_much(client, actor):
    lead = actor("lead")
    thing = queries.milestone(actor=lead, code="KJS-003", milestone_code="A140")
    before = thing.forecast
    to = max(before, clock.today()) + timedelta(30)
    with writing():
        thing = queries.milestone(actor=lead, code="KJS-003", milestone_code="A140")
        operations.will_slip(thing, to, "REGULATOR", actor=lead, version=None)
    heads, rows = file(client("executive"), f"moved={clock.today()}&cols=project,code,moved")
    assert ["KJS-003", "A140", str((to - before).days)] in [row[:3] for row in rows]
    assert {row[0] for row in rows} == {"KJS-003"} and all(int(row[2]) for row in rows)
    assert heads[:3] == ["项目", "编号", "期间变动（天）"]
    tomorrow = clock.today() + timedelta(1)
    assert file(client("executive"), f"moved={tomorrow}")[1] == []
    assert "期间变动" in table(client("executive"), f"moved={clock.today()}")[0]


def test_a_day_that_cannot_be_read_is_refused(client):
    assert client("executive").get("/milestones?moved=gestern").status_code == 400
    assert client("executive").get("/milestones?moved=2026/9/1").status_code == 200


@pytest.mark.long
@pytest.mark.parametrize(
    "query", ["owner=none", "owner=me", "reason=REGULATOR", "by=lab&sort=-slip", "status=slip,late"]
)
def test_the_file_says_what_the_page_says(client, query):
    lead = client("lead")
    query += "&cols=code,milestone,project,owner"
    heads, rows = table(lead, query)
    if rows:
        assert heads == ["编号", "里程碑", "项目", "负责"]
    of_file = [row[-5:-1] if len(row) > 4 else row for row in file(lead, query)[1]]
    assert rows == [[*row[:3], row[3] or "—"] for row in of_file][: len(rows)]
    assert len(rows) == min(50, len(of_file))


@pytest.mark.long
@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_sorts_both_ways_and_loses_nothing(client, name):
    reader = client("executive")
    query = f"moved=2026-06-01&cols=project,code,{name}"
    whole = sorted(file(reader, query)[1])
    there = [file(reader, f"{query}&sort={sign}{name}")[1] for sign in ("", "-")]
    assert sorted(there[0]) == sorted(there[1]) == whole
    if name not in ("project", "code"):
        empty = [[not row[2] for row in rows] for rows in there]
        assert all(marks == sorted(marks) for marks in empty), "what has no value comes last"


@pytest.mark.long
def test_groups_stand_together_and_say_how_many_they_are(client):
    reader = client("executive")
    labs = [row[0] for row in file(reader, "by=lab&sort=slip&cols=code,slip")[1]]
    assert len(set(labs)) > 2
    assert [lab for n, lab in enumerate(labs) if n == 0 or labs[n - 1] != lab] == list(dict.fromkeys(labs))
    page = html.document_fromstring(reader.get("/milestones?by=lab").get_data(as_text=True))
    first = " ".join(page.xpath("(//tbody[@class='grp']//th)[1]")[0].text_content().split())
    assert first == f"{labs[0]} {labs.count(labs[0])}"


@pytest.mark.long
def test_the_pages_of_a_list_hold_each_row_once(client):
    reader = client("executive")
    shown = [tuple(row[:2]) for n in range(1, 6) for row in table(reader, f"sort=-slip&page={n}")[1]]
    assert len(shown) == len(set(shown)) == len(file(reader)[1])
    assert shown == [tuple(row[:2]) for row in file(reader, "sort=-slip")[1]]


@pytest.mark.long
def test_the_file_keeps_language_day_and_label(client):
    heads, rows = file(client("executive", "en"), "project=KJS-003&as_of=2026-06-30")
    assert heads[:4] == ["Projects", "Code", "Milestone", "Status"]
    assert rows and all(row[-1] == "Illustrative data" for row in rows)
    book = client("executive").get("/milestones.xlsx?project=KJS-003&as_of=2026-06-30")
    texts = zipfile.ZipFile(io.BytesIO(book.data)).read("xl/sharedStrings.xml").decode()
    assert "2026-06-30" in texts and "示例数据" in texts


def test_choosing_columns_keeps_the_filter(client):
    page = html.document_fromstring(
        client("executive").get("/milestones?status=slip&cols=code,slip&page=1").get_data(as_text=True)
    )
    form = page.xpath("//details[contains(@class,'cols')]//form")[0]
    fields = [
        (f.get("name"), f.get("value"))
        for f in form.xpath(".//input")
        if f.get("type") == "hidden" or f.get("checked") is not None
    ]
    assert fields == [("status", "slip"), ("cols", "code"), ("cols", "slip")]
    later = form.xpath(".//a[contains(@aria-label,'后移')]/@href")
    assert later == ["/milestones?status=slip&cols=slip%2Ccode"]


@pytest.mark.long
def test_nothing_to_show_says_so_and_offers_the_way_back(client):
    page = words(client("executive").get("/milestones?q=nothing-like-this"))
    assert "没有符合条件的里程碑" in page and "清除筛选" in page
    assert "没有对您开放的里程碑" in words(client("outsider").get("/milestones"))


ROW = "/projects/KJS-003/milestones/A140"
AS_PIECE = {"HX-Request": "true"}


@pytest.mark.long
def test_a_row_is_edited_in_its_place_with_the_columns_of_the_list(client):
    lead = client("lead")
    query = "list=code,slip,moved&moved=2026-06-01"
    edit = lead.get(f"{ROW}/edit?{query}", headers=AS_PIECE)
    tree = html.fromstring(edit.get_data(as_text=True))
    assert (
        tree.xpath("//tbody[@data-row]") and len(tree.xpath("//tr[1]/td")) == 5
    )  # tick, three columns, close
    form = tree.xpath("//form")[0]
    plain = lead.get(f"{ROW}/row?{query}", headers=AS_PIECE).get_data(as_text=True)
    assert "<form" not in plain and "A140" in plain
    data = {**dict(form.form_values()), "choice": "will_slip", "date": "2027-06-01", "reason": "REGULATOR"}
    saved = whole(lead.post(form.get("hx-post"), data=data, headers=AS_PIECE))
    assert "预测日期改为 2027-06-01" in saved and "+281" in saved
    assert saved.count("<tbody") > 1, "what moved along is shown, too"
    wrong = lead.post(form.get("hx-post"), data={**data, "reason": ""}, headers=AS_PIECE)
    assert wrong.status_code == 409 and "data-row" in wrong.get_data(as_text=True)


def test_what_nobody_has_confirmed_for_weeks_is_found(client):
    reader = client("executive")
    old = listed = reader.get("/api/v1/milestones?stale=old").get_json()["data"]
    limit = clock.today() - timedelta(22)
    assert all(m["state"] == "open" and (m["confirmed_at"] or "")[:10] <= str(limit) for m in listed)
    others = reader.get("/api/v1/milestones?state=open").get_json()["data"]
    fresh = [m for m in others if m["confirmed_at"] and m["confirmed_at"][:10] > str(limit)]
    decisions = [m for m in others if m["kind"] == "decision"]
    assert len(old) + len(fresh) + len(decisions) == len(others)
