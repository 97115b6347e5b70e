"""Lists of meetings as of a past day: how the minutes stood then, on pages and for programs."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.committee.models import Committee, Minutes
from kangjiansheng.committee.operations import meetings, recall, reviews
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from tests.support import full_meetings
from tests.support.critic import Critic
from tests.support.queries import queries_counted, rows_counted

CODE, RECORD = "SAC-2026-05", "SAC-2024-01"
LISTS = ("/meetings", "/committees/SAC")


def evening(day: int) -> Any:
    return time_machine.travel(dt.datetime(2026, 11, day, 10, tzinfo=dt.UTC), tick=False)


def line(reader: Critic, address: str, code: str = CODE) -> Any:
    """The row of one meeting."""
    page = html.document_fromstring(reader.get(address).text)
    (found,) = page.xpath(f'//table//tr[.//span[text()="{code}"]]')
    return found


def words(reader: Critic, address: str, code: str = CODE) -> str:
    return " ".join(line(reader, address, code)[-1].text_content().split())


@pytest.fixture
def history(draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]) -> None:
    """A draft on the 23rd, submitted and approved by one on the 24th, taken back on the 25th, submitted again on the
    26th, approved for good on the 27th."""
    secretary = actor("secretary")
    with evening(24):
        sign(reviews.open_review(draft_minutes, actor=secretary), "member")
    with evening(25):
        recall.recall(draft_minutes, actor=secretary, note="")
    with evening(26):
        second = reviews.open_review(draft_minutes, actor=secretary)
    with evening(27):
        for short in ("member", "member2", "chair"):
            sign(second, short)
    assert draft_minutes.life == "approved"
    db.session.commit()


STOOD = {
    22: "—",
    23: "起草中",
    24: "审阅中，1 人已批准",
    25: "起草中",
    26: "审阅中，0 人已批准",
    27: "已生效",
}
LIVES = {22: None, 23: "draft", 24: "review", 25: "draft", 26: "review", 27: "approved"}


def test_a_list_tells_how_minutes_stood_on_its_day(history: None, client: Callable[..., Critic]) -> None:
    with evening(28):
        reader = client("member")
        for place in LISTS:
            assert {day: words(reader, f"{place}?as_of=2026-11-{day}") for day in STOOD} == STOOD, place
            assert words(reader, place) == STOOD[27]
        assert [one.text_content() for one in line(reader, "/committees/SAC?as_of=2026-11-22")][-2] == "—"
        assert "康科委纪" in line(reader, "/committees/SAC?as_of=2026-11-23")[-2].text_content()


def test_programs_are_told_the_same(history: None, client: Callable[..., Critic]) -> None:
    def told(reader: Critic, day: str) -> str | None:
        rows = reader.get(f"/api/v1/meetings{day}").get_json()["meetings"]
        (found,) = (row["minutes"] for row in rows if row["code"] == CODE)
        return found

    with evening(28):
        reader = client("member")
        assert {day: told(reader, f"?as_of=2026-11-{day}") for day in LIVES} == LIVES
        assert told(reader, "") == "approved"


def test_a_list_tells_day_and_state_of_the_meeting_itself(
    actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    """Planned for the 27th, put off to the 28th on the 25th, called off on the 26th; today it is as it is now."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    secretary = actor("secretary")
    with evening(24):
        made = meetings.create_meeting(sac, actor=secretary, held_on=dt.date(2026, 11, 27))
    with evening(25):
        meetings.edit_meeting(made, actor=secretary, version=made.version, held_on=dt.date(2026, 11, 28))
    with evening(26):
        meetings.cancel_meeting(made, actor=secretary)
    db.session.commit()
    stood = {24: ("2026-11-27", "筹备中", "planned"), 25: ("2026-11-28", "筹备中", "planned"),
             26: ("2026-11-28", "已取消", "cancelled")}  # fmt: skip
    with evening(28):
        reader = client("member")
        for place in LISTS:
            for day, (held_on, word, _life) in stood.items():
                row = line(reader, f"{place}?as_of=2026-11-{day}", made.code).text_content()
                assert held_on in row and word in row, (place, day)
            assert "已取消" in line(reader, place, made.code).text_content()
        for day, (held_on, _word, life) in stood.items():
            rows = reader.get(f"/api/v1/meetings?as_of=2026-11-{day}").get_json()["meetings"]
            told = next((row["held_on"], row["life"]) for row in rows if row["code"] == made.code)
            assert told == (held_on, life), day


def test_a_list_stands_in_the_order_of_the_days_of_then(
    actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    """Two meetings change places on the 26th: each list shows them as they lay on its day, and programs that go on
    behind a row go on in that order."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    secretary = actor("secretary")
    with evening(24):
        first, second = (
            meetings.create_meeting(sac, actor=secretary, held_on=dt.date(2026, 12, day)) for day in (27, 29)
        )
    with evening(26):
        meetings.edit_meeting(first, actor=secretary, version=first.version, held_on=dt.date(2026, 12, 31))
    db.session.commit()
    ways = {"?as_of=2026-11-25": [second.code, first.code], "?as_of=2026-11-26": [first.code, second.code],
            "": [first.code, second.code]}  # fmt: skip
    with evening(28):
        reader = client("member")
        for day, order in ways.items():
            for place in LISTS:
                page = html.document_fromstring(reader.get(place + day).text)
                shown = [one for one in page.xpath("//table//tr//span/text()") if one in order]
                assert shown == order, (place, day)
            api = f"/api/v1/meetings{day}{'&' if day else '?'}limit=1"
            told, asked = list[str](), 0
            while api and asked < 4:
                answer = reader.get(api).get_json()
                told += [row["code"] for row in answer["meetings"]]
                api, asked = answer.get("next"), asked + 1
            assert [code for code in told if code in order] == order, day


def test_a_meeting_whose_day_is_over_is_not_called_planned(
    actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    """Until somebody has recorded that it was held, today as on a past day."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    with evening(24):
        made = meetings.create_meeting(sac, actor=actor("secretary"), held_on=dt.date(2026, 11, 26))
    db.session.commit()
    with evening(28):
        reader = client("member")
        for place in LISTS:
            for day, word in (("?as_of=2026-11-25", "筹备中"), ("?as_of=2026-11-26", "筹备中"),
                              ("?as_of=2026-11-27", "尚未登记召开"), ("", "尚未登记召开")):  # fmt: skip
                assert word in line(reader, place + day, made.code).text_content(), (place, day)


def test_what_a_list_leads_to_says_the_same(history: None, client: Callable[..., Critic]) -> None:
    """The link of a list is of its day; where nothing could be read, there is none."""
    with evening(28):
        reader = client("member")
        for day, state in STOOD.items():
            links = line(reader, f"/meetings?as_of=2026-11-{day}")[-1].xpath(".//a/@href")
            assert bool(links) == (state not in ("—", "起草中")), day
            for link in links:
                assert f"as_of=2026-11-{day}" in link
                assert "还没有可以查看的纪要" not in reader.get(link).text


def test_a_record_stands_from_when_its_meeting_was_known(client: Callable[..., Critic]) -> None:
    reader = client("outsider")
    for day in ("2024-10-02", "2026-11-22"):
        (link,) = line(reader, f"/meetings?as_of={day}", RECORD)[-1].xpath(".//a/@href")
        assert words(reader, f"/meetings?as_of={day}", RECORD) == words(reader, "/meetings", RECORD)
        page = reader.get(link).text
        assert "并非经签署的会议纪要" in page and "当时还没有可以查看的纪要" not in page
    before = reader.get(f"/meetings/{RECORD}/minutes?as_of=2024-09-01").text
    assert "当时还没有可以查看的纪要" in before


@pytest.mark.long
def test_a_list_of_a_past_day_costs_the_same_for_a_hundred(app: Flask, client: Callable[..., Critic]) -> None:
    reader = client("executive")

    def cost(address: str) -> tuple[int, int]:
        reader.get(address)
        with queries_counted() as seen, rows_counted() as loaded:
            assert reader.get(address).status_code == 200
        return len(seen), loaded["Minutes"]

    places = ("/meetings?as_of=2026-11-23", "/committees/SAC?as_of=2026-11-23")
    before = [cost(place) for place in places]
    with app.app_context():
        full_meetings.fill(full_meetings.Size(120, 20))
    after = [cost(place) for place in places]
    assert [n for n, _ in after] == [n for n, _ in before]
    assert all(n <= 18 and loaded <= 50 for n, loaded in after), after
