"""One field that finds everything the reader may see, and nothing else."""

import re

import pytest
from lxml import html

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


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [("细胞", "細胞"), ("伦理", "倫理"), ("实验室", "實驗室"), ("临床", "臨床")],
)
def test_one_script_finds_the_other(client, simplified, traditional):
    reader = client("executive")
    found = groups(reader, simplified)
    assert found and found == groups(reader, traditional)


def test_every_word_must_be_there(client):
    reader = client("executive")
    both = groups(reader, "CD19 CAR-T", kind="projects")["projects"]
    assert both and set(both) < set(groups(reader, "CAR-T", kind="projects")["projects"])
    assert groups(reader, "CD19 不存在的词") == {}


@pytest.mark.parametrize("typed", QUERIES)
def test_the_partner_finds_only_what_she_may_see(client, typed):
    text = client("partner").get("/search", query_string={"q": typed}).text
    assert set(CODE.findall(text.replace(typed, ""))) <= PARTNER


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


def test_hits_are_marked_and_illustrative_ones_say_so(client):
    tree = html.document_fromstring(client("executive").get("/search?q=細胞").text)
    assert {mark.text for mark in tree.iter("mark")} == {"细胞"}
    assert tree.find_class("illus-strip")


def test_nothing_found_says_what_to_do(client):
    text = client("executive").get("/search?q=没有这个词").text
    assert "没有找到“没有这个词”" in text


@pytest.mark.parametrize("typed", ["KJS-001", "细胞"])
def test_statements_do_not_grow_with_the_hits(client, typed):
    reader = client("executive")
    with queries_counted() as seen:
        reader.get("/search", query_string={"q": typed})
    assert len(seen) <= 15, seen.shown


@pytest.mark.parametrize(("lang", "word"), [("zh-Hans", "搜索"), ("zh-Hant", "搜尋"), ("en", "Search")])
def test_three_languages(client, lang, word):
    tree = html.document_fromstring(client("executive", lang).get("/search?q=CAR").text)
    assert tree.find(".//h1").text_content() == word
