"""The pages of the overview over some of the projects: what the address asks for, what follows it, and views of it."""

import re

import pytest
from lxml import html

from kangjiansheng.core.i18n import name_of
from kangjiansheng.overview.rules.narrowing import Narrowing, narrow
from kangjiansheng.projects.queries import portfolio
from tests.support.acting import who

CODE = re.compile(r"KJS-\d{3}")
CHARTS = "/overview/charts"
ASKED = ("lab=JL-01", "party=RJ", "family=CAR_T_AUTO", "stage=IIT", "pathway=D_iit", "lab=JL-01&stage=IND")


def page(client, path):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return html.document_fromstring(answer.text)


def wanted(app, query):  # type: ignore[no-untyped-def]
    pairs = dict(pair.split("=") for pair in query.split("&"))
    with app.app_context():
        return {row.code for row in narrow(portfolio(actor=who("executive")), Narrowing(**pairs))}


@pytest.mark.long
@pytest.mark.parametrize("query", ASKED)
def test_charts_files_and_the_line_above_them_are_about_what_is_asked_for(app, client, query):
    codes, reader = wanted(app, query), client("executive")
    assert codes
    tree = page(reader, f"{CHARTS}?{query}")
    assert f"20 个项目中的 {len(codes)} 个" in tree.find_class("ov-nw")[0].text_content()
    file = reader.get(f"{CHARTS}/spoken.csv?{query}").get_data(as_text=True)
    assert set(CODE.findall(file)) <= codes and "筛选" in file
    for name in ("cycles", "gates", "expiries", "spoken"):
        table = tree.get_element_by_id(f"chart-{name}").text_content()
        assert set(CODE.findall(table)) <= codes


def due_in(tree):  # type: ignore[no-untyped-def]
    (tile,) = (one for one in tree.find_class("kpi") if one.find_class("k")[0].text == "未来 90 天到期")
    return [one.text_content() for one in (tile.find_class("v")[0], *tile.find_class("d")[0])]


@pytest.mark.long
@pytest.mark.parametrize("code", ["JL-01", "JL-02", "JL-03", "JL-04", "JL-05"])
def test_the_page_of_a_laboratory_and_the_board_over_it_say_the_same_of_what_is_due(client, code):
    reader = client("executive")
    ours, board = due_in(page(reader, f"/labs/{code}")), due_in(page(reader, f"/overview?lab={code}"))
    assert ours[0] == board[0] and ours[0].endswith("项到期")
    assert ours[1] == board[1] or (ours[1].startswith("另有") and board[1] == "都按计划")


def test_what_nobody_has_shows_nothing_and_not_everything(client):
    tree = page(client("executive"), f"{CHARTS}?lab=NONE")
    assert "20 个项目中的 0 个" in tree.find_class("ov-nw")[0].text_content()
    assert not CODE.findall(tree.get_element_by_id("main").text_content())


def test_a_board_of_nothing_says_so_and_leads_back(client):
    main = page(client("executive"), "/overview?lab=NONE").get_element_by_id("main")
    assert "没有符合条件的项目" in main.text_content()
    assert any(a.get("href") == "/overview?every=1" for a in main.iter("a"))


def test_only_what_occurs_among_ones_own_projects_can_be_chosen(app, client):
    offered = {
        o.get("value") for o in page(client("partner"), CHARTS).get_element_by_id("nw-lab").iter("option")
    }
    with app.app_context():
        own = {lab.code for row in portfolio(actor=who("partner")) for lab in row.labs}
        names = {name_of(lab) for row in portfolio(actor=who("partner")) for lab in row.labs}
    assert offered == own | {""} and names


@pytest.mark.long
def test_forms_and_links_keep_what_is_asked_for_and_the_day(client):
    tree = page(client("executive"), f"{CHARTS}?lab=JL-01&as_of=2026-06-30")
    main = tree.get_element_by_id("main")
    hidden = {(i.get("name"), i.get("value")) for i in main.iter("input") if i.get("type") == "hidden"}
    assert {("lab", "JL-01"), ("as_of", "2026-06-30")} <= hidden
    files = [a.get("href") for a in main.iter("a") if ".csv" in a.get("href", "")]
    assert files and all("lab=JL-01" in href and "as_of=2026-06-30" in href for href in files)
    assert "lab=" not in tree.find_class("ov-nw")[0].find(".//a").get("href")
    stale = page(client("executive"), f"{CHARTS}?pathway=B_818").text_content()
    assert "stale=old" not in stale or "pathway=B_818" in stale


@pytest.mark.long
def test_lists_that_numbers_open_are_narrowed_by_stage_and_pathway_too(app, client):
    codes = wanted(app, "pathway=D_iit")
    for path in (
        "/api/v1/projects?pathway=D_iit",
        "/projects.csv?pathway=D_iit",
        "/milestones.csv?pathway=D_iit",
    ):
        assert set(CODE.findall(client("executive").get(path).get_data(as_text=True))) == codes, path
    codes = wanted(app, "stage=II_III")
    text = client("executive").get("/milestones.csv?stage=II_III").get_data(as_text=True)
    assert set(CODE.findall(text)) == codes


@pytest.mark.long
def test_a_view_of_the_charts_is_kept_shared_and_opens_the_page(client):
    owner, other = client("executive"), client("partner")
    kept = {
        "list": "charts",
        "query": "lab=JL-02&as_of=2026-06-30",
        "name": "儿童",
        "shared": "y",
        "opens": "y",
    }
    assert owner.post("/views", data=kept).headers["Location"] == f"{CHARTS}?lab=JL-02"
    assert owner.get(CHARTS).headers["Location"] == f"{CHARTS}?lab=JL-02"
    assert owner.get(f"{CHARTS}?every=1").status_code == 200
    assert "儿童" in page(other, CHARTS).find_class("ov-nw")[0].text_content()
    assert other.get(CHARTS).status_code == 200  # opens for its owner alone


@pytest.mark.long
@pytest.mark.parametrize("query", ASKED)
def test_the_sentence_the_figures_and_the_files_of_the_board_are_about_what_is_asked_for(app, client, query):
    codes, reader = wanted(app, query), client("executive")
    tree = page(reader, f"/overview?{query}")
    assert tree.find_class("answer")[0].text_content().startswith(f"{len(codes)} 个项目")
    assert f"20 个项目中的 {len(codes)} 个" in tree.find_class("ov-nw")[0].text_content()
    assert set(CODE.findall(tree.get_element_by_id("main").text_content())) <= codes
    for name in ("attention", "pipeline", "outlook", "slips", "moves"):
        file = reader.get(f"/overview/tables/{name}.csv?{query}").get_data(as_text=True)
        assert set(CODE.findall(file)) <= codes and "筛选" in file, name
    assert set(CODE.findall(page(reader, f"/overview/wall?{query}").text_content())) <= codes


@pytest.mark.parametrize("query", ["lab=JL-02&as_of=2026-06-30&compare=2026-03-31", "party=CSCG", ""])
def test_the_title_of_the_slips_names_the_largest_of_them(client, query):
    sheet = page(client("executive"), f"/overview?{query}").get_element_by_id("chart-slips")
    title = sheet.find(".//h2").text_content()
    first = [cell.text_content().strip() for cell in sheet.find(".//tbody/tr")]
    named = re.search(r"(?:推迟最多的是 |^)(KJS-\d+)(?!.*推迟最多的是)", title)
    assert named and named[1] == first[0], title
    assert re.search(r"(\d+) 天", title)[1] in first, title


@pytest.mark.long
@pytest.mark.parametrize("day", ["", "&as_of=2026-06-30"])
def test_every_number_of_a_narrowed_sentence_opens_a_list_of_as_many(client, day):
    reader = client("executive")
    for query in ("lab=JL-01", "stage=IND", "pathway=A_drug&party=RJ"):
        for link in page(reader, f"/overview?{query}{day}").find_class("answer")[0].iter("a"):
            match = re.match(r"(\d+) 个", link.text_content())
            if match:
                rows = reader.get("/api/v1" + link.get("href")).get_json()["data"]
                assert len(rows) == int(match[1]), link.get("href")


def test_parts_add_up_to_the_whole_now_and_on_the_day_of_comparison(app, client):
    from kangjiansheng.overview.rules.narrowing import ALL
    from kangjiansheng.overview.views import dashboard

    with app.test_request_context("/overview"):
        from flask import g

        g.as_of = None
        asking, actor = dashboard.asked(), who("executive")
        _every, whole = dashboard.narrowed_to(asking, ALL, actor=actor)
        ways = {row.pathway for row in portfolio(actor=actor)}
        parts = [dashboard.narrowed_to(asking, Narrowing(pathway=way), actor=actor)[1] for way in ways]
    for one in (lambda b: b.slipped.now, lambda b: b.slipped.then, lambda b: b.due.now, lambda b: b.due.then,
                lambda b: b.on_time.now.whole, lambda b: b.on_time.then.part, lambda b: b.gates.now,
                lambda b: b.moves.total, lambda b: sum(n for _d, n in b.slipped.months)):  # fmt: skip
        assert sum(map(one, parts)) == one(whole)


def test_the_board_and_the_charts_lead_to_each_other_with_what_is_asked_for(client):
    tabs = page(client("executive"), "/overview?lab=JL-01").find_class("tabs")[0]
    assert [a.get("href") for a in tabs][:2] == ["/overview?lab=JL-01", f"{CHARTS}?lab=JL-01"]


def test_a_view_of_the_board_keeps_no_day_of_comparison(client):
    kept = {
        "list": "overview",
        "query": "lab=JL-02&compare=2026-06-30&horizon=365",
        "name": "儿童",
        "opens": "y",
    }
    owner = client("executive")
    assert owner.post("/views", data=kept).headers["Location"] == "/overview?lab=JL-02&horizon=365"
    assert owner.get("/overview").headers["Location"] == "/overview?lab=JL-02&horizon=365"
    assert owner.get("/overview?every=1").status_code == 200
