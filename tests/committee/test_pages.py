"""Pages in three languages, of past days, and what they cost."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from lxml.html import document_fromstring
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.operations import comments, consents, meetings, reviews, suggestions
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations.founding import load_reference
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing as transaction
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.typed import whole

# What the form of a committee holds, as the scientific committee has it.
CHARTER = {
    "code": "SAC", "name_hans": "康健生细胞治疗科学委员会", "kind": "scientific", "lab": "",
    "quorum_numerator": "2", "quorum_denominator": "2", "quorum_base": "eligible",
    "majority_numerator": "1", "majority_denominator": "2", "majority_over": "y", "majority_base": "present",
    "abstentions_count": "y", "deputy_among": "members", "approval_rule": "chair_and_n", "approval_members": "2", "review_days": "7",
    "default_consent_days": "7", "minutes_pattern": "{short}〔{year}〕{serial}号",
    "outcome_pattern": "{kind}-{year}-{meeting}-{serial}", "retention_years": "30",
}  # fmt: skip
PAGES = [
    "/committees/SAC",
    "/committees/SAC/edit",
    "/committees/SAC/meetings/new",
    "/meetings",
    "/meetings/SAC-2024-01",
    "/meetings/SAC-2024-01/minutes",
    "/meetings/SAC-2026-03",
    "/meetings/SAC-2026-03/minutes",
    "/meetings/SAC-2026-01/minutes/amendments/1",
    "/meetings/SAC-2026-04/minutes",
    "/meetings/SAC-2026-04/minutes?compare=1",
    "/meetings/SAC-2026-04/minutes/history",
    "/meetings/SAC-2026-05",
    "/meetings/SAC-2026-05/minutes/edit",
    "/meetings/SAC-2026-05/minutes/review",
    "/meetings/SAC-2026-06",
    "/meetings/SAC-2026-06/agenda",
    "/meetings/SAC-2026-06/attendance",
    "/committees/SAC/interests",
    "/committees/SAC/interests/register",
    "/meetings/SAC-2026-06/interests",
    "/meetings/SAC-2026-06/recusals",
    "/meetings/SAC-2026-05/floor",
    "/meetings/SAC-2026-05/floor/stays/1",
    "/meetings/SAC-2026-03/history",
    "/committees/SAC/history",
    "/decisions",
    "/decisions?kind=R",
    "/actions",
    "/actions?show=all",
    "/actions/A-2026-06-03",
]


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_every_page_in_every_language(client: Callable[..., Critic], language: str) -> None:
    chair = client("chair", language)
    for path in PAGES:
        answer = chair.get(path)
        assert answer.status_code == 200, path
        assert f'lang="{language}"' in answer.get_data(as_text=True)[:200]


def test_illustrative_meetings_say_so(client: Callable[..., Critic]) -> None:
    member = client("member")
    assert "示例数据" in member.get("/meetings/SAC-2026-03/minutes").get_data(as_text=True)
    founding = member.get("/meetings/SAC-2024-01/minutes").get_data(as_text=True)
    assert "示例数据" not in founding


def test_the_first_meeting_tells_no_more_than_the_announcement(empty_app: Flask) -> None:
    with empty_app.app_context():
        committee = db.session.scalars(select(Committee)).one()
        meeting = db.session.scalars(select(Meeting)).one()
        assert committee.members == []
        assert (meeting.code, meeting.running_no, meeting.held_on) == ("SAC-2024-01", 1, date(2024, 9, 10))
        assert (meeting.attendance, meeting.starts_at, meeting.place) == ([], None, "")
        assert meeting.minutes is not None
        assert meeting.minutes.life == "record"
        assert meeting.minutes.drafts == []
        with transaction():
            load_reference(actor=system_actor())
        assert len(db.session.scalars(select(Meeting)).all()) == 1


def test_a_record_is_read_by_all(client: Callable[..., Critic]) -> None:
    page = client("outsider").get("/meetings/SAC-2024-01/minutes").get_data(as_text=True)
    assert "并非经签署的会议纪要" in page
    assert "公告未载" in page
    assert 'class="seal"' not in page


def test_a_past_day_has_no_controls(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    page = secretary.get("/meetings/SAC-2026-06?as_of=2026-11-20").get_data(as_text=True)
    assert "当时的议程" in page
    assert "编辑议程" not in page
    assert "还没有可以查看的纪要" in secretary.get("/meetings/SAC-2026-03/minutes?as_of=2026-04-12").get_data(
        as_text=True
    )
    early = secretary.get("/committees/SAC?as_of=2024-10-02").get_data(as_text=True)
    assert "SAC-2024-01" in early
    assert "SAC-2026-03" not in early
    assert "登记会议" not in early


def test_an_action_is_closed_and_opened_again(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    address = "/actions/A-2026-06-03"
    assert client("member").post(address, data={"done_on": "2026-11-20"}).status_code == 403
    later = secretary.post(address, data={"done_on": "2099-01-01"})
    assert later.status_code == 422
    assert secretary.post(address, data={"done_on": clock.today().isoformat()}).status_code == 303
    assert "已完成 A-2026-06-03" in whole(secretary.get("/actions"))
    assert "A-2026-06-03" not in secretary.get("/actions").get_data(as_text=True)
    assert secretary.post(f"{address}/reopening").status_code == 303
    assert "A-2026-06-03" in secretary.get("/actions").get_data(as_text=True)


@pytest.mark.long
def test_settings_of_a_committee(client: Callable[..., Critic], app: Flask) -> None:
    chair = client("chair")
    with app.app_context():
        version = db.session.scalars(select(Committee.version)).one()
    data = CHARTER | {"quorum_numerator": "3", "version": str(version)}
    assert chair.post("/committees/SAC/edit", data=data).status_code == 422
    assert chair.post("/committees/SAC/edit", data=data | {"quorum_numerator": "1"}).status_code == 303
    assert chair.post("/committees/SAC/edit", data=data | {"quorum_numerator": "1"}).status_code == 409
    seat = {"email": "lead@kjs.example", "office": "member", "valid_from": "2026-11-01"}
    assert chair.post("/committees/SAC/members", data=seat).status_code == 303
    assert chair.post("/committees/SAC/members", data=seat).status_code == 422
    assert client("member").get("/committees/SAC/edit").status_code == 403


def grow(app: Flask) -> None:
    """Ten more items, twenty more paragraphs and comments in the meeting under review and the planned one."""
    with app.app_context(), transaction():
        who = system_actor()
        planned = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        for n in range(10):
            meetings.add_item(planned, actor=who, name_hans=f"议题{n}", kind="hear")
        for n in range(8):
            meetings.create_meeting(planned.committee, actor=who, held_on=date(2031, 1, 1 + n))
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        minutes.life = "draft"
        db.session.flush()
        for n in range(20):
            writing.add_paragraph(minutes, actor=who, kind="text", text=f"段落{n}。")
        reviews.open_review(minutes, actor=who)
        for paragraph in writing.standing_paragraphs(minutes):
            comments.comment(paragraph, actor=who, text="批注。", quote=paragraph.text[:2])
            consents.answer(paragraph, actor=who, kind="object", note="异议。")
            suggestions.suggest(paragraph, actor=who, text="建议。")


@pytest.mark.long
@pytest.mark.parametrize(
    "path",
    [
        "/committees/SAC",
        "/meetings",
        "/meetings/SAC-2026-06",
        "/meetings/SAC-2026-05/minutes",
        "/meetings/SAC-2026-05/minutes/opinions",
        "/decisions",
        "/actions",
    ],
)
def test_more_rows_cost_no_more_statements(client: Callable[..., Critic], app: Flask, path: str) -> None:
    member = client("secretary")
    with app.app_context(), transaction():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        draft = reviews.open_review(minutes, actor=system_actor())
        paragraph = next(p for p in writing.standing_paragraphs(minutes) if p.kind == "text")
        comments.comment(paragraph, actor=system_actor(), text="批注。", quote=paragraph.text[:2])
        consents.answer(paragraph, actor=system_actor(), kind="object", note="异议。")
        suggestions.suggest(paragraph, actor=system_actor(), text="建议。")
        assert draft.number == 1
    with queries_counted() as before:
        assert member.get(path).status_code == 200
    grow(app)
    with queries_counted() as after:
        assert member.get(path).status_code == 200
    assert len(after) <= len(before) + 2, after.shown
    assert len(after) <= 16, after.shown


@pytest.mark.long
@pytest.mark.parametrize("path", ["/meetings", "/committees/SAC"])
def test_a_long_list_of_meetings_comes_in_pages(client: Callable[..., Critic], app: Flask, path: str) -> None:
    with app.app_context(), transaction():
        committee = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        for n in range(50):
            meetings.create_meeting(committee, actor=system_actor(), held_on=date(2031, 1, 1) + timedelta(n))
    secretary = client("secretary")

    def listed(address: str) -> list[str]:
        page = document_fromstring(secretary.get(address).text)
        return page.xpath("(//table)[1]//td[1]/a/@href")

    first, second = listed(path), listed(f"{path}?page=2")
    assert len(first) == 50 and "/meetings/SAC-2024-01" not in first
    assert "/meetings/SAC-2024-01" in second and not set(first) & set(second)
    assert listed(f"{path}?page=99") == second, "the last page stands for those behind it"
    assert "第 2 / 2 页" in secretary.get(f"{path}?page=2").text
    with queries_counted() as long:
        secretary.get(path)
    with queries_counted() as short:
        secretary.get(f"{path}?page=2")
    assert len(long) == len(short), long.shown
