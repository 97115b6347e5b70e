"""Planning: numbers, agenda, answers, attendance."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Committee, Meeting
from kangjiansheng.committee.operations import committees, meetings, presence
from kangjiansheng.core import paging
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic


def the_committee() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


def test_running_number_goes_on_and_year_number_begins_anew(actor: Callable[[str], Actor]) -> None:
    sac = the_committee()
    last = db.session.scalars(select(Meeting.running_no).order_by(Meeting.running_no.desc())).first()
    made = meetings.create_meeting(sac, actor=actor("secretary"), held_on=date(2030, 3, 1))
    again = meetings.create_meeting(sac, actor=actor("secretary"), held_on=date(2030, 5, 1))
    assert (made.code, again.code) == ("SAC-2030-01", "SAC-2030-02")
    assert (made.running_no, again.running_no) == (last + 1, last + 2)


def test_a_cancelled_meeting_keeps_its_number(actor: Callable[[str], Actor]) -> None:
    made = meetings.create_meeting(the_committee(), actor=actor("secretary"), held_on=date(2030, 3, 1))
    meetings.cancel_meeting(made, actor=actor("secretary"))
    again = meetings.create_meeting(the_committee(), actor=actor("secretary"), held_on=date(2030, 4, 1))
    assert again.year_serial == 2
    with pytest.raises(RuleBroken, match="cancelled"):
        meetings.cancel_meeting(made, actor=actor("secretary"))


def test_the_year_of_a_meeting_is_fixed(
    actor: Callable[[str], Actor], meeting: Callable[[str], Meeting]
) -> None:
    one = meeting("SAC-2026-05")
    with pytest.raises(RuleBroken, match="year-fixed"):
        meetings.edit_meeting(one, actor=actor("secretary"), version=one.version, held_on=date(2031, 1, 5))


def test_two_who_edit_a_meeting(actor: Callable[[str], Actor]) -> None:
    one = meetings.create_meeting(the_committee(), actor=actor("secretary"), held_on=date(2030, 3, 1))
    seen = one.version
    meetings.edit_meeting(one, actor=actor("secretary"), version=seen, place="甲会议室")
    with pytest.raises(Stale):
        meetings.edit_meeting(one, actor=actor("chair"), version=seen, place="乙会议室")
    assert one.place == "甲会议室"


def test_items_move_and_keep_unique_places(actor: Callable[[str], Actor]) -> None:
    secretary = actor("secretary")
    one = meetings.create_meeting(the_committee(), actor=secretary, held_on=date(2030, 3, 1))
    first, second, third = [
        meetings.add_item(one, actor=secretary, name_hans=name, kind="discuss") for name in "甲乙丙"
    ]
    order = [first.id, third.id, second.id]
    meetings.arrange(one, order, {second.id: 40}, actor=secretary, version=one.version)
    assert [(item.name_hans, item.minutes_planned) for item in one.items] == [
        ("甲", 15),
        ("丙", 15),
        ("乙", 40),
    ]
    seen = one.version
    meetings.arrange(one, order, {second.id: 40}, actor=secretary, version=seen)
    assert one.version == seen  # nothing changed: no act
    assert [item.position for item in one.items] == [1, 2, 3]
    meetings.remove_item(third, actor=secretary)
    assert [(item.position, item.name_hans) for item in one.items] == [(1, "甲"), (2, "乙")]


def test_attendance_waits_for_the_day(actor: Callable[[str], Actor]) -> None:
    one = meetings.create_meeting(the_committee(), actor=actor("secretary"), held_on=date(2035, 3, 1))
    with pytest.raises(RuleBroken, match="not-yet-held"):
        meetings.record_attendance(one, {}, actor=actor("secretary"))


def test_a_meeting_can_begin_before_its_hour(actor: Callable[[str], Actor]) -> None:
    """On its day who is there is recorded as they come; a time that has not come yet is refused."""
    secretary, member, hour = actor("secretary"), actor("member").id, datetime(2026, 12, 1, 6, tzinfo=UTC)
    plan: dict[str, Any] = {"held_on": date(2026, 12, 1), "starts_at": hour}
    early, listed = (
        meetings.create_meeting(the_committee(), actor=secretary, place="", **plan) for _ in range(2)
    )
    came: dict[str, Any] = {"actor": secretary, "person_id": member, "mode": "on_site"}
    with time_machine.travel(hour - timedelta(minutes=20), tick=False):
        with pytest.raises(RuleBroken, match="time-outside"):
            presence.arrive(early, at=hour, **came)
        presence.arrive(early, at=hour - timedelta(minutes=21), **came)
        meetings.record_attendance(listed, {member: "on_site"}, actor=secretary)
    assert (early.life, listed.life) == ("held", "held")


def test_what_the_announcement_told_is_nobody_s_to_change(
    actor: Callable[[str], Actor], meeting: Callable[[str], Meeting]
) -> None:
    with pytest.raises(RuleBroken, match="from-source"):
        meetings.add_item(meeting("SAC-2024-01"), actor=actor("secretary"), name_hans="新议题", kind="hear")


def test_seats_are_given_once_and_ended(actor: Callable[[str], Actor]) -> None:
    sac, secretary = the_committee(), actor("secretary")
    with pytest.raises(RuleBroken, match="member-already"):
        committees.add_member(sac, actor=secretary, person_id=actor("member").id, office="member")
    with pytest.raises(RuleBroken, match="chair-already"):
        committees.add_member(sac, actor=secretary, person_id=actor("lead").id, office="chair")
    seat = next(m for m in sac.members if m.person_id == actor("member").id)
    with pytest.raises(RuleBroken, match="dates-turned"):
        committees.end_member(seat, actor=secretary, valid_to=date(2020, 1, 1))


@pytest.mark.long
def test_a_meeting_from_plan_to_attendance_in_pages(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    answer = secretary.post(
        "/committees/SAC/meetings/new",
        data={"held_on": "2026-11-02", "starts": "09:30", "ends": "11:00", "place": "会议室"},
    )
    assert answer.status_code == 303
    address = answer.headers["Location"]
    wrong = secretary.post(
        f"{address}/agenda", data={"name_hans": "", "kind": "decide", "minutes_planned": "20"}
    )
    assert wrong.status_code == 422
    fields = {"name_hans": "KJS-003 申报", "kind": "decide", "minutes_planned": "20", "project": "KJS-777"}
    assert secretary.post(f"{address}/agenda", data=fields).status_code == 422
    assert secretary.post(f"{address}/agenda", data=fields | {"project": ""}).status_code == 303
    assert client("member").post(f"{address}/answer", data={"answer": "online"}).status_code == 303
    page = secretary.get(address).get_data(as_text=True)
    assert "KJS-003 申报" in page
    assert "1 人确认出席" in page
    form = secretary.get(f"{address}/attendance").get_data(as_text=True)
    assert "血液学" in form
    assert client("member").get(f"{address}/agenda").status_code == 403
    assert client("outsider").get(address).status_code == 404


def test_an_attendance_without_anybody_who_came_does_not_hold_a_meeting(
    client: Callable[..., Critic],
) -> None:
    secretary = client("secretary")
    address = secretary.post("/committees/SAC/meetings/new", data={"held_on": "2026-11-02"}).headers[
        "Location"
    ]
    form = secretary.get(f"{address}/attendance").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)[1]  # type: ignore[index]
    person = re.search(r'name="mode-(\d+)"', form)[1]  # type: ignore[index]
    for chosen in ({}, {f"mode-{person}": "absent"}):
        answer = secretary.post(f"{address}/attendance", data={"version": version} | chosen)
        assert answer.status_code == 422 and "还没有选择谁到场或线上参会" in answer.text
        assert answer.text.count(" checked") == len(chosen), "what was chosen is kept"
    assert client("member").post(f"{address}/answer", data={"answer": "yes"}).status_code == 303


def test_who_records_attendance_second_keeps_what_was_chosen(
    client: Callable[..., Critic], app: Flask
) -> None:
    secretary = client("secretary")
    address = secretary.post(
        "/committees/SAC/meetings/new",
        data={"held_on": "2026-11-02", "starts": "09:30", "ends": "11:00", "place": "会议室"},
    ).headers["Location"]
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == address.rpartition("/")[2])).one()
        first, second, third = (member.person_id for member in one.committee.members[:3])
        version = str(one.version)

    def chosen(page: str) -> dict[str, str]:
        return dict(re.findall(r'name="mode-(\d+)" value="(\w+)" checked', page))

    earlier = {f"mode-{first}": "on_site", f"mode-{third}": "on_site", "version": version}
    assert secretary.post(f"{address}/attendance", data=earlier).status_code == 303
    later = {f"mode-{second}": "online", f"mode-{third}": "absent", "version": version}
    answer = secretary.post(f"{address}/attendance", data=later)
    assert answer.status_code == 409
    merged = {str(first): "on_site", str(second): "online", str(third): "absent"}
    assert chosen(answer.text) == merged
    rows = re.findall(r'<td class="b num"[^>]*>([^<]*)</td>', answer.text)
    assert rows == ["线上", "—", "缺席", "到场"]
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]  # type: ignore[index]
    mine = {f"mode-{key}": value for key, value in merged.items()} | {"version": version, "resolve": "mine"}
    assert secretary.post(f"{address}/attendance", data=mine).status_code == 303
    assert chosen(secretary.get(f"{address}/attendance").text) == merged


def test_times_must_run_forwards(client: Callable[..., Critic]) -> None:
    answer = client("secretary").post(
        "/committees/SAC/meetings/new", data={"held_on": "2026-12-02", "starts": "11:30", "ends": "11:00"}
    )
    assert answer.status_code == 422
    assert "结束时间须晚于开始时间" in answer.get_data(as_text=True)


def test_a_list_of_meetings_in_pages_says_on_each_that_some_are_illustrative(
    client: Callable[..., Critic], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging.Listing.page, "__kwdefaults__", {"size": 1})
    executive, strip = client("executive"), "此页含示例数据"
    with app.app_context(), writing():
        for meeting in db.session.scalars(select(Meeting)):
            meeting.illustrative = meeting.code == "SAC-2026-03"
    assert strip in executive.get("/meetings").text
