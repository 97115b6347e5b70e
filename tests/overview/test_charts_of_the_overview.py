"""The page of charts as each of the cast sees it, as of any day: what it counts, to whom, and as which files."""

import json
import re
import zipfile
from datetime import date, timedelta
from io import BytesIO

import plotly.graph_objects as go
import pytest
from lxml import html

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import charts, clock
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.queries import obligation_rows
from kangjiansheng.overview.rules import spoken
from kangjiansheng.overview.rules.gallery import NAMES
from kangjiansheng.projects.queries import portfolio
from tests.support.acting import who
from tests.support.queries import queries_counted

CODE = re.compile(r"\bKJS-\d{3}\b")
PARTNER = {f"KJS-{n:03d}" for n in (1, 4, 10, 14, 15, 20)}
PAGE = "/overview/charts"


def page(client, path=PAGE):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:400]
    return html.document_fromstring(answer.text)


def finding(tree, name):  # type: ignore[no-untyped-def]
    return tree.get_element_by_id(f"chart-{name}").find(".//h2").text_content()


def rows(client, name, more=""):  # type: ignore[no-untyped-def]
    text = client.get(f"{PAGE}/{name}.csv{more}").get_data(as_text=True)
    return text.lstrip("\ufeff").split("\r\n\r\n")[0].splitlines()[1:]


@pytest.mark.long
def test_each_sheet_has_its_finding_its_figure_its_table_and_its_definition(client):
    tree = page(client("executive"))
    defined = client("executive").get("/overview/definitions").text
    for name in NAMES:
        sheet = tree.get_element_by_id(f"chart-{name}")
        assert finding(tree, name) and sheet.find(".//table") is not None
        (script,) = [s for s in sheet.iter("script") if s.get("type") == "application/json"]
        drawn = charts.resolve(json.loads(script.text))
        go.Figure({"data": drawn["data"], "layout": drawn["layout"]})
        assert all(trace["type"] in ("scatter", "bar") for trace in drawn["data"])
        assert f'id="{name}"' in defined
        assert any(a.get("href", "").endswith(f"#{name}") for a in sheet.iter("a"))


def test_the_row_of_links_leads_from_the_board_to_the_charts_and_keeps_the_day(client):
    (link,) = [
        a
        for a in page(client("executive"), "/overview?as_of=2026-06-30").find_class("tabs")[0]
        if "charts" in a.get("href")
    ]
    assert link.get("href") == f"{PAGE}?as_of=2026-06-30"
    here = page(client("executive"), link.get("href")).find_class("tabs")[0]
    assert [a.get("aria-current") for a in here][:2] == [None, "page"]


@pytest.mark.parametrize("name", NAMES)
def test_what_one_may_not_see_stands_in_no_chart_and_no_file(client, name):
    for more in ("", "?as_of=2026-06-30"):
        assert (
            set(CODE.findall(client("partner").get(f"{PAGE}/{name}.csv{more}").get_data(as_text=True)))
            <= PARTNER
        )
        assert not CODE.findall(client("outsider").get(f"{PAGE}/{name}.csv{more}").get_data(as_text=True))
    assert set(CODE.findall(page(client("partner")).get_element_by_id("main").text_content())) <= PARTNER


def test_the_stretches_are_those_of_the_milestones(app, client):
    (review,) = [
        line for line in rows(client("executive"), "cycles") if line.startswith("IND 受理到默示许可")
    ]
    with app.app_context():
        seen = [{m.code: m for m in p.milestones} for p in portfolio(actor=who("executive"))]
    pairs = [
        (p["A130"].actual, p["A140"].actual) for p in seen if "A130" in p and "A140" in p and p["A130"].actual
    ]
    assert review.split(",")[1:3] == [
        str(sum(bool(b) for _a, b in pairs)),
        str(sum(not b for _a, b in pairs)),
    ]


def test_a_decision_at_a_gate_counts_from_the_day_it_was_recorded(client):
    assert "有条件通过 1" in finding(page(client("executive")), "gates")
    yesterday = clock.today() - timedelta(days=1)
    long_ago = finding(page(client("executive"), f"{PAGE}?as_of=2024-12-31"), "gates")
    assert long_ago == "还没有登记阶段门的决定" and yesterday


def test_actions_and_advice_say_what_the_lists_say(client):
    reader = client("executive")
    given = page(reader, "/actions").get_element_by_id("main").text_content()
    percent = re.search(r"按期关闭率 (\d+%)", given)
    assert percent and percent[1] in finding(page(reader), "actions")
    waiting = re.search(r"待答复 (\d+)", finding(page(reader), "advice"))
    listed = page(reader, "/decisions?answer=waiting").get_element_by_id("main").text_content()
    assert waiting and len(set(re.findall(r"[DR]-\d{4}-\d\d-\d\d", listed))) == int(waiting[1])


@pytest.mark.parametrize("name", ["actions", "advice"])
def test_a_table_of_committees_names_them(client, name):
    told = "\n".join(rows(client("executive"), name))
    assert "康健生细胞治疗科学委员会" in told
    assert not re.search(r"(^|,)SAC(,|$)", told, re.M)


def test_the_page_lists_the_newest_advice_and_its_file_all(client, monkeypatch):
    reader = client("executive")
    number = re.compile(r"[DR]-\d{4}-\d\d-\d\d")
    every = [line for line in rows(reader, "advice") if number.match(line)]
    monkeypatch.setattr(spoken, "LISTED", 1)
    sheet = page(reader).get_element_by_id("chart-advice")
    assert len(sheet.findall(".//tbody/tr")) == 1 < len(every)
    assert "表格只列出最近的 1 条" in sheet.text_content()
    assert f"全部 {len(every)} 条" in sheet.text_content()
    assert [line for line in rows(reader, "advice") if number.match(line)] == every


def test_what_is_answered_counts_on_the_charts_at_once(client):
    reader = client("executive")
    before = finding(page(reader), "advice")
    waiting = re.search(
        r"[DR]-\d{4}-\d\d-\d\d", "\n".join(one for one in rows(reader, "advice") if "待答复" in one)
    )
    typed = {
        "verdict": "adopted",
        "reasons": "按建议进行",
        "decided_on": "2026-11-20",
        "body": "公司研发决策会",
    }
    assert waiting and reader.post(f"/decisions/{waiting[0]}/answers", data=typed).status_code == 303
    counted = [
        int(re.search(r"待答复 (\d+)", words)[1]) for words in (before, finding(page(reader), "advice"))
    ]
    assert counted[0] - counted[1] == 1


def test_who_sees_less_of_a_committee_counts_less_of_its_advice(client):
    told = set(re.findall(r"[DR]-\d{4}-\d\d-\d\d", "\n".join(rows(client("lead"), "advice"))))
    every = set(re.findall(r"[DR]-\d{4}-\d\d-\d\d", "\n".join(rows(client("executive"), "advice"))))
    assert set() < told < every


def test_what_a_forecast_was_confirmed_for_is_stale_no_more(app, client):
    from kangjiansheng.core.db import db
    from kangjiansheng.projects.models import Milestone
    from kangjiansheng.projects.operations import milestones as operations

    before = finding(page(client("executive")), "spoken")
    with app.app_context(), writing():
        everything = portfolio(actor=who("executive"))
        silent = [
            m
            for p in everything
            if not p.resting
            for m in p.milestones
            if m.is_open and m.confirmed_at is None
        ]
        thing = db.session.get(Milestone, silent[0].id)
        operations.on_track(thing, actor=system_actor(), version=thing.version)
    number = lambda text: int(re.search(r"中 (\d+) 项三周", text)[1])  # noqa: E731
    assert number(finding(page(client("executive")), "spoken")) == number(before) - 1


@pytest.mark.parametrize("name", NAMES)
def test_each_table_can_be_taken_along_with_its_day_and_definition(client, name):
    answer = client("executive").get(f"{PAGE}/{name}.xlsx?as_of=2026-06-30")
    with zipfile.ZipFile(BytesIO(answer.data)) as book:
        text = "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))
    assert "2026-06-30" in text and "示例数据" in text
    assert client("executive").get(f"{PAGE}/attention.csv").status_code == 404


def test_the_page_costs_the_same_for_one_project_and_for_twenty(client):
    counts = []
    for short in ("partner", "executive"):
        reader = client(short)
        reader.get(PAGE)
        with queries_counted() as seen:
            reader.get(PAGE)
        counts.append(len(seen))
    assert max(counts) <= 20 and abs(counts[0] - counts[1]) <= 2, counts


@pytest.mark.parametrize(("lang", "word"), [("zh-Hant", "各段歷時"), ("en", "Cycle times")])
def test_other_languages(client, lang, word):
    text = page(client("executive", lang)).get_element_by_id("main").text_content()
    assert word in text
    if lang == "en":
        names = re.sub(r"[（(].*?[)）]", "", text)
        assert not re.search("还没有|在途|到期", names)


def test_a_future_day_is_refused(client):
    assert client("executive").get(f"{PAGE}?as_of={date(2999, 1, 1)}").status_code == 400


def test_obligations_count_as_delivered_by_their_day(client, app):  # type: ignore[no-untyped-def]
    """Against a plain count over the rows that the reader sees; dealings and what was waived do not count."""
    with app.app_context():
        for short in ("executive", "partner", "outsider"):
            wanted = {}
            for row in obligation_rows(actor=who(short)):
                due = row.due_on is not None and row.due_on <= clock.today()
                if row.dealing or row.archived or row.state == "waived":
                    continue
                held = row.state in ("delivered", "accepted") and row.delivered_on <= (
                    row.due_on or clock.today()
                )
                of = wanted.setdefault(row.debtor.code, [0, 0, 0])
                of[0] += due
                of[1] += due and held
                of[2] += due and row.state == "disputed"
            lines = [line.split(",") for line in rows(client(short), "obligations")]
            found = [[int(cells[n]) for n in (1, 2, 4)] for cells in lines if len(cells) > 7 and cells[1]]
            assert sorted(found) == sorted(wanted.values())


def test_what_is_disputed_is_told_apart_in_the_sentence_and_the_figure_of_obligations(client, app):  # type: ignore[no-untyped-def]
    with app.app_context():
        disputed = sum(
            row.state == "disputed" and row.due_on is not None and row.due_on <= clock.today()
            for row in obligation_rows(actor=who("executive"))
        )
    assert disputed, "the demonstration has one"
    sheet = page(client("executive")).get_element_by_id("chart-obligations")
    assert f"{disputed} 项有异议" in sheet.find(".//h2").text_content()
    figure = json.loads(page(client("executive")).get_element_by_id("fig-obligations").text)
    bars = [bar for bar in figure["data"] if bar["type"] == "bar" and "有异议" in "".join(bar["hovertext"])]
    assert sum(number or 0 for bar in bars for number in bar["x"]) == disputed
    assert "只计各方之间的义务" in sheet.text_content()
