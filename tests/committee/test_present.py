"""The meeting on the wall: one item at a time, its time, nothing that somebody in the room may not see; and what is
recorded while it runs stands in the minutes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Action, Meeting, Motion
from kangjiansheng.committee.operations import interests
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import overviews
from kangjiansheng.core import clock, transactions
from kangjiansheng.core.db import db
from tests.support.acting import running_meeting, who
from tests.support.critic import Critic


@pytest.fixture
def running(app: Flask) -> tuple[str, list[int]]:
    """The address of the page of a meeting that runs now, and its two items of ten minutes; seven are there."""
    with app.app_context(), transactions.writing():
        made = running_meeting("甲题", "乙题", minutes_planned=10, text="说明文字")
        return f"/meetings/{made.code}/present", [item.id for item in made.items]


@pytest.mark.long
def test_one_item_at_a_time_with_its_time(
    running: tuple[str, list[int]], client: Callable[..., Critic]
) -> None:
    address, (first, second) = running
    secretary = client("secretary")
    page = secretary.get(address).text
    assert "<h1>甲题</h1>" in page and "乙题" not in page and "1 / 2" in page
    assert f'rel="next" data-present="next" href="{address}?item={second}"' in page
    assert secretary.post(f"{address}/items/{first}/opening").status_code == 303
    again = secretary.post(f"{address}/items/{first}/opening")
    assert again.status_code == 422
    assert "正在进行" in again.text
    with time_machine.travel(clock.now() + timedelta(minutes=13), tick=False):
        late = secretary.get(address).text
        assert "超时" in late and "会议共超时 3 分钟" in late and ">13:0" in late
        assert secretary.post(f"{address}/items/{second}/opening").status_code == 303
        assert "<h1>乙题</h1>" in secretary.get(address).text, "the item that runs comes first"
    assert client("member").get(address).status_code == 403


@pytest.mark.long
@pytest.mark.parametrize(("language", "words"), [("zh-Hans", "超时"), ("zh-Hant", "超時"), ("en", "Over by")])
def test_overrun_is_said_in_words(
    running: tuple[str, list[int]], client: Callable[..., Critic], language: str, words: str
) -> None:
    address, (first, _second) = running
    secretary = client("secretary", language)
    secretary.post(f"{address}/items/{first}/opening")
    with time_machine.travel(clock.now() + timedelta(minutes=12), tick=False):
        assert words in secretary.get(address).text


@pytest.mark.long
def test_what_is_recorded_while_it_runs(
    running: tuple[str, list[int]], client: Callable[..., Critic], app: Flask
) -> None:
    """A decision, an action and a vote, all before anybody began the minutes."""
    address, (first, _second) = running
    secretary = client("secretary")
    secretary.post(f"{address}/items/{first}/opening")
    there = f"{address}/items/{first}"
    empty = secretary.post(f"{there}/decisions", data={"d-kind": "R", "d-text": ""})
    assert empty.status_code == 422
    assert "请填写此项" in empty.text
    assert (
        secretary.post(f"{there}/decisions", data={"d-kind": "R", "d-text": "一致建议补做。"}).status_code
        == 303
    )
    nobody = secretary.post(f"{there}/actions", data={"a-text": "补做验证"})
    assert nobody.status_code == 422
    assert 'value="补做验证"' in nobody.text
    done = {"a-text": "补做验证", "a-owner_role": "质量负责人"}
    assert secretary.post(f"{there}/actions", data=done).status_code == 303
    motion = {"m-kind": "D", "m-method": "count", "m-text": "同意放行。"}
    assert secretary.post(f"{there}/motions", data=motion).status_code == 303
    with app.app_context():
        number = db.session.scalars(select(Motion.id)).one()
    assert "7 人参加表决" in secretary.get(address).text
    many = secretary.post(f"{address}/motions/{number}/closing", data={"h-votes_for": "9"})
    assert many.status_code == 422
    hands = {"h-votes_for": "6", "h-votes_against": "1"}
    assert secretary.post(f"{address}/motions/{number}/closing", data=hands).status_code == 303
    page = secretary.get(address).text
    assert "一致建议补做。" in page and "补做验证" in page and "同意放行。" in page and "D-2026-" in page
    with app.app_context(), transactions.writing():
        made = db.session.scalars(select(Action).where(Action.text == "补做验证")).one()
        assert made not in overviews.actions(actor=who("chair")).all(), "nobody was shown the minutes yet"
        meeting = db.session.get_one(Meeting, made.meeting_id)
        minutes = writing.start(meeting, actor=who("secretary"))
        rows = [(p.kind, p.text) for p in writing.standing_paragraphs(minutes) if p.agenda_item_id == first]
    assert ("decision", "同意放行。") in rows and ("decision", "一致建议补做。") in rows
    assert secretary.post(f"{there}/decisions", data={"d-kind": "D", "d-text": "再议定。"}).status_code == 303
    assert "再议定。" in client("secretary").get(address.replace("/present", "/minutes/edit")).text


@pytest.mark.parametrize(("kind", "title"), [("whole", False), ("facts", True)])
def test_nothing_that_somebody_in_the_room_may_not_see(
    running: tuple[str, list[int]], client: Callable[..., Critic], app: Flask, kind: str, title: bool
) -> None:
    address, (first, _second) = running
    secretary = client("secretary")
    secretary.post(f"{address}/items/{first}/opening")
    with app.app_context(), transactions.writing():
        item = db.session.scalars(select(Meeting).where(Meeting.code == address.split("/")[2])).one().items[0]
        row = interests.recuse(item, actor=who("secretary"), person_id=who("member").id, kind=kind)
        number = row.id
    there = f"{address}/items/{first}"
    secretary.post(f"{there}/motions", data={"m-kind": "D", "m-method": "name", "m-text": "同意放行。"})
    page = secretary.get(address).text
    assert "同意放行。" not in page
    assert ("甲题" in page, "说明文字" in page) == (title, title)
    assert secretary.post(f"{address}/recusals/{number}/step").status_code == 303
    page = secretary.get(address).text
    assert "甲题" in page and "同意放行。" in page and "已离场" in page
    assert secretary.post(f"{address}/recusals/{number}/step").status_code == 303
    assert "同意放行。" not in secretary.get(address).text, "back in the room"


def test_before_the_day_nothing_is_said_to_have_happened(client: Callable[..., Critic]) -> None:
    page = client("secretary").get("/meetings/SAC-2026-06/present").text
    assert "当天才能在这里记录" in page and "会议还没有开始" in page
    assert "人确认出席并参加表决" in page
    for claim in ("会议按计划进行", "人在场并参加表决", "开始这项议题"):
        assert claim not in page


@pytest.mark.long
def test_an_item_that_is_over_leads_to_the_next(
    running: tuple[str, list[int]], client: Callable[..., Critic]
) -> None:
    address, (first, second) = running
    secretary = client("secretary")

    def ended(item: int) -> str:
        secretary.post(f"{address}/items/{item}/opening")
        secretary.post(f"{address}/items/{item}/closing")
        return secretary.get(f"{address}?item={item}").text

    onward = f'<a class="btn btn-primary btn-lg2" href="{address}?item='
    page = ended(first)
    assert f"{onward}{second}" in page and "继续这项议题" in page
    page = ended(second)
    assert onward not in page and "继续这项议题" in page, "the last one has no next"


def test_who_never_came_is_not_said_to_have_left(
    running: tuple[str, list[int]], client: Callable[..., Critic], app: Flask
) -> None:
    address, (first, _second) = running
    secretary = client("secretary")
    with app.app_context(), transactions.writing():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == address.split("/")[2])).one()
        here = {row.person_id for row in meeting.presence}
        absent = next(m for m in meeting.committee.members if m.voting and m.person_id not in here)
        number = interests.recuse(
            meeting.items[0], actor=who("secretary"), person_id=absent.person_id, kind="whole"
        ).id
    page = secretary.get(f"{address}?item={first}").text
    assert "<h2>回避</h2>" in page
    assert "已离场" not in page and f"/recusals/{number}/step" not in page
