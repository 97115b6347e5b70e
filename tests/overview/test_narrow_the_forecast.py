"""The forecast over some of the projects: their rows of the same forecast, in words, in files and in what is kept."""

import re

import pytest
from lxml import html

from kangjiansheng.core import kept
from kangjiansheng.core.db import db
from kangjiansheng.overview.queries import foretold as product
from kangjiansheng.overview.queries.foretold import foretold
from kangjiansheng.overview.rules.narrowing import Narrowing, narrow
from kangjiansheng.projects.queries import portfolio
from tests.support.acting import who
from tests.support.masking import masked
from tests.support.queries import queries_counted

PATH = "/overview/forecast"
CODE = re.compile(r"KJS-\d{3}")
ASKED = ("lab=JL-01", "party=RJ", "family=CAR_T_AUTO", "stage=IIT", "pathway=D_iit", "lab=JL-01&stage=IND")
DAYS = ("", "as_of=2026-06-30")


def page(client, path):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return html.document_fromstring(answer.text)


def rows(tree, sheet):  # type: ignore[no-untyped-def]
    tables = list(tree.get_element_by_id(sheet).iter("tbody"))
    return [["".join(td.itertext()).strip() for td in tr] for tr in tables[0]] if tables else []


def wanted(app, query, day=None):  # type: ignore[no-untyped-def]
    pairs = dict(pair.split("=") for pair in query.split("&"))
    with app.app_context():
        return {row.code for row in narrow(portfolio(actor=who("executive"), as_of=day), Narrowing(**pairs))}


@pytest.mark.long
@pytest.mark.parametrize("query", ASKED)
def test_page_and_file_hold_exactly_the_rows_of_what_is_asked_for_as_they_stand_in_the_whole(
    app, client, query
):
    codes, reader = wanted(app, query), client("executive")
    tree = page(reader, f"{PATH}?{query}")
    assert f"20 个项目中的 {len(codes)} 个" in tree.find_class("ov-nw")[0].text_content()
    expected = [row for row in rows(page(reader, PATH), "chart-forecast") if row[0] in codes]
    assert rows(tree, "chart-forecast") == expected
    assert set(CODE.findall(tree.get_element_by_id("main").text_content())) <= codes
    finding = tree.get_element_by_id("chart-forecast").text_content()
    known = sum(row[4].startswith("20") for row in expected)  # those with a P80
    if match := re.search(r"未来一年 (\d+) 个里程碑中", finding):
        assert int(match[1]) == known > 0
    file = reader.get(f"{PATH}/forecast.csv?{query}").get_data(as_text=True)
    said = [line.split(",") for line in file.lstrip("\ufeff").splitlines()]
    assert [line[0] for line in said if CODE.match(line[0])] == [row[0] for row in expected]
    assert any(line[0] == "筛选" for line in said)


@pytest.mark.long
@pytest.mark.parametrize("day", DAYS)
def test_parts_add_up_to_the_whole_and_so_does_their_record(app, client, day):
    with app.app_context():
        from datetime import date

        as_of = date.fromisoformat(day.partition("=")[2]) if day else None
        actor = who("executive")
        ways = {row.pathway for row in portfolio(actor=actor, as_of=as_of)}
        whole = foretold(actor=actor, as_of=as_of, wanted=Narrowing())
        parts = [foretold(actor=actor, as_of=as_of, wanted=Narrowing(pathway=way)) for way in ways]
        assert sum(len(one.forecast.expected) for one in parts) == len(whole.forecast.expected) > 20
        for by in ("p80", "p50", "owner"):
            for figure in ("part", "whole", "milestones"):
                of_parts = sum(getattr(one.record.total[by], figure) for one in parts)
                assert of_parts == getattr(whole.record.total[by], figure)
        assert sum(one.wanted for one in parts) == whole.wanted == len(whole.every)
        assert {one.forecast.inputs for one in parts} == {whole.forecast.inputs}


def test_the_history_is_that_of_all_and_says_so(client):
    reader = client("executive")
    tree, whole = page(reader, f"{PATH}?lab=JL-01"), page(reader, PATH)
    assert rows(tree, "learned") == rows(whole, "learned")
    assert "不按筛选" in tree.get_element_by_id("learned").text_content()
    assert "不按筛选" not in whole.get_element_by_id("learned").text_content()
    assert "不按筛选" in reader.get(f"{PATH}/history.csv?lab=JL-01").get_data(as_text=True)
    record = reader.get(f"{PATH}/record.csv?lab=JL-01").get_data(as_text=True)
    assert re.search(r"^筛选,", record, re.M) and "不按筛选" not in record
    assert "筛选" not in reader.get(f"{PATH}/record.csv").get_data(as_text=True)


@pytest.mark.long
def test_what_nobody_has_shows_nothing_and_leads_back(client):
    main = page(client("executive"), f"{PATH}?lab=NONE&seed=7").get_element_by_id("main")
    assert "没有符合条件的项目" in main.text_content() and not CODE.findall(main.text_content())
    assert any(a.get("href") == f"{PATH}?seed=7" for a in main.iter("a"))


@pytest.mark.long
@pytest.mark.parametrize(
    "path", [PATH, *(f"{PATH}/{name}.csv" for name in ("forecast", "record", "history"))]
)
@pytest.mark.parametrize("day", DAYS)
def test_what_one_may_not_see_looks_like_what_is_not_there(app, client, path, day):
    reader = client("partner")
    with app.app_context():
        mine = {lab.code for row in portfolio(actor=who("partner")) for lab in row.labs}
        hers = {party.code for row in portfolio(actor=who("partner")) for party in row.parties}
        every = portfolio(actor=who("executive"))
        lab = next(lab.code for row in every for lab in row.labs if lab.code not in mine)
        party = next(one.code for row in every for one in row.parties if one.code not in hers)
    for name, hidden in (("lab", lab), ("party", party)):
        codes = (hidden, "N" * len(hidden))
        there, nowhere = (
            masked(reader.get(f"{path}?{name}={code}&{day}")).replace(code.encode(), b"") for code in codes
        )
        assert there == nowhere, name


@pytest.mark.long
def test_forms_links_and_tabs_keep_what_is_asked_for_the_day_and_the_seed(client):
    reader = client("executive")
    tree = page(reader, f"{PATH}?lab=JL-01&as_of=2026-06-30&seed=7")
    main = tree.get_element_by_id("main")
    hidden = {(i.get("name"), i.get("value")) for i in main.iter("input") if i.get("type") == "hidden"}
    assert {("as_of", "2026-06-30"), ("seed", "7")} <= hidden
    files = [a.get("href") for a in main.iter("a") if ".csv" in a.get("href", "")]
    assert len(files) == 3
    assert all(arg in href for href in files for arg in ("lab=JL-01", "as_of=2026-06-30", "seed=7"))
    clear = tree.find_class("ov-nw")[0].find(".//a").get("href")
    assert "lab=" not in clear and "seed=7" in clear
    for path in ("/overview", "/overview/charts", PATH):
        tabs = [a.get("href") for a in page(reader, f"{path}?lab=JL-01").find_class("tabs")[0]]
        assert {f"{one}?lab=JL-01" for one in ("/overview", "/overview/charts", PATH)} <= set(tabs)


@pytest.mark.long
def test_questions_leave_no_copies_and_cost_no_more_statements(app, client):
    reader = client("executive")

    def cost(path):  # type: ignore[no-untyped-def]
        reader.get(path)
        with queries_counted() as seen:
            reader.get(path)
        return len(seen)

    whole = cost(PATH)
    with app.app_context():
        memory, figures = product._memories[db.engine], kept._of(db.engine)
        before = len(memory._told), len(memory._known), len(figures)
    for query in (*ASKED, *(f"lab=X{n}" for n in range(20))):
        assert cost(f"{PATH}?{query}") <= whole
    assert (len(memory._told), len(memory._known), len(figures)) == before
