"""A pack about some of the projects: what it holds, that each of its pages says so, and that it comes again."""

import io
import re
import zipfile
from datetime import date

import pytest
from flask import g
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import Cut
from kangjiansheng.overview.documents import pdf
from kangjiansheng.overview.rules.narrowing import ALL, Narrowing, narrow
from kangjiansheng.overview.views.pack.asking import asked, since
from kangjiansheng.overview.views.pack.pages import said
from kangjiansheng.overview.views.pack.reading import read
from kangjiansheng.projects.queries import portfolio
from tests.support.acting import who
from tests.support.masking import masked
from tests.support.queries import queries_counted

PATH = "/overview/pack"
DAYS = "as_of=2026-06-30&compare=2026-01-31"
CODE = re.compile(r"KJS-\d{3}")
ASKED = ("lab=JL-01", "party=RJ", "family=CAR_T_AUTO", "pathway=D_iit", "lab=JL-01&stage=IND")


def page(client, path):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return html.document_fromstring(answer.text)


def wanted(app, query, day=None):  # type: ignore[no-untyped-def]
    pairs = dict(pair.split("=") for pair in query.split("&"))
    with app.app_context():
        return {row.code for row in narrow(portfolio(actor=who("executive"), as_of=day), Narrowing(**pairs))}


def parts(data, inside):  # type: ignore[no-untyped-def]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist() if re.fullmatch(inside, name)}


@pytest.mark.long
@pytest.mark.parametrize("query", ASKED)
def test_page_and_workbook_name_no_other_project_and_all_count_of_the_same(app, client, query):
    codes, reader = wanted(app, query, date(2026, 6, 30)), client("executive")
    tree = page(reader, f"{PATH}?{query}&{DAYS}")
    main = tree.get_element_by_id("main")
    assert set(CODE.findall(main.text_content())) <= codes
    assert main.find_class("answer")[0].text_content().startswith(f"{len(codes)} 个项目")
    assert f"个项目中的 {len(codes)} 个" in tree.find_class("ov-nw")[0].text_content()
    book = parts(reader.get(f"{PATH}.xlsx?{query}&{DAYS}").data, r"xl/sharedStrings\.xml")
    assert set(CODE.findall(book["xl/sharedStrings.xml"])) <= codes


@pytest.mark.long
def test_parts_add_up_to_the_whole(app):
    with app.test_request_context(PATH):
        actor, day = who("executive"), Cut.at(clock.now())
        ways = {row.pathway for row in portfolio(actor=actor)}

        def told(one):  # type: ignore[no-untyped-def]
            return read(since(day, date(2026, 6, 30), actor=actor, wanted=one), actor=actor)

        whole, some = told(ALL), [told(Narrowing(pathway=way)) for way in ways]
        for figure in (
            lambda one: one.counted.moved.total, lambda one: one.counted.reached.total,
            lambda one: len(one.counted.verdicts), lambda one: len(one.counted.evidence),
            lambda one: len(one.counted.expiring), lambda one: len(one.counted.new_risks),
            lambda one: one.counted.projects, lambda one: one.counted.board.slipped.then,
        ):  # fmt: skip
            assert sum(map(figure, some)) == figure(whole)
        about = [one for one in whole.owing.overdue if one.project_id is not None]
        assert sum(len(one.owing.overdue) for one in some) == len(about)
        assert {len(one.counted.every) for one in some} == {whole.counted.projects}


@pytest.mark.long
def test_cover_and_every_page_of_each_file_say_what_it_is_about(app, client):
    reader, query = client("executive"), f"family=CAR_T_AUTO&{DAYS}"
    number = len(wanted(app, "family=CAR_T_AUTO", date(2026, 6, 30)))
    only = re.compile(rf"只含“自体CAR-T”：\d+个项目中的{number}个")

    def says(text):  # type: ignore[no-untyped-def]
        return only.search(re.sub(r"<[^>]+>|\s", "", text))

    for kind in ("pptx", "pdf", "docx", "xlsx"):
        answer = reader.get(f"{PATH}.{kind}?{query}")
        assert f'-2026-06-30-since-2026-01-31-narrowed.{kind}"' in answer.headers["Content-Disposition"]
        if kind == "pdf":  # what its template prints under each page
            with app.test_request_context(f"{PATH}?{query}"):
                g.as_of = date(2026, 6, 30)
                sheets = [pdf._data(said(asked(actor=who("executive")), actor=who("executive")))["foot"]]
            assert "#d.foot #h(1fr)" in pdf.TEMPLATE.read_text()
        elif kind == "pptx":
            sheets = list(parts(answer.data, r"ppt/slides/slide\d+\.xml").values())
        elif kind == "docx":
            sheets = list(parts(answer.data, r"word/(document|footer\d+)\.xml").values())
        else:
            book = parts(answer.data, r"xl/(worksheets/sheet\d+|sharedStrings)\.xml")
            *sheets, last = [book[name] for name in sorted(book, key=lambda n: (len(n), n))]
            sheets = [one for one in (*sheets, last) if "<oddFooter>" in one or "<sst" in one]
            assert len(sheets) >= len(book) - 1  # the sheet of definitions holds it as a row
        assert sheets and all(map(says, sheets)), kind
    whole = reader.get(f"{PATH}.docx?{DAYS}")
    assert "narrowed" not in whole.headers["Content-Disposition"]
    assert not any(map(says, parts(whole.data, r"word/(document|footer\d+)\.xml").values()))


@pytest.mark.long
def test_the_same_question_gives_the_same_bytes_and_another_one_others(client):
    reader = client("executive")
    first, again, other = (
        reader.get(f"{PATH}.docx?{query}&{DAYS}").data for query in ("lab=JL-01", "lab=JL-01", "lab=JL-02")
    )
    assert first == again != other
    text = "".join(parts(first, r"word/document\.xml").values())
    assert "lab=JL-01" in text  # its address opens this very pack


def test_what_nobody_has_shows_nothing_and_leads_back(client):
    main = page(client("executive"), f"{PATH}?lab=NONE&{DAYS}").get_element_by_id("main")
    assert "没有符合条件的项目" in main.text_content() and not CODE.findall(main.text_content())
    assert any(a.get("href") == f"{PATH}?{DAYS}" for a in main.iter("a"))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["", ".xlsx", ".docx"])
def test_what_one_may_not_see_looks_like_what_is_not_there(app, client, kind):
    reader = client("partner")
    with app.app_context():
        rows, every = portfolio(actor=who("partner")), portfolio(actor=who("executive"))
        labs = {lab.code for row in rows for lab in row.labs}
        parties = {party.code for row in rows for party in row.parties}
        lab = next(lab.code for row in every for lab in row.labs if lab.code not in labs)
        party = next(one.code for row in every for one in row.parties if one.code not in parties)
    for name, hidden in (("lab", lab), ("party", party)):
        told = []
        for code in (hidden, "N" * len(hidden)):
            answer = reader.get(f"{PATH}{kind}?{name}={code}&{DAYS}")
            texts = parts(answer.data, r"(xl|word)/.+\.xml") if kind else {"": masked(answer).decode()}
            told.append({part: text.replace(code, "") for part, text in texts.items()})
        assert told[0] == told[1], name


@pytest.mark.long
def test_forms_tabs_and_files_keep_what_is_asked_for_also_from_the_board(client):
    reader = client("executive")
    for path in (PATH, "/overview"):
        main = page(reader, f"{path}?lab=JL-01&{DAYS}").get_element_by_id("main")
        files = [a.get("href") for a in main.iter("a") if "/overview/pack." in a.get("href", "")]
        assert len(files) == 4
        assert all(
            arg in href for href in files for arg in ("lab=JL-01", "as_of=2026-06-30", "compare=2026-01-31")
        )
    forms = [f for f in main.iter("form") if f.get("action") == "/overview" and not f.findall(".//select")]
    assert all(("lab", "JL-01") in {(i.get("name"), i.get("value")) for i in f.iter("input")} for f in forms)
    for path in ("/overview", "/overview/forecast", PATH):
        tabs = {a.get("href") for a in page(reader, f"{path}?lab=JL-01").find_class("tabs")[0]}
        assert {f"{PATH}?lab=JL-01", "/overview?lab=JL-01"} <= tabs


@pytest.mark.long
def test_a_question_costs_no_more_statements(client):
    reader = client("executive")

    def cost(path):  # type: ignore[no-untyped-def]
        reader.get(path)
        with queries_counted() as seen:
            reader.get(path)
        return len(seen)

    whole = cost(PATH)
    assert whole <= 28
    for query in (*ASKED, "lab=NONE"):
        assert cost(f"{PATH}?{query}") <= whole
