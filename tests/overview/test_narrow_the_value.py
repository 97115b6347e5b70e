"""The value of the pipeline over some of the projects: the sentence, the figures, the tables and the files."""

import re
from datetime import date

import pytest
from lxml import html

from kangjiansheng.overview.rules import chances
from kangjiansheng.overview.rules.narrowing import ALL, Narrowing, narrow
from kangjiansheng.overview.views import dashboard, value
from kangjiansheng.projects.queries import portfolio
from tests.support.acting import who
from tests.support.masking import masked
from tests.support.queries import queries_counted

PATH = "/overview/value"
CODE = re.compile(r"KJS-\d{3}")
ASKED = ("lab=JL-01", "party=RJ", "family=CAR_T_AUTO", "stage=IIT", "pathway=D_iit", "lab=JL-01&stage=IND")
TABLES = ("approvals", "distribution", "permissions", "sets", "assumptions")
DAYS = ("", "&as_of=2026-06-30")


def page(client, path):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return html.document_fromstring(answer.text)


def wanted(app, query, day=None):  # type: ignore[no-untyped-def]
    pairs = dict(pair.split("=") for pair in query.split("&"))
    with app.app_context():
        return {row.code for row in narrow(portfolio(actor=who("executive"), as_of=day), Narrowing(**pairs))}


def lines(reader, name, query):  # type: ignore[no-untyped-def]
    text = reader.get(f"{PATH}/tables/{name}.csv?{query}").get_data(as_text=True)
    return text.lstrip("\ufeff").splitlines()


@pytest.mark.long
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("query", ASKED)
def test_page_and_files_hold_exactly_what_is_asked_for(app, client, query, day):
    then = date(2026, 6, 30) if day else None
    codes, reader = wanted(app, query, then), client("executive")
    tree = page(reader, f"{PATH}?{query}{day}")
    assert f"个项目中的 {len(codes)} 个" in tree.find_class("ov-nw")[0].text_content()
    assert set(CODE.findall(tree.get_element_by_id("approvals").text_content())) == codes
    assert set(CODE.findall(tree.get_element_by_id("main").text_content())) == codes
    whole = {line for line in lines(reader, "approvals", day) if line[:7] in codes}
    assert {line for line in lines(reader, "approvals", f"{query}{day}") if CODE.match(line)} == whole
    for name in TABLES:
        text = "\n".join(lines(reader, name, f"{query}{day}"))
        assert re.search(r"^筛选,", text, re.M) and set(CODE.findall(text)) <= codes, name
        assert "筛选" not in "\n".join(lines(reader, name, day)), name
    said = tree.find_class("answer")[0].text_content()
    with app.test_request_context(PATH):
        one = value.read(
            dashboard.Asked(then, date(2026, 3, 31)), code=None, months=24, actor=who("executive"),
            wanted=Narrowing(**dict(pair.split("=") for pair in query.split("&"))),
        )  # fmt: skip
    number = sum(one.now.counts.values())
    assert f"{number} 个走药品注册的项目" in said if number else "没有走药品注册" in said


def test_parts_add_up_to_the_whole_on_both_days(app):
    with app.test_request_context(PATH):
        actor, asking = who("executive"), dashboard.Asked(None, date(2026, 6, 30))
        ways = {row.pathway for row in portfolio(actor=actor)}

        def read(one):  # type: ignore[no-untyped-def]
            return value.read(asking, code=None, months=24, actor=actor, wanted=one)

        whole, parts = read(ALL), [read(Narrowing(pathway=way)) for way in ways]
        for figure in (
            lambda one: one.now.expected, lambda one: one.then.expected, lambda one: len(one.now.projects),
            lambda one: one.now.expected_permissions, lambda one: one.then.expected_permissions,
            lambda one: len(one.valued), lambda one: sum(one.now.counts.values()),
        ):  # fmt: skip
            assert sum(map(figure, parts)) == pytest.approx(figure(whole))
        assert whole.now.expected > 0 and {len(one.every) for one in parts} == {len(whole.every)}


def test_projects_that_are_all_outside_say_so_and_nothing_of_samples(app, client):
    with app.app_context():
        every = portfolio(actor=who("executive"))
        outside = next(row.pathway for row in every if row.pathway == chances.TRACK_818)
    main = page(client("executive"), f"{PATH}?pathway={outside}").get_element_by_id("main").text_content()
    assert "没有走药品注册而还未获批的项目" in main and "样本数未公布，没有区间" not in main


def test_what_nobody_has_shows_nothing_and_leads_back(client):
    main = page(client("executive"), f"{PATH}?lab=NONE&months=36&page=3").get_element_by_id("main")
    assert "没有符合条件的项目" in main.text_content() and not CODE.findall(main.text_content())
    assert any(a.get("href") == f"{PATH}?months=36" for a in main.iter("a"))


@pytest.mark.long
def test_both_forms_links_and_tabs_keep_what_is_asked_for(client):
    reader = client("executive")
    address = f"{PATH}?lab=JL-01&as_of=2026-06-30&compare=2026-03-31&months=36&rates=BIO_ALL"
    main = page(reader, address).get_element_by_id("main")
    own, other = (
        {
            (i.get("name"), i.get("value"))
            for form in main.iter("form")
            if (form.get("role") == "search") is of_rates
            for i in form.iter("input")
            if i.get("type") == "hidden"
        }
        for of_rates in (True, False)
    )
    assert ("lab", "JL-01") in own
    assert {
        ("as_of", "2026-06-30"),
        ("compare", "2026-03-31"),
        ("months", "36"),
        ("rates", "BIO_ALL"),
    } <= other
    files = [a.get("href") for a in main.iter("a") if "/tables/" in a.get("href", "")]
    kept = ("lab=JL-01", "as_of=2026-06-30", "compare=2026-03-31", "months=36", "rates=BIO_ALL")
    assert files and all(arg in href for href in files for arg in kept)
    for path in ("/overview", "/overview/charts", "/overview/forecast", PATH):
        tabs = {a.get("href") for a in page(reader, f"{path}?lab=JL-01").find_class("tabs")[0]}
        assert {f"{PATH}?lab=JL-01", "/overview/forecast?lab=JL-01", "/overview?lab=JL-01"} <= tabs


@pytest.mark.long
@pytest.mark.parametrize("path", [PATH, *(f"{PATH}/tables/{name}.csv" for name in TABLES)])
@pytest.mark.parametrize("day", DAYS)
def test_what_one_may_not_see_looks_like_what_is_not_there(app, client, path, day):
    reader = client("partner")
    with app.app_context():
        rows, every = portfolio(actor=who("partner")), portfolio(actor=who("executive"))
        labs = {lab.code for row in rows for lab in row.labs}
        parties = {party.code for row in rows for party in row.parties}
        lab = next(lab.code for row in every for lab in row.labs if lab.code not in labs)
        party = next(one.code for row in every for one in row.parties if one.code not in parties)
    for name, hidden in (("lab", lab), ("party", party)):
        codes = (hidden, "N" * len(hidden))
        there, nowhere = (
            masked(reader.get(f"{path}?{name}={code}{day}")).replace(code.encode(), b"") for code in codes
        )
        assert there == nowhere, name


@pytest.mark.long
def test_a_question_costs_no_more_statements(client):
    reader = client("executive")

    def cost(path):  # type: ignore[no-untyped-def]
        reader.get(path)
        with queries_counted() as seen:
            reader.get(path)
        return len(seen)

    whole = cost(PATH)
    assert whole <= 9
    for query in (*ASKED, "lab=NONE"):
        assert cost(f"{PATH}?{query}") <= whole


def test_the_page_lists_the_permissions_that_come_first_and_its_file_all(client, monkeypatch):
    reader = client("executive")
    every = page(reader, PATH).get_element_by_id("permissions").findall(".//tbody/tr")
    days = [row[3].text_content().strip() for row in every]
    assert len(days) > 2 and days == sorted(days)
    monkeypatch.setattr(value, "LISTED", 2)
    sheet = page(reader, PATH).get_element_by_id("permissions")
    assert [row[3].text_content().strip() for row in sheet.findall(".//tbody/tr")] == days[:2]
    assert "表格只列出预测最早的 2 个" in sheet.text_content()
    assert f"全部 {len(every)} 项" in sheet.text_content()
    told = reader.get(f"{PATH}/tables/permissions.csv").get_data(as_text=True)
    assert all(CODE.search(row[0].text_content())[0] in told for row in every)


def test_the_page_shows_of_each_project_its_chance(client):
    table = page(client("executive"), PATH).get_element_by_id("approvals")
    rows = [[cell.text_content().strip() for cell in row] for row in table.findall(".//tbody/tr")]
    assert all(len(row) == 5 and CODE.fullmatch(row[0]) and row[1] and row[3].endswith("%") for row in rows)
    shares = [float(row[3].rstrip("%")) for row in rows]
    assert len(rows) == 20 and shares == sorted(shares, reverse=True)
