"""Pages of a past day: what stood then, and nothing to change."""

import re
from datetime import date, timedelta

import pytest
from lxml import html

from kangjiansheng.core import clock
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import milestones as operations
from tests.support.typed import words


@pytest.mark.long
def test_the_sentence_of_a_past_day_is_that_of_the_day(client):
    lead = client("lead")
    assert "2026-12-17" in words(lead.get("/projects/KJS-003"))
    then = words(lead.get("/projects/KJS-003?as_of=2026-07-31"))
    assert "2026-12-17" not in then
    assert "您在看 2026-07-31 的快照" in lead.get("/projects/KJS-003?as_of=2026-07-31").get_data(as_text=True)


@pytest.mark.long
@pytest.mark.parametrize(
    "path", ["/projects/KJS-003", "/projects/KJS-003/milestones/A140", "/my/milestones", "/projects"]
)
def test_nothing_can_be_changed_on_a_past_day(client, path):
    text = client("lead").get(f"{path}?as_of=2026-06-30").get_data(as_text=True)
    main = text.split('<main id="main"')[1].split("</main>")[0]
    assert 'method="post"' not in main
    assert "/edit" not in main and "/projects/new" not in main


def test_before_its_first_entry_a_project_is_not_there(client):
    lead = client("lead")
    assert lead.get("/projects/KJS-003?as_of=2020-01-01").status_code == 404
    assert lead.get("/projects/KJS-003/milestones/A140?as_of=2020-01-01").status_code == 404
    assert "KJS-003" not in words(lead.get("/projects?as_of=2020-01-01"))


@pytest.mark.long
def test_yesterday_does_not_know_what_was_said_today(actor):
    lead = actor("lead")
    before = queries.portfolio(actor=lead, as_of=clock.today() - timedelta(days=1), codes=["KJS-003"])
    with writing():
        milestone = queries.milestone(actor=lead, code="KJS-003", milestone_code="A140")
        operations.will_slip(milestone, date(2028, 1, 5), "OTHER", actor=lead, version=None)
    after = queries.portfolio(actor=lead, as_of=clock.today() - timedelta(days=1), codes=["KJS-003"])
    dates = [[(m.code, m.forecast, m.status) for m in rows[0].milestones] for rows in (before, after)]
    assert dates[0] == dates[1]
    now = queries.portfolio(actor=lead, codes=["KJS-003"])[0]
    today = queries.portfolio(actor=lead, as_of=clock.today(), codes=["KJS-003"])[0]
    assert next(m for m in now.milestones if m.code == "A140").forecast == date(2028, 1, 5)
    assert [m.forecast for m in now.milestones] == [m.forecast for m in today.milestones]


@pytest.mark.long
def test_today_folded_from_the_ledgers_is_what_the_rows_say(actor):
    chief = actor("executive")
    now = queries.portfolio(actor=chief)
    folded = queries.portfolio(actor=chief, as_of=clock.today())
    keys = ["code", "stage", "claimed", "indication_group", "labs", "parties", "lead_label"]
    for one, other in zip(now, folded, strict=True):
        assert {key: getattr(one, key) for key in keys} == {key: getattr(other, key) for key in keys}
        for a, b in zip(one.milestones, other.milestones, strict=True):
            same = [
                "code",
                "baseline",
                "current_plan",
                "forecast",
                "actual",
                "state",
                "moves",
                "slip",
                "owner_label",
            ]
            assert {key: getattr(a, key) for key in same} == {key: getattr(b, key) for key in same}


def test_a_day_to_come_is_refused_with_the_way_to_the_forecasts(client):
    for path in ("/projects", "/overview", "/overview/charts", "/labs"):
        answer = client("executive").get(f"{path}?as_of=2999-01-01")
        assert answer.status_code == 400 and 'href="/overview/forecast"' in answer.text
    assert 'href="/overview/forecast"' not in client("executive").get("/projects?as_of=gestern").text


@pytest.mark.parametrize("day", ["2999-01-01", "gestern", "2026-02-30", "0001-06-01", "1989-12-31"])
def test_a_day_that_cannot_be_answers_400(client, day):
    assert client("lead").get(f"/projects?as_of={day}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/projects/KJS-003/edit",
        "/projects/KJS-003/people",
        "/projects/KJS-003/milestones/A140/edit",
        "/projects/KJS-003/milestones/A140/criteria/new",
        "/projects/KJS-003/milestones/A140/decisions/new",
        "/milestones/import",
        "/templates",
        "/actions",
        "/meetings/SAC-2026-06/floor",
        "/meetings/SAC-2026-06/recusals",
        "/meetings/SAC-2026-04/minutes/opinions",
        "/committees/SAC/interests/register",
        "/notifications",
        "/account",
    ],
)
def test_a_page_that_cannot_show_a_past_day_opens_as_of_today(client, path):
    """Only there to change something, or nothing of it is kept by the day: the banner would not be true."""
    reader = client("secretary" if path.startswith(("/meetings", "/committees")) else "lead")
    answer = reader.get(f"{path}?as_of=2026-06-30")
    assert (answer.status_code, answer.location) == (302, path)
    after = reader.get(path)
    assert after.status_code == 200 and "这一页只有今天的情况" in after.text


@pytest.mark.long
@pytest.mark.parametrize(
    ("language", "today", "then"),
    [
        ("zh-Hans", "今天", "截至 2026-10-01"),
        ("zh-Hant", "今天", "截至 2026-10-01"),
        ("en", "Today", "As of 2026-10-01"),
    ],
)
def test_the_line_of_a_figure_says_its_day(client, language, today, then):
    reader = client("executive", language)
    for path in ("/projects/KJS-003", "/labs/JL-01", "/milestones?view=timeline&zoom=all"):
        sign = "&" if "?" in path else "?"
        now = lines_of(reader.get(path).get_data(as_text=True))
        past = lines_of(reader.get(f"{path}{sign}as_of=2026-10-01").get_data(as_text=True))
        assert today in now and then not in now
        assert then in past and today not in past


def lines_of(page):
    """The words in the figures of a page, whether they are drawn by the script or as shapes."""
    tree = html.document_fromstring(page)
    found = {node.text for node in tree.xpath("//svg//text[contains(@class,'tl-tw')]")}
    for node in tree.xpath("//script[@type='application/json']"):
        found |= set(re.findall(r'"text":"([^"]*)"', node.text or ""))
    return found
