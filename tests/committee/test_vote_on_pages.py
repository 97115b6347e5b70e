"""Votes as people meet them: the secretary puts a motion, members vote on their phones, the result says why."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Committee, Meeting, Motion
from kangjiansheng.committee.operations import interests
from kangjiansheng.core import transactions
from kangjiansheng.core.db import db
from tests.support.acting import running_meeting, who
from tests.support.critic import Critic


@pytest.fixture
def running(app: Flask) -> str:
    """The address of a meeting that runs now: chair and two members of the cast and four others are there."""
    with app.app_context(), transactions.writing():
        made = running_meeting("甲", "乙")
        made.committee.deputies = True
        return f"/meetings/{made.code}"


def items(app: Flask, address: str) -> list[int]:
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == address.rsplit("/", 1)[1])).one()
        return [item.id for item in one.items]


def put(app: Flask, client: Callable[..., Critic], address: str, method: str = "name", item: int = 0) -> str:
    form = {"kind": "D", "method": method, "text": "同意进入下一阶段。"}
    made = client("secretary").post(f"{address}/items/{items(app, address)[item]}/motion", data=form)
    assert made.status_code == 303
    return str(made.headers["Location"])


@pytest.mark.long
def test_a_vote_by_name(running: str, client: Callable[..., Critic], app: Flask) -> None:
    secretary, chair, member = client("secretary"), client("chair"), client("member")
    assert secretary.get(f"{running}/items/{items(app, running)[0]}/motion").status_code == 200
    empty = secretary.post(f"{running}/items/{items(app, running)[0]}/motion", data={"text": ""})
    assert empty.status_code == 422
    motion = put(app, client, running)
    assert "请投票" in member.get("/notifications").text
    assert "请表决" in member.get(motion).text
    assert "请表决" not in secretary.get(motion).text
    assert member.post(f"{motion}/ballots", data={"choice": "against"}).status_code == 303
    assert "您投了反对" in member.get(motion).text
    assert "已表决" in chair.get(motion).text and "您投了" not in chair.get(motion).text
    assert client("partner").get(motion).status_code == 404
    with app.app_context():
        two = who("member2").id
    others = member.post(f"{motion}/ballots", data={"choice": "for", "person_id": str(two)})
    assert others.status_code == 403, "nobody votes for somebody else"
    assert (
        secretary.post(f"{motion}/ballots", data={"choice": "for", "person_id": str(two)}).status_code == 303
    )
    assert "录入</p>" in client("member2").get(motion).text
    assert chair.post(f"{motion}/ballots", data={"choice": ""}).status_code == 422
    assert chair.post(f"{motion}/ballots", data={"choice": "for"}).status_code == 303
    assert member.post(f"{motion}/closing").status_code == 403
    assert secretary.post(f"{motion}/closing").status_code == 303
    page = chair.get(motion).text
    assert "未获通过" in page and "以 7 人为基数，须 4 票同意，得 2 票" in page
    late = member.post(f"{motion}/ballots", data={"choice": "for"})
    assert late.status_code == 422
    assert "表决已经结束" in late.text
    assert member.post(f"{motion}/dissent", data={"text": "数据不足六个月。"}).status_code == 303
    assert "数据不足六个月。" in chair.get(motion).text
    assert secretary.post(f"{motion}/dissent", data={"text": "不是委员"}).status_code == 422
    assert "同意进入下一阶段。" in chair.get(running).text


@pytest.mark.long
@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-Hans", "获得通过"), ("zh-Hant", "獲得通過"), ("en", "Carried")],
)
def test_hands_are_counted(
    running: str, client: Callable[..., Critic], app: Flask, language: str, words: str
) -> None:
    motion = put(app, client, running, "count")
    secretary = client("secretary", language)
    many = {"votes_for": "7", "votes_against": "1"}
    refused = secretary.post(f"{motion}/closing", data=many)
    assert refused.status_code == 422
    assert 'value="7"' in refused.text
    assert secretary.post(f"{motion}/closing", data={"votes_for": "5", "abstentions": "2"}).status_code == 303
    page = secretary.get(motion).text
    assert words in page and "D-2026-" in page
    assert secretary.get(f"{motion}/annulment").status_code == 200
    assert secretary.post(f"{motion}/annulment", data={"reason": ""}).status_code == 422
    assert secretary.post(f"{motion}/annulment", data={"reason": "误计"}).status_code == 303
    assert "误计" in secretary.get(motion).text


def test_a_recused_member_meets_no_vote(running: str, client: Callable[..., Critic], app: Flask) -> None:
    motion = put(app, client, running)
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Motion)).one()
        interests.recuse(one.item, actor=who("secretary"), person_id=who("member").id, kind="facts")
    member = client("member")
    assert member.get(motion).status_code == 404
    assert member.post(f"{motion}/ballots", data={"choice": "for"}).status_code == 404
    assert "同意进入下一阶段" not in member.get(running).text


@pytest.mark.long
def test_a_circulation(client: Callable[..., Critic], app: Flask) -> None:
    secretary, member = client("secretary"), client("member")
    with app.app_context():
        coming = select(Meeting).where(Meeting.life == "planned").order_by(Meeting.held_on)
        one = db.session.scalars(coming).first()
        assert one is not None
        address, item = f"/meetings/{one.code}", one.items[0].id
    assert f"{address}/items/{item}/circulation" in secretary.get(address).text
    form = {"kind": "R", "text": "建议先行采购。", "papers": "报价附后。", "due_time": "17:00"}
    early = secretary.post(f"{address}/items/{item}/circulation", data=form | {"due_day": "2026-11-20"})
    assert early.status_code == 422
    assert "至少在一小时之后" in early.text and "报价附后。" in early.text
    made = secretary.post(f"{address}/items/{item}/circulation", data=form | {"due_day": "2026-11-27"})
    motion = made.headers["Location"]
    page = member.get(motion).text
    assert "报价附后。" in page and "请表决" in page
    assert motion in member.get("/").text and motion not in secretary.get("/").text
    assert member.post(f"{motion}/ballots", data={"choice": "abstain"}).status_code == 303
    assert motion not in member.get("/").text
    assert member.post(f"{motion}/ballots", data={"choice": "for"}).status_code == 303
    assert secretary.post(f"{motion}/closing").status_code == 303
    assert "1 人作答，不足 6 人" in member.get(motion).text


def test_a_deputy_is_named_on_a_page(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context(), transactions.writing():
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        sac.deputies = True
        coming = select(Meeting).where(Meeting.life == "planned").order_by(Meeting.held_on)
        address, two = f"/meetings/{db.session.scalars(coming).first().code}", who("member2").id
    member = client("member")
    assert f"{address}/deputy" in member.get(address).text
    assert member.post(f"{address}/deputy", data={"deputy": ""}).status_code == 422
    assert member.post(f"{address}/deputy", data={"deputy": str(two)}).status_code == 303
    assert "撤回委托" in member.get(f"{address}/deputy").text
    assert "您受托代为表决" in client("member2").get("/notifications").text
    assert client("member2").post(f"{address}/deputy/withdrawal").status_code == 404
    assert member.post(f"{address}/deputy/withdrawal").status_code == 303


@pytest.mark.long
def test_an_open_vote_heads_the_page_of_its_meeting(
    running: str, client: Callable[..., Critic], app: Flask
) -> None:
    """On a phone the card of votes lies screens below; who is recused meets nothing of it."""
    with app.app_context(), transactions.writing():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == running.rsplit("/", 1)[1])).one()
        interests.recuse(meeting.items[0], actor=who("secretary"), person_id=who("member2").id, kind="whole")
    motion = put(app, client, running)

    def first_link(short: str) -> bool:
        page = client(short).get(running).text
        return motion in page and page.index(motion) < page.index('class="sheet quo')

    assert first_link("member")
    assert motion not in client("member2").get(running).text
    client("secretary").post(f"{motion}/closing")
    assert not first_link("member"), "a vote that has ended stands among the votes only"
