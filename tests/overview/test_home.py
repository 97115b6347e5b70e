"""Home by role: what waits for the reader, and what is hers."""

import re

import pytest
from lxml import html

from tests.support.queries import queries_counted

CODE = re.compile(r"\bKJS-\d{3}\b")


def main(client, path="/"):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200
    return html.document_fromstring(answer.text).get_element_by_id("main")


@pytest.mark.parametrize("who", ["executive", "auditor"])
def test_who_reads_all_starts_at_the_board(client, who):
    tree = main(client(who))
    assert tree.find(".//h1").text_content().startswith("总览") and tree.find_class("kpis")


@pytest.mark.long
def test_a_lead_sees_her_week_her_projects_and_her_laboratory(client):
    tree = main(client("lead"))
    hrefs = {a.get("href") for a in tree.iter("a")}
    assert {"/my/milestones", "/labs/JL-01", "/overview", "/projects/KJS-002"} <= hrefs
    assert "/labs/JL-02" not in hrefs


@pytest.mark.long
def test_a_lead_meets_her_week_before_all_else_that_waits(client):
    """Between two experiments, on a phone: what she came for is on the first screen."""
    first = main(client("lead")).find_class("sheet")[0]
    assert {a.get("href") for a in first.iter("a")} >= {"/my/milestones"}


def test_home_says_that_a_meeting_is_illustrative_to_who_sees_no_project(client):
    page = client("secretary").get("/")
    assert "SAC-2026-05" in page.text and not CODE.findall(page.text)
    assert "此页含示例数据" in page.text


@pytest.mark.long
def test_home_asks_for_as_many_answers_as_the_page_of_milestones(client):
    lead = client("lead")
    asked = re.search(r"(\d+) 项等您答复", main(lead).text_content())
    tabs = main(lead, "/my/milestones").text_content()
    assert asked and int(asked[1]) > 5 and re.search(rf"待确认 {asked[1]}\D", tabs)
    assert f"另有 {int(asked[1]) - 5} 项" in main(lead).text_content()


@pytest.mark.long
@pytest.mark.parametrize("who", ["chair", "secretary", "member"])
def test_a_committee_member_sees_the_next_meeting(client, who):
    hrefs = [a.get("href") for a in main(client(who)).iter("a")]
    assert any(re.fullmatch(r"/meetings/SAC-\d{4}-\d{2}", href or "") for href in hrefs)


def test_an_administrator_is_led_to_the_accounts_and_sees_no_project(client):
    tree = main(client("admin"))
    assert "/admin" in {a.get("href") for a in tree.iter("a")}
    assert not CODE.findall(" ".join(tree.itertext()))


def test_an_outsider_is_told_why_there_is_nothing_and_where_to_look(client):
    tree = main(client("outsider"))
    assert "/partners" in {a.get("href") for a in tree.iter("a")}
    assert not CODE.findall(" ".join(tree.itertext())) and tree.find_class("empty")


def test_a_past_day_asks_nobody_for_anything(client):
    text = main(client("member"), "/?as_of=2026-06-30").text_content()
    assert "下次会议" not in text and "等待您签署" not in text


@pytest.mark.long
@pytest.mark.parametrize("who", ["executive", "lead", "partner", "secretary", "admin", "outsider", "member"])
def test_home_costs_at_most_fifteen_statements(client, who):
    reader = client(who)
    reader.get("/")  # the first of a process reads the ledgers
    with queries_counted() as seen:
        reader.get("/")
    assert len(seen) <= 15, seen.shown


@pytest.mark.long
@pytest.mark.parametrize(("lang", "word"), [("zh-Hans", "首页"), ("zh-Hant", "首頁"), ("en", "Home")])
def test_three_languages(client, lang, word):
    assert main(client("lead", lang)).find(".//h1").text_content() == word


@pytest.mark.long
@pytest.mark.parametrize("who", ["lead", "lead2"])
def test_home_the_badge_and_the_page_say_the_same_number(client, who):
    reader = client(who)
    asked = re.search(r"(\d+) 项等您答复", main(reader).text_content())
    page = html.document_fromstring(reader.get("/my/milestones").text)
    badges = {re.sub(r"\D", "", one.text_content()) for one in page.find_class("cnt")}
    assert asked and badges == {asked[1]}
    assert re.search(rf"待确认 {asked[1]}\D", page.text_content())
