"""One field that finds everything the reader may see, and nothing else."""

import re

import pytest
from lxml import html

from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.models import Project
from tests.support.queries import queries_counted

CODE = re.compile(r"\bKJS-\d{3}\b")
PARTNER = {f"KJS-{n:03d}" for n in (1, 4, 10, 14, 15, 20)}
QUERIES = ["CAR-T", "细胞", "KJS", "伦理", "JL-01", "SAC-2026", "2026", "淋巴瘤", "D-2026", "项目", "KJS-002"]


def groups(client, typed, **narrow):  # type: ignore[no-untyped-def]
    answer = client.get("/search", query_string={"q": typed, **narrow})
    assert answer.status_code == 200
    tree = html.document_fromstring(answer.text)
    return {
        s.get("id"): [a.get("href") for a in s.xpath(".//li[@data-hit]/a")]
        for s in tree.iter("section")
        if s.get("id")
    }


def counts(client, typed, **narrow):  # type: ignore[no-untyped-def]
    """How many of each kind the page says there are."""
    tree = html.document_fromstring(client.get("/search", query_string={"q": typed, **narrow}).text)
    return {
        s.get("id"): s.xpath("string(.//div[@class='tools'])") for s in tree.iter("section") if s.get("id")
    }


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "group", "href"),
    [
        ("KJS-003", "projects", "/projects/KJS-003"),
        ("骨髓瘤", "projects", "/projects/KJS-002"),
        ("瑞金", "institutions", "/partners/RJ"),
        ("醫學中心", "institutions", "/partners/SCMC"),
        ("医学中心", "institutions", "/partners/SCMC"),
        ("jl-02", "labs", "/labs/JL-02"),
        ("四方", "agreements", "/agreements/AGR-001"),
        ("SAC-2024-01", "meetings", "/meetings/SAC-2024-01"),
        ("kjs12", "projects", "/projects/KJS-012"),
        ("jl2", "labs", "/labs/JL-02"),
        ("瑞金", "labs", "/labs/JL-01"),
        ("瑞金", "projects", "/projects/KJS-003"),
        ("瑞金 KJS-003", "projects", "/projects/KJS-003"),
        ("pancreatic", "projects", "/projects/KJS-012"),
        ("康科委纪〔2026〕5号", "meetings", "/meetings/SAC-2026-05"),
        ("Parkinson", "projects", "/projects/KJS-011"),
        ("autoimmune", "projects", "/projects/KJS-020"),
        ("康科委纪(2026)05", "meetings", "/meetings/SAC-2026-05"),
        ("康科委紀〔2026〕5號", "meetings", "/meetings/SAC-2026-05"),
    ],
)
def test_each_kind_is_found(client, typed, group, href):
    assert href in groups(client("executive"), typed, kind=group)[group]


@pytest.mark.long
def test_a_decision_is_found_as_one_once_it_stands(client):
    found = groups(client("member"), "期中安全性评估")
    assert "/meetings/SAC-2026-04/minutes" not in found.get("decisions", ()), "the draft is not signed"
    assert any("/SAC-2026-04/minutes#" in hit for hit in found["minutes"]), (
        "who reads drafts finds its paragraph"
    )
    assert "/meetings/SAC-2026-03/minutes" in groups(client("member"), "D-2026-06-01")["decisions"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [("细胞", "細胞"), ("伦理", "倫理"), ("实验室", "實驗室"), ("临床", "臨床")],
)
def test_one_script_finds_the_other(client, simplified, traditional):
    reader = client("executive")
    found = groups(reader, simplified)
    assert found and found == groups(reader, traditional)


@pytest.mark.long
def test_every_word_must_be_there(client):
    reader = client("executive")
    both = groups(reader, "CD19 CAR-T", kind="projects")["projects"]
    assert both and set(both) < set(groups(reader, "CAR-T", kind="projects")["projects"])
    assert groups(reader, "CD19 不存在的词") == {}


@pytest.mark.long
@pytest.mark.parametrize("typed", QUERIES)
def test_the_partner_finds_only_what_she_may_see(client, typed):
    text = client("partner").get("/search", query_string={"q": typed}).text
    assert set(CODE.findall(text.replace(typed, ""))) <= PARTNER


@pytest.mark.long
@pytest.mark.parametrize("typed", QUERIES)
def test_the_outsider_finds_no_project_milestone_or_closed_minutes(client, typed):
    found = groups(client("outsider"), typed)
    assert not {"projects", "milestones", "risks", "evidence", "decisions", "comments"} & set(found)
    assert all(
        "/meetings/SAC-2024-01" in href
        for group in ("meetings", "items", "minutes", "amendments")
        for href in found.get(group, [])
    )
    assert set(found.get("agreements", [])) <= {"/agreements/AGR-001"}


def test_what_may_not_be_seen_looks_like_what_is_not_there(client):
    reader = client("partner")
    hidden, absent = (reader.get("/search", query_string={"q": q}).text for q in ("KJS-002", "KJS-999"))
    # The token of the form holds the second at which it was made.
    strip = re.compile(r"KJS-\d{3}|nonce-\S+|kj-[0-9a-f]+|[0-9A-F]{12}|[\w-]+\.[\w-]{6}\.[\w-]{27}")
    assert strip.sub("", hidden) == strip.sub("", absent)


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "_", "\\", "'", '"', "<b>", "a" * 500, "甲" * 90, "((", "*"]
)
def test_odd_searches_are_answered(client, typed):
    assert client("executive").get("/search", query_string={"q": typed}).status_code == 200


def test_wildcards_of_the_database_are_plain_letters(client):
    reader = client("executive")
    assert groups(reader, "K%001") == {} and groups(reader, "K_S-001") == {}


@pytest.mark.long
def test_hits_are_marked_and_illustrative_ones_say_so(client):
    tree = html.document_fromstring(client("executive").get("/search?q=細胞").text)
    assert {mark.text for mark in tree.iter("mark")} == {"细胞"}
    assert tree.find_class("illus-strip")


@pytest.mark.long
def test_nothing_found_says_what_to_do(client):
    text = client("executive").get("/search?q=没有这个词").text
    assert "没有找到“没有这个词”" in text


@pytest.mark.long
@pytest.mark.parametrize("typed", ["KJS-001", "细胞"])
def test_statements_do_not_grow_with_the_hits(client, typed):
    reader = client("executive")
    with queries_counted() as seen:
        reader.get("/search", query_string={"q": typed})
    assert len(seen) <= 15, seen.shown


@pytest.mark.long
@pytest.mark.parametrize(("lang", "word"), [("zh-Hans", "搜索"), ("zh-Hant", "搜尋"), ("en", "Search")])
def test_three_languages(client, lang, word):
    tree = html.document_fromstring(client("executive", lang).get("/search?q=CAR").text)
    assert tree.find(".//h1").text_content() == word


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "kind", "href"),
    [
        ("rj", "institutions", "/partners/RJ"),
        ("ruijin", "institutions", "/partners/RJ"),
        ("主任委员", "people", "/committees/SAC"),
        ("zrwy", "people", "/committees/SAC"),
        ("cart", "projects", "/projects/KJS-001"),
        ("cells", "agreements", "/agreements/AGR-001"),
    ],
)
def test_sounds_compounds_and_numbers(client, typed, kind, href):
    assert href in groups(client("executive"), typed, kind=kind)[kind]


@pytest.mark.long
def test_an_administrator_finds_everybody_and_others_whom_they_see_named(client):
    assert groups(client("admin"), "外部人员", kind="people")["people"] == ["/admin/people/CAST-OUTSIDER"]
    assert "people" not in groups(client("lead"), "外部人员")


def test_the_line_says_where_the_words_stand_whatever_the_script(client):
    text = client("executive", "en").get("/search?q=細胞&kind=minutes").text
    line = html.document_fromstring(text).xpath("//li[@data-hit]/p")[0]
    assert {mark.text for mark in line.iter("mark")} == {"细胞"}


@pytest.mark.long
def test_filters_leave_what_they_name(client):
    reader = client("executive")
    hrefs = groups(reader, "细胞", year="2026", kind="minutes")["minutes"]
    assert hrefs and all("/SAC-2026-" in href for href in hrefs)
    assert set(groups(reader, "CAR", project="KJS-003", kind="projects")["projects"]) == {"/projects/KJS-003"}
    assert "institutions" not in groups(reader, "瑞金", lab="JL-01")
    assert groups(reader, "瑞金", lab="JL-01", kind="labs")["labs"] == ["/labs/JL-01"]
    assert groups(reader, "细胞", year="19x6") == {} and groups(reader, "细胞", committee="不存在") == {}


@pytest.mark.long
def test_counts_are_of_all_and_five_of_each_are_shown(client):
    reader = client("executive")
    assert counts(reader, "KJS")["projects"] == "20" and len(groups(reader, "KJS")["projects"]) == 5
    assert len(groups(reader, "KJS", kind="projects")["projects"]) == 20


@pytest.mark.parametrize(
    ("typed", "to"),
    [
        ("kjs3", "/projects/KJS-003"),
        ("KJS-003", "/projects/KJS-003"),
        ("jl 1", "/labs/JL-01"),
        ("rj", "/partners/RJ"),
        ("SAC-2026-3", "/meetings/SAC-2026-03"),
    ],
)
def test_a_whole_code_leads_straight_there(client, typed, to):
    answer = client("executive").get("/search", query_string={"q": typed, "go": "1"})
    assert answer.status_code == 303 and answer.location == to


@pytest.mark.long
def test_what_is_no_code_or_not_to_be_seen_is_listed(client):
    for short, typed in (("executive", "细胞"), ("outsider", "KJS-003")):
        assert client(short).get("/search", query_string={"q": typed, "go": "1"}).status_code == 200


def test_a_past_day_stays_on_the_way(client):
    reader = client("executive")
    answer = reader.get("/search?q=kjs3&go=1&as_of=2026-06-30")
    assert answer.location == "/projects/KJS-003?as_of=2026-06-30"
    text = reader.get("/search?q=细胞&kind=minutes&as_of=2026-06-30").text
    assert "/minutes?as_of=2026-06-30#" in text and "搜索的是今天的名称与文字" in text


def test_suggestions_while_typing(client):
    reader = client("executive")
    tree = html.fromstring(reader.get("/search/suggestions?q=rj").text)
    options = tree.xpath("//li[@role='option']/a/@href")
    assert options[0] == "/partners/RJ" and len(options) <= 8
    assert reader.get("/search/suggestions?q=").text.strip() == ""
    assert "没有找到" in reader.get("/search/suggestions?q=没有这个词").text


@pytest.mark.long
def test_markup_in_texts_and_words_stays_text(client, in_app):
    with writing():
        project = db.session.query(Project).filter_by(code="KJS-003").one()
        project.note = "<img src=x onerror=alert(1)>甲乙丙<b>丁</b>"
    for path in ("/search", "/search/suggestions"):
        text = client("executive").get(path, query_string={"q": "甲乙丙 <b>"}).text
        assert "<img src=x" not in text and "<b>丁" not in text and "&lt;img" in text


def test_one_search_is_one_statement_whatever_it_finds(client):
    reader = client("executive")
    costs = set()
    for typed in ("细胞", "KJS-003", "的"):
        with queries_counted() as seen:
            reader.get("/search", query_string={"q": typed})
        costs.add(len(seen))
    assert len(costs) == 1
