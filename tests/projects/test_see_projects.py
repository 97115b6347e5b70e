"""Who sees which projects: pages, lists, exports and JSON go through one door."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Project, ProjectMember
from kangjiansheng.projects.views.words import answer
from tests.support.acting import who
from tests.support.typed import words

ALL = {f"KJS-{number:03d}" for number in range(1, 21)}
SEEN = {
    "executive": ALL,
    "auditor": ALL,
    "admin": set(),
    "outsider": set(),
    "partner": {"KJS-001", "KJS-004", "KJS-010", "KJS-014", "KJS-015", "KJS-020"},
    "member2": {"KJS-007", "KJS-009", "KJS-010"},
}


@pytest.mark.long
@pytest.mark.parametrize(("who", "codes"), SEEN.items())
def test_each_of_the_cast_sees_what_is_theirs_everywhere(client, who, codes):
    reader = client(who)
    told = reader.get("/api/v1/projects").get_json()
    assert {row["code"] for row in told["data"]} == codes
    assert {row["project"] for row in reader.get("/api/v1/milestones").get_json()["data"]} == codes
    page = reader.get("/projects").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(reader.get("/projects.csv").get_data().decode("utf-8-sig"))))[1:]
    assert {row[0] for row in rows} == codes
    for code in ALL:
        assert (f"/projects/{code}" in page) is (code in codes)
    for path in ("/projects/KJS-002", "/api/v1/projects/KJS-002", "/projects/KJS-002/milestones/A180"):
        assert reader.get(path).status_code == (200 if "KJS-002" in codes else 404)
    assert reader.get("/projects/KJS-002/history").status_code == (200 if "KJS-002" in codes else 404)


def test_the_list_on_a_phone_says_what_a_number_of_days_is_about(client):
    """The largest slip of a project is not that of the milestone that stands beside it."""
    tree = html.document_fromstring(client("executive").get("/projects").text)
    cards = tree.xpath("//div[contains(@class, 'only-m')]/div[@class='mc']")
    assert len(cards) == 20
    for card in cards:
        for days in card.xpath(".//span[contains(@class, 'slipd')]"):
            assert days.getparent().text_content() == f"最大偏差{days.text_content()}"
    assert any(card.xpath(".//span[contains(@class, 'slipd')]") for card in cards)


@pytest.mark.parametrize("path", ["/projects", "/milestones", "/my/milestones", "/projects/KJS-001"])
def test_who_is_not_signed_in_is_asked_to(client, path):
    answer = client(None).get(path)
    assert answer.status_code == 302 and "/sign-in" in answer.location


def seen(actor):
    """The codes that an actor sees."""
    return {row.code for row in queries.portfolio(actor=actor)}


@pytest.mark.parametrize(
    ("level", "who", "sees"),
    [
        ("open", "outsider", True),
        ("open", "admin", True),
        ("parties", "outsider", False),
        ("parties", "member", True),
        ("team", "member", False),
        ("team", "lead", True),
        ("team", "executive", True),
        ("team", "auditor", True),
    ],
)
def test_levels(actor, level, who, sees):
    with writing():
        db.session.scalars(select(Project).where(Project.code == "KJS-002")).one().confidentiality = level
    assert ("KJS-002" in seen(actor(who))) is sees


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "sees"),
    [
        (date(2025, 1, 1), None, True),
        (date(2025, 1, 1), date(2025, 2, 1), False),
        (date(2999, 1, 1), None, False),
    ],
)
def test_a_membership_counts_from_its_first_to_its_last_day(actor, valid_from, valid_to, sees):
    with writing():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-013")).one()
        db.session.add(
            ProjectMember(
                project_id=project.id,
                person_id=actor("outsider").id,
                role="reader",
                valid_from=valid_from,
                valid_to=valid_to,
            )
        )
    assert ("KJS-013" in seen(actor("outsider"))) is sees


def test_a_past_day_shows_what_one_may_see_today(client):
    told = client("partner").get("/api/v1/projects?as_of=2026-01-31").get_json()
    assert {row["code"] for row in told["data"]} <= SEEN["partner"]
    assert told["as_of"] == "2026-01-31"


def test_what_is_illustrative_says_so_in_page_file_and_json(client):
    reader = client("executive")
    assert "示例数据" in reader.get("/projects/KJS-001").get_data(as_text=True)
    assert "示例数据" in reader.get("/milestones.csv").get_data().decode("utf-8-sig")
    assert reader.get("/api/v1/projects").get_json()["illustrative"] is True


def test_a_gate_that_waits_is_overdue_all_the_same(client):
    """KJS-020 waits for the committee, 88 days behind and past its date: its laboratory is not told that all is well."""
    page = words(client("partner").get("/partners/RJ"))
    assert "2 个项目里 1 个推迟或逾期" in page and "没有推迟或逾期" not in page
    with_figures = words(client("executive").get("/labs/JL-02"))
    assert "没有逾期" not in with_figures


def test_a_company_that_ends_in_a_full_stop_ends_the_sentence_once(client):
    page = client("executive", "en").get("/projects/KJS-005").get_data(as_text=True)
    assert "Co., Ltd." in page and "Ltd.." not in page


def test_a_terminated_project_is_terminated_on_every_page(client, in_app):
    """Neither it nor what stays open in it is said to be paused anywhere; KJS-003 has open milestones, KJS-017 none."""
    reader = client("executive")
    with writing():
        db.session.scalars(select(Project).where(Project.code == "KJS-003")).one().status = "TERMINATED"
    for path in (
        "/projects/KJS-003",
        "/projects/KJS-017/sheet",
        "/projects?q=KJS-003",
        "/milestones?q=KJS-003",
    ):
        main = html.document_fromstring(reader.get(path).get_data(as_text=True)).xpath("//main")[0]
        for choice in main.xpath(".//form | .//*[contains(@class, 'legend')]"):
            choice.drop_tree()
        for other in main.xpath(".//tr[contains(., 'KJS-') and not(contains(., 'KJS-003'))]"):
            other.drop_tree()
        text = main.text_content()
        assert "已终止" in text and "已暂停" not in text, path
    rows = reader.get("/projects.csv").get_data().decode("utf-8-sig").splitlines()
    assert all("已终止" in next(line for line in rows if code in line) for code in ("KJS-003", "KJS-017"))


def test_the_first_sentence_calls_a_forecast_a_forecast_and_cuts_a_long_note(app):
    with app.test_request_context("/", headers={"Accept-Language": "zh-CN"}):
        row = next(one for one in queries.portfolio(actor=who("executive")) if one.code == "KJS-003")
        moved = next(m for m in row.milestones if m.code == "A140")
        late = replace(moved, status="late", reason_code="ETHICS", note="等伦理委员会的意见，" * 16)
        never = replace(late, forecast=None, note="等意见")
        day = date(2027, 12, 20)
        told = answer(replace(row, milestones=[late]), day)
        assert f"最近预测 {moved.forecast.isoformat()}，已过 368 天" in told and "原定" not in told
        assert len(told) < 120 and told.endswith("…")
        told = answer(replace(row, milestones=[never]), day)
        assert "原定" in told and told.endswith("：等意见。")
