"""The board as each of the cast sees it, as of any day, in three languages."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest
from flask import Flask, g
from lxml import html

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock
from kangjiansheng.core.sheets import Number, csv_bytes, xlsx_bytes
from kangjiansheng.core.workbooks import read
from kangjiansheng.overview import queries
from kangjiansheng.overview.views import dashboard
from kangjiansheng.projects import commands
from kangjiansheng.projects.queries import portfolio
from tests.support import scale
from tests.support.queries import queries_counted

CODE = re.compile(r"\bKJS-\d{3}\b")
PARTNER = {f"KJS-{n:03d}" for n in (1, 4, 10, 14, 15, 20)}


def page(client, path="/overview", lang="zh-Hans"):  # type: ignore[no-untyped-def]
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200, answer.text[:400]
    return html.document_fromstring(answer.text)


def said(tree) -> str:  # type: ignore[no-untyped-def]
    return "".join("".join(p.itertext()) for p in tree.find_class("answer"))


@pytest.mark.parametrize(("who", "number"), [("executive", 20), ("auditor", 20), ("partner", 6)])
def test_the_sentence_counts_what_the_reader_may_see(client, who, number):
    text = said(page(client(who)))
    assert text.startswith(f"{number} 个项目中 ")
    groups = [
        int(n)
        for n in re.findall(r"(\d+) 个(?:按计划|有风险|推迟或逾期|等待决策|已暂停|已结束|尚未开始)", text)
    ]
    assert sum(groups) == number


@pytest.mark.long
def test_the_partner_sees_only_her_projects_in_words_figures_and_tables(client):
    answer = client("partner").get("/overview")
    assert set(CODE.findall(answer.text)) <= PARTNER
    for name in ("attention", "pipeline", "outlook", "slips", "health"):
        file = client("partner").get(f"/overview/tables/{name}.csv").get_data(as_text=True)
        assert set(CODE.findall(file)) <= PARTNER, name


@pytest.mark.parametrize("who", ["outsider", "admin"])
def test_who_sees_no_project_gets_no_figure(client, who):
    answer = client(who).get("/overview")
    assert not CODE.findall(answer.text)
    assert "没有您可以查看的项目" in answer.text and "data-fig" not in answer.text


def test_nobody_gets_to_the_board_without_signing_in(client):
    assert client(None).get("/overview").status_code == 302
    assert client(None).get("/api/v1/metrics").status_code == 401


def test_every_number_of_the_sentence_opens_a_list_of_as_many(client):
    reader = client("executive")
    for link in page(reader).find_class("answer")[0].iter("a"):
        match = re.match(r"(\d+) 个", link.text_content())
        if match:
            rows = reader.get("/api/v1" + link.get("href")).get_json()["data"]
            assert len(rows) == int(match[1]), link.get("href")


@pytest.mark.long
def test_a_past_day_rewinds_and_shows_no_way_to_edit(client):
    tree = page(client("executive"), "/overview?as_of=2026-06-30")
    assert tree.find_class("asof-banner")
    assert said(tree) != said(page(client("executive")))
    assert not [f for f in tree.iter("form") if f.get("method") == "post" and f.get("action") != "/sign-out"]
    links = [
        a.get("href")
        for a in tree.get_element_by_id("main").iter("a")
        if a.get("href", "").startswith("/projects")
    ]
    assert links and all("as_of=2026-06-30" in link for link in links)


@pytest.mark.long
def test_the_sentence_of_yesterday_is_yesterdays(app, client, actor):
    from kangjiansheng.core.transactions import writing
    from kangjiansheng.projects.models import Milestone
    from kangjiansheng.projects.operations import milestones as operations

    lead = actor("lead")
    rows = [m for p in portfolio(actor=lead) for m in p.milestones if m.owner_id == lead.id and m.is_open]
    before = said(page(client("executive")))
    with writing():
        from kangjiansheng.core.db import db

        thing = db.session.get(Milestone, rows[-1].id)
        far = clock.today() + timedelta(days=3000)
        operations.will_slip(thing, far, "SUPPLY", actor=lead, version=thing.version)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    after = said(page(client("executive")))
    assert after != before and rows[-1].project_code in after and "样本或物料" in after
    assert rows[-1].name_hans not in said(page(client("executive"), f"/overview?as_of={yesterday}"))


@pytest.mark.parametrize(
    "query",
    ["as_of=2999-01-01", "as_of=yesterday", "compare=2999-01-01", "compare=yesterday"],
)
def test_a_day_that_cannot_be_is_refused_with_a_hint(client, query):
    assert client("executive").get(f"/overview?{query}").status_code == 400


@pytest.mark.long
@pytest.mark.parametrize("compare", ["2026-06-30", "2026-10-31", "today"])
def test_a_comparison_that_is_not_before_the_day_looked_at_is_set_back_and_says_so(client, compare):
    asked = clock.today().isoformat() if compare == "today" else compare
    reader = client("executive")
    for path in ("/", "/overview"):
        text = (
            page(reader, f"{path}?as_of=2026-06-30&compare={asked}").get_element_by_id("main").text_content()
        )
        assert f"{asked} 不早于所看的日期，改与 2026-03-31 对比。" in text
    assert "不早于所看的日期" not in page(reader, "/overview?compare=2026-06-30").text_content()
    file = reader.get(f"/overview/tables/slips.csv?as_of=2026-06-30&compare={asked}")
    assert file.status_code == 200 and "2026-03-31" in file.get_data(as_text=True)


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "compared"),
    [
        ("", True),
        ("/metrics", True),
        ("/value", True),
        ("/pack", True),
        ("/charts", False),
        ("/forecast", False),
    ],
)
def test_a_page_on_paper_says_its_day_and_the_one_it_is_compared_with(client, path, compared):
    asked = "?as_of=2026-10-31&compare=2026-03-31&lab=JL-02"
    tree = page(client("executive"), f"/overview{path}{asked}")
    (line,) = tree.xpath("//main//p[@class='only-print']")
    assert line.text == ("数据截至 2026-10-31，对比 2026-03-31" if compared else "截至 2026-10-31")
    assert "示例数据" in tree.find_class("illus-strip")[0].text_content()
    assert path == "/metrics" or "儿童细胞治疗联合实验室：" in tree.find_class("ov-nw")[0].text_content()


def test_today_is_on_the_paper_of_the_first_page(client):
    (line,) = page(client("executive"), "/").xpath("//main//p[@class='only-print']")
    assert line.text.startswith(f"数据截至 {clock.today().isoformat()}，对比 ")


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_three_languages(client, lang):
    tree = page(client("executive", lang))
    text = " ".join(tree.get_element_by_id("main").itertext())
    mark = {
        "zh-Hans": "近 12 个月准时率",
        "zh-Hant": "近 12 個月準時率",
        "en": "On-time rate over 12 months",
    }[lang]
    assert mark in text
    if lang == "en":
        assert not re.search("[\u4e00-\u9fff]", said(tree))
    if lang == "zh-Hant":
        assert "按计划" not in text and "如期" in text


@pytest.mark.long
@pytest.mark.parametrize("horizon", [30, 90, 365])
def test_figures_are_scatter_and_bar_and_plotly_takes_them(client, horizon):
    tree = page(client("executive"), f"/overview?horizon={horizon}")
    figures = [s for s in tree.iter("script") if s.get("id", "").startswith("fig-")]
    assert len(figures) == 2
    for script in figures:
        figure = json.loads(script.text)
        assert {trace["type"] for trace in figure["data"]} <= {"scatter", "bar"}
        text = json.dumps(figure, ensure_ascii=False)
        assert "<b>" not in text and "#" not in re.sub(r'"href": "[^"]*"', "", text)
        go.Figure({"data": _coloured(figure["data"]), "layout": _coloured(figure["layout"])})


def _coloured(value):  # type: ignore[no-untyped-def]
    if isinstance(value, dict):
        return {key: _coloured(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_coloured(item) for item in value]
    return "#123456" if isinstance(value, str) and value.startswith("@") else value


def test_every_figure_has_its_table(client):
    tree = page(client("executive"))
    for name, rows in (("fig-outlook-t", 5), ("fig-slips-t", 8), ("t-pipe", 19), ("t-health", 3)):
        assert len(tree.get_element_by_id(name).findall(".//tbody/tr")) >= rows, name


@pytest.mark.long
@pytest.mark.parametrize("path", ["/overview", "/overview?as_of=2026-10-31", "/overview?horizon=365"])
def test_at_most_fifteen_statements(client, path):
    reader = client("executive")
    reader.get(path)  # the first of a process reads the ledgers
    with queries_counted() as seen:
        assert reader.get(path).status_code == 200
    assert len(seen) <= 15, seen.shown


@pytest.mark.long
def test_ten_times_the_rows_cost_the_same_statements(app, client, tmp_path):
    reader = client("executive")
    reader.get("/overview")
    with queries_counted() as before:
        reader.get("/overview")
    import_many(app, tmp_path, 10)
    reader.get("/overview")
    with queries_counted() as after:
        answer = reader.get("/overview")
    assert said(html.document_fromstring(answer.text)).startswith("220 个项目中")
    assert len(after) == len(before) <= 15, after.shown


@pytest.mark.long
@pytest.mark.parametrize("name", ["figures", "attention", "pipeline", "outlook", "slips", "health"])
def test_exports_carry_their_day_and_the_mark(client, name):
    reader = client("executive")
    xlsx = reader.get(f"/overview/tables/{name}.xlsx?as_of=2026-10-31")
    assert xlsx.status_code == 200 and "2026-10-31" in xlsx.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(xlsx.data)) as book:
        assert "xl/worksheets/sheet2.xml" in book.namelist()
        texts = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())
    assert {"截至", "2026-10-31", "示例数据", "准时率"} <= set(texts)
    csv = reader.get(f"/overview/tables/{name}.csv?as_of=2026-10-31").get_data(as_text=True)
    assert "2026-10-31" in csv and "示例数据" in csv
    assert reader.get("/overview/tables/other.csv").status_code == 404


FILES = {
    **{f"tables/{name}": (day, n) for name, day, n in (("slips", 3, 6), ("outlook", 5, 6), ("moves", 3, 4))},
    "charts/gates": (3, None), "charts/expiries": (0, 1), "charts/spoken": (6, 2), "charts/advice": (2, None),
    "forecast/forecast": (2, 5), "value/tables/permissions": (3, 5), "value/tables/distribution": (None, 1),
    "value/tables/sets": (None, 2), "value/tables/assumptions": (None, 4), "value/tables/approvals": (None, 3),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("name", "day", "number"), [(name, *at) for name, at in FILES.items()])
def test_cells_of_a_workbook_are_days_and_numbers_and_those_of_a_csv_are_read(client, name, day, number):
    reader = client("executive")
    _heads, *rows = read(reader.get(f"/overview/{name}.xlsx").data).sheets[0].rows
    cells = [cell for row in rows for cell in row.cells.values()]
    assert not [
        c for c in cells if c.kind == "text" and re.fullmatch(r"[−-]?[\d,.]+%?|\d{4}-\d\d-\d\d", c.value)
    ]
    for column, kind in ((day, "day"), (number, "number")):
        assert column is None or {row.cells[column].kind for row in rows if column in row.cells} - {
            "text"
        } == {kind}
    text = reader.get(f"/overview/{name}.csv").get_data(as_text=True)
    assert day is None or rows[0].cells[day].shown in text


@pytest.mark.long
@pytest.mark.parametrize("name", ["slips", "moves"])
def test_the_file_of_the_largest_has_them_all(app, client, actor, name):
    asking = dashboard.Asked(None, date(2026, 3, 31), 90)
    with app.test_request_context("/overview"):
        g.as_of = None
        found = getattr(dashboard.read(asking, actor=actor("executive")), name)
    assert len(found.rows) == 8 < found.total
    book = read(client("executive").get(f"/overview/tables/{name}.xlsx?compare=2026-03-31").data)
    assert len(book.sheets[0].rows) - 1 == found.total


def test_a_share_is_shown_in_per_cent_and_money_with_its_sign():
    head, amount = ["P"], [[Number(0.151, "15.1%", "0.0%")], [Number(-12.34, "−12.3", "#,##0.0")]]
    assert csv_bytes(head, amount).decode().split() == ["\ufeffP", "15.1%", "−12.3"]
    book = xlsx_bytes("P", head, amount)
    assert [row.cells[0].value for row in read(book).sheets[0].rows[1:]] == [0.151, -12.34]
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        assert {"0.0%", "#,##0.0"} <= set(
            re.findall(r'formatCode="([^"]*)"', packed.read("xl/styles.xml").decode())
        )


def test_the_line_of_the_slipped_says_what_the_board_said_at_each_month_end(app, client, actor):
    del client  # the demonstration is loaded
    with app.test_request_context("/overview"):
        g.as_of = None
        months = _board(actor("executive"), clock.today()).slipped.months
        for end, number in months[6:]:
            assert _board(actor("executive"), end).slipped.now == number, end
    assert max(number for _, number in months) > 0


def _board(reader, day):  # type: ignore[no-untyped-def]
    as_of = None if day == clock.today() else day
    return dashboard.read(dashboard.Asked(as_of, day - timedelta(days=1), 90), actor=reader)


@pytest.mark.long
def test_metrics_as_json_are_those_of_the_command(client, actor):
    from kangjiansheng.overview import api

    got = client("executive").get("/api/v1/metrics?as_of=2026-11-20").get_json()
    assert got == json.loads(json.dumps(api.on_day(date(2026, 11, 20), actor=actor("executive"))))
    assert client("partner").get("/api/v1/metrics").get_json()["projects"] == 6
    assert client("outsider").get("/api/v1/metrics").get_json()["projects"] == 0


def test_the_rail_and_the_dates_work_without_a_script(client):
    tree = page(client("executive"))
    names = {field.get("name") for field in tree.iter("input") if field.get("type") == "date"}
    assert names == {"as_of", "compare"}


def test_definitions_explain_each_figure(client):
    tree = page(client("outsider"), "/overview/definitions")
    for name in ("on-time", "slipped", "due", "gates", "attention", "slip", "health", "status"):
        assert tree.get_element_by_id(name) is not None


@pytest.mark.long
def test_long_labels_are_left_out_before_lanes_run_over(client, app, tmp_path):
    import_many(app, tmp_path, 12)
    (script,) = page(client("executive"), "/overview?horizon=365").xpath("//script[@id='fig-outlook']")
    assert json.loads(script.text)["layout"]["height"] <= 1000


def test_nothing_waits_before_there_were_meetings(actor):
    assert queries.agenda(date(2020, 1, 1), actor=actor("executive")) == []


def import_many(app, folder, times):
    with app.app_context():
        files = scale.write(folder / "big", times)
        assert commands.import_portfolio(files, dry_run=False, as_json=False, actor=system_actor()) == 0


@pytest.mark.long
@pytest.mark.parametrize("path", ["/overview", "/overview?as_of=2026-10-31"])
def test_a_large_portfolio_folds_and_each_fold_opens_as_many_as_it_counts(app, client, tmp_path, path):
    import_many(app, tmp_path, 10)
    reader = client("executive")
    tree = page(reader, path)
    cells = [cell for cell in tree.xpath("//*[@id='pipe']//div[starts-with(@class,'ce')]") if len(cell)]
    folded = [cell for cell in cells if cell.find_class("pj-more")]
    assert folded and all(len(cell.find_class("pj")) <= 4 for cell in cells)
    for cell in [*folded[:3], *tree.xpath("//*[@class='pc'][.//a[@class='pj-more']]")[:2]]:
        (more,) = cell.find_class("pj-more")
        rows = reader.get("/api/v1" + more.get("href")).get_json()["data"]
        assert len(rows) == len(cell.find_class("pj")) + int(re.search(r"\d+", more.text_content())[0])
    lanes = tree.xpath("//*[@id='outlook']//a[contains(@href,'figure=outlook')]")
    assert lanes
    for link in lanes:
        rows = reader.get("/api/v1" + link.get("href")).get_json()["data"]
        assert len(rows) == int(re.search(r"(\d+) 项", link.text_content())[1])
    for name in ("attention", "pipeline", "outlook"):
        head = re.search(
            r"\d+",
            tree.xpath(f"//a[contains(@href,'tables/{name}.xlsx') and contains(@class,'all')]")[
                0
            ].text_content(),
        )
        file = reader.get(f"/overview/tables/{name}.csv" + path.removeprefix("/overview")).get_data(
            as_text=True
        )
        assert len([line for line in file.splitlines() if re.match(r"(KJS|BIG)-", line)]) == int(head[0])


@pytest.mark.long
def test_the_agenda_of_today_is_read_alike_from_the_tables_and_from_the_revisions(app, actor):
    """As it was loaded, and after a secretary has changed, moved and taken out items."""
    from kangjiansheng.committee.models import Meeting
    from kangjiansheng.committee.operations import meetings
    from kangjiansheng.core.db import db
    from kangjiansheng.core.transactions import writing

    me, secretary, today = actor("executive"), actor("secretary"), clock.today()

    def alike():  # type: ignore[no-untyped-def]
        assert set(queries.agenda(today, actor=me)) == set(queries.agenda(None, actor=me))
        assert queries.gates_waiting(today) == queries.gates_waiting(None)
        return queries.gates_waiting(None)

    assert len(alike()) == 1
    for day in (None, today):
        found = {(p.code, m.code): m for p in portfolio(actor=me, as_of=day) for m in p.milestones}
        overdue = found["KJS-020", "D090"]
        assert (overdue.status, overdue.forecast < today) == ("gate", True)
    with writing():
        meeting = db.session.query(Meeting).filter_by(code="SAC-2026-06").one()
        first = next(item for item in meeting.items if item.project and item.project.code == "KJS-003")
        assert first.project
        assert first.project.plan
        gate = next(m for m in first.project.plan.milestones if m.code == "A140")
        meetings.edit_item(first, actor=secretary, version=None, name_hant="是否放行", gate_id=gate.id)
        order = [item.id for item in meeting.items if item is not first] + [first.id]
        meetings.arrange(meeting, order, {}, actor=secretary, version=None)
    assert len(alike()) == 2
    with writing():
        meetings.remove_item(first, actor=secretary)
    assert len(alike()) == 1


@pytest.mark.long
def test_an_item_about_a_project_is_not_a_decision_on_its_gate(client):
    """KJS-003 is to hear of its first patient; nobody is asked for the permission that its gate stands for."""
    tree = page(client("executive"))
    text = " ".join(tree.get_element_by_id("attention").itertext())
    assert "等待决策" in text and "临床试验默示许可等待决策" not in text
    (link,) = [a for a in tree.get_element_by_id("attention").iter("a") if "/meetings/" in a.get("href")]
    assert link.get("href") == "/meetings/SAC-2026-06" and "KJS-020" in link.getparent().text_content()


def words_in_request(me):  # type: ignore[no-untyped-def]
    from flask import current_app

    application: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    class Inside:
        def __enter__(self):  # type: ignore[no-untyped-def]
            self.context = application.test_request_context("/overview")
            self.context.push()
            g.actor, g.as_of = me, None

        def __exit__(self, *_):  # type: ignore[no-untyped-def]
            self.context.pop()

    return Inside()


def test_an_agenda_of_before_items_named_gates_shows_those_that_they_name_today(actor):
    from kangjiansheng.committee.models import Meeting
    from kangjiansheng.core.changes import Revision
    from kangjiansheng.core.db import db

    newest = db.session.scalars(
        db.select(Revision).where(Revision.thing == Meeting.__tablename__).order_by(Revision.id.desc())
    )
    kept = next(row for row in newest if row.state["code"] == "SAC-2026-06")
    db.session.add(
        Revision(
            thing=kept.thing,
            thing_id=kept.thing_id,
            version=kept.version + 1,
            state=kept.state | {"items": [item[:6] for item in kept.state["items"]]},
            effective_at=kept.effective_at,
            recorded_at=kept.recorded_at,
            change_set_id=kept.change_set_id,
        )
    )
    db.session.flush()
    assert queries.gates_waiting(clock.today()) == queries.gates_waiting(None) != set()
