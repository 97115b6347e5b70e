"""Arrivals and leavings with their times, and the quorum of each item as the room fills and empties."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Committee, Meeting, Minutes
from kangjiansheng.committee.operations import meetings, presence, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import floor
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.transactions import commit
from tests.support.critic import Critic

DAY = date(2026, 11, 20)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(DAY, time(hour, minute), SHANGHAI)


@pytest.fixture
def held(actor: Callable[[str], Actor]) -> Meeting:
    """A meeting of last Friday with two items and nobody there yet."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    made = meetings.create_meeting(sac, actor=actor("secretary"), held_on=DAY, illustrative=True)
    for name in ("甲", "乙"):
        meetings.add_item(made, actor=actor("secretary"), name_hans=name, kind="decide")
    return made


def voters(meeting: Meeting) -> list[int]:
    return [m.person_id for m in meeting.committee.members if m.voting]


def test_a_vote_that_loses_its_quorum_midway(held: Meeting, actor: Callable[[str], Actor]) -> None:
    """Nine vote, six are needed. Six come, one leaves at 9:50 and comes back at 10:10."""
    who, people = actor("secretary"), voters(held)
    for person in people[:6]:
        presence.arrive(held, actor=who, person_id=person, mode="on_site", at=at(9, 30))
    assert held.life == "held"
    first, second = held.items
    presence.open_item(first, actor=who, at=at(9, 35))
    presence.leave(held, actor=who, person_id=people[5], at=at(9, 50))
    presence.open_item(second, actor=who, at=at(10))
    presence.arrive(held, actor=who, person_id=people[5], mode="online", at=at(10, 10))
    presence.close_item(second, actor=who, at=at(10, 30))
    for person in people[:6]:
        presence.leave(held, actor=who, person_id=person, at=at(10, 30))
    assert first.closed_at == at(10), "the next item ends the one before"
    room = floor.in_room(held, held.items)
    told = [(moment, now.standing.present, now.standing.is_met) for moment, now in room[first.id].course]
    assert told == [(at(9, 35), 6, True), (at(9, 50), 5, False)]
    assert not room[first.id].now.standing.is_met
    assert room[second.id].now.standing.is_met
    minutes = writing.start(held, actor=who)
    text = "\n".join(p.text for p in writing.standing_paragraphs(minutes))
    assert "09:35 开始，10:00 结束" in text
    assert "09:35 起在场 6 人；09:50 起在场 5 人，未达到法定人数" in text
    head = reviews.header(held, writing.standing_paragraphs(minutes))
    assert [item["quorum"]["present"] for item in head["items"]] == [5, 6]
    assert head["presence"][0] == {
        "seat": "主任委员（移植）", "mode": "on_site", "came_at": "2026-11-20T09:30:00+08:00",
        "left_at": "2026-11-20T10:30:00+08:00",
    }  # fmt: skip


def test_a_meeting_without_times_signs_what_it_did_before(meeting: Callable[[str], Meeting]) -> None:
    one = meeting("SAC-2026-04")
    assert not {"presence", "items"} & set(reviews.header(one, []))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"at": at(9) + timedelta(days=1)}, "time-outside"),
        ({"at": at(9) + timedelta(days=9)}, "time-outside"),
        ({"at": at(9, 40)}, "stays-overlap"),
        ({"mode": "absent"}, "mode-unknown"),
        ({"person_id": 0}, "mode-unknown"),
    ],
)
def test_what_cannot_be_is_refused(
    held: Meeting, actor: Callable[[str], Actor], wrong: dict[str, object], code: str
) -> None:
    who, person = actor("secretary"), voters(held)[0]
    presence.arrive(held, actor=who, person_id=person, mode="on_site", at=at(9, 30))
    given = {"person_id": person, "mode": "on_site", "at": at(9, 40)} | wrong
    with pytest.raises(RuleBroken, match=code):
        presence.arrive(held, actor=who, **given)


def test_who_was_there_is_not_absent_and_who_was_not_does_not_leave(
    held: Meeting, actor: Callable[[str], Actor]
) -> None:
    who, (first, second, *_rest) = actor("secretary"), voters(held)
    stay = presence.arrive(held, actor=who, person_id=first, mode="online", at=at(9, 30))
    with pytest.raises(RuleBroken, match="was-there"):
        meetings.record_attendance(held, {first: "absent"}, actor=who)
    with pytest.raises(RuleBroken, match="not-there"):
        presence.leave(held, actor=who, person_id=second, at=at(10))
    presence.remove(stay, actor=who)
    meetings.record_attendance(held, {first: "absent"}, actor=who)


def test_a_correction_meets_what_others_saved(held: Meeting, actor: Callable[[str], Actor]) -> None:
    who, person = actor("secretary"), voters(held)[0]
    stay = presence.arrive(held, actor=who, person_id=person, mode="on_site", at=at(9, 30))
    seen = stay.version
    fields = {"mode": "online", "came_at": at(9, 25), "left_at": None}
    presence.correct(stay, actor=who, version=seen, **fields)
    row = next(a for a in held.attendance if a.person_id == person)
    assert (stay.came_at, row.mode) == (at(9, 25), "online")
    with pytest.raises(Stale):
        presence.correct(stay, actor=who, version=seen, **fields)


def test_several_come_and_leave_in_one_act(held: Meeting, actor: Callable[[str], Actor]) -> None:
    """All of them or nobody, against the version that was shown, each with an entry of its own in the trail."""
    who, people = actor("secretary"), voters(held)
    seen = held.version
    modes = dict.fromkeys(people[:6], "on_site") | {people[6]: "online"}
    came = presence.arrive_together(held, modes, actor=who, version=seen, at=at(9, 30))
    assert (held.life, held.version) == ("held", seen + 1)
    assert {row.person_id: row.mode for row in held.presence} == modes
    assert {row.person_id: row.mode for row in held.attendance if row.mode} == modes
    with pytest.raises(Stale):
        presence.arrive_together(held, {people[7]: "on_site"}, actor=who, version=seen, at=at(9, 31))
    there = {people[7]: "on_site", people[0]: "on_site"}
    with pytest.raises(RuleBroken, match="stays-overlap-of") as refused:
        presence.arrive_together(held, there, actor=who, version=held.version, at=at(9, 31))
    assert refused.value.facts == {"seats": "主任委员（移植）"}
    with pytest.raises(RuleBroken, match="nobody-chosen"):
        presence.arrive_together(held, {}, actor=who, version=held.version, at=at(9, 31))
    with pytest.raises(RuleBroken, match="not-there"):
        presence.leave_together(held, people[:8], actor=who, version=held.version, at=at(10))
    assert len(held.presence) == 7 and not any(row.left_at for row in held.presence)
    left = presence.leave_together(held, people[:7], actor=who, version=held.version, at=at(10))
    assert {row.left_at for row in held.presence} == {at(10)}
    commit()
    for done, act in ((came, "committee:presence:arrive"), (left, "committee:presence:leave")):
        told = select(AuditEntry.act).where(AuditEntry.change_set_id == done.id).order_by(AuditEntry.seq)
        assert list(db.session.scalars(told)) == [act] * 7 + ["committee:meeting:edit"]
        assert len(floor.in_one_act(held, done.id)) == 7


def test_what_several_did_is_taken_back_as_it_was(held: Meeting, actor: Callable[[str], Actor]) -> None:
    who, people = actor("secretary"), voters(held)
    came = presence.arrive_together(
        held, dict.fromkeys(people[:3], "on_site"), actor=who, version=held.version, at=at(9, 30)
    )
    left = presence.leave_together(held, people[:2], actor=who, version=held.version, at=at(10))
    commit()
    with pytest.raises(RuleBroken, match="stays-moved-on"):
        presence.undo_together(held, came, floor.in_one_act(held, came.id), actor=who)
    presence.undo_together(held, left, floor.in_one_act(held, left.id), actor=who)
    assert [row.left_at for row in held.presence] == [None] * 3
    commit()
    with pytest.raises(RuleBroken, match="stays-moved-on"):
        presence.undo_together(held, left, floor.in_one_act(held, left.id), actor=who)


def test_nobody_is_there_twice_when_a_leaving_is_taken_back(
    held: Meeting, actor: Callable[[str], Actor]
) -> None:
    """Who left with others and came again has a stay of her own since."""
    who, people = actor("secretary"), voters(held)
    presence.arrive_together(
        held, dict.fromkeys(people[:3], "on_site"), actor=who, version=held.version, at=at(9, 30)
    )
    left = presence.leave_together(held, people[:3], actor=who, version=held.version, at=at(10))
    presence.arrive(held, actor=who, person_id=people[1], mode="online", at=at(10, 15))
    commit()
    with pytest.raises(RuleBroken, match="stays-moved-on"):
        presence.undo_together(held, left, floor.in_one_act(held, left.id), actor=who)


def test_who_came_by_mistake_leaves_the_meeting_planned(held: Meeting, actor: Callable[[str], Actor]) -> None:
    who, people = actor("secretary"), voters(held)

    def all_come() -> ChangeSet:
        done = presence.arrive_together(
            held, dict.fromkeys(people, "on_site"), actor=who, version=held.version, at=at(9, 30)
        )
        commit()
        return done

    done = all_come()
    presence.undo_together(held, done, floor.in_one_act(held, done.id), actor=who)
    commit()
    assert held.life == "planned" and not held.presence and not any(row.mode for row in held.attendance)
    assert floor.in_one_act(held, done.id) == []
    done = all_come()
    presence.open_item(held.items[0], actor=who, at=at(9, 40))
    presence.undo_together(held, done, floor.in_one_act(held, done.id), actor=who)
    assert held.life == "held", "the meeting had come to an item"


@pytest.mark.long
def test_several_in_pages(client: Callable[..., Critic], app: Flask) -> None:
    """All who have not come yet, as they answered; who said no is left out, and stays when the page is stale."""
    secretary = client("secretary")
    address = secretary.post("/committees/SAC/meetings/new", data={"held_on": DAY.isoformat()}).headers[
        "Location"
    ]
    code = address.rsplit("/", 1)[1]

    def meeting_now() -> Meeting:
        return db.session.scalars(select(Meeting).where(Meeting.code == code)).one()

    with app.app_context():
        people = [m.person_id for m in meeting_now().committee.members if m.is_held_on(DAY)]
        for person, said in ((people[0], "no"), (people[1], "online")):
            meetings.attendance_row(meeting_now(), person).answer = said
        db.session.commit()
        version = str(meeting_now().version)
    page = secretary.get(f"{address}/floor").text
    assert f"其余 {len(people) - 1} 人全部到达" in page
    assert (
        f"按各自的答复：到场 {len(people) - 2} 人，线上 1 人。" in page and "答复请假的 1 人不在内。" in page
    )
    every = {"mode": "answered", "time": "09:30", "version": version}
    nobody = secretary.post(f"{address}/floor/arrivals/together", data=every | {"mode": "on_site"})
    assert nobody.status_code == 422 and "请先勾选" in nobody.text
    came = secretary.post(f"{address}/floor/arrivals/together", data=every)
    assert came.status_code == 303 and came.headers["Location"].endswith("/floor#here")
    shown = secretary.get(f"{address}/floor").text
    (undo,) = re.findall(rf"{address}/floor/acts/[0-9]+/undo", shown)
    with app.app_context():
        one = meeting_now()
        assert {row.person_id: row.mode for row in one.presence} == dict.fromkeys(people[2:], "on_site") | {
            people[1]: "online"
        }
    late = {"mode": "on_site", "time": "09:40", "version": version, "who": str(people[0])}
    stale = secretary.post(f"{address}/floor/arrivals/together", data=late)
    assert stale.status_code == 409 and "用现在填的" in stale.text
    assert re.search(rf'name="who" value="{people[0]}" form="together" checked', stale.text), "still ticked"
    (now,) = set(re.findall(r'name="version" value="([0-9]+)"', stale.text))
    assert (
        secretary.post(f"{address}/floor/arrivals/together", data=late | {"version": now}).status_code == 303
    )
    outsider = client("outsider")
    for path in (f"{address}/floor/arrivals/together", f"{address}/floor/departures/together"):
        assert client("member").post(path, data=every).status_code == 403
        assert outsider.post(path, data=every).status_code == 404
    assert client("member").post(undo).status_code == 403 and outsider.post(undo).status_code == 404
    assert secretary.post(f"{address}/floor/acts/1/undo").status_code == 404
    go = {"mode": "all", "time": "11:00", "version": str(int(now) + 1)}
    assert secretary.post(f"{address}/floor/departures/together", data=go).status_code == 303
    moved = secretary.post(undo)
    assert moved.status_code == 422 and "不能一并撤销" in moved.text
    (undo_left,) = set(re.findall(rf"{address}/floor/acts/[0-9]+/undo", moved.text)) - {undo}
    assert secretary.post(undo_left).status_code == 303
    assert f">{len(people)} 人在场<" in secretary.get(f"{address}/floor").text


@pytest.mark.long
def test_the_room_in_pages(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    made = secretary.post("/committees/SAC/meetings/new", data={"held_on": DAY.isoformat()})
    address = made.headers["Location"]
    secretary.post(f"{address}/agenda", data={"name_hans": "甲", "kind": "decide", "minutes_planned": "9"})
    code = address.rsplit("/", 1)[1]

    def facts() -> tuple[int, int, int, int]:
        """A voter, the item, the version and the first stay of the meeting."""
        with app.app_context():
            one = db.session.scalars(select(Meeting).where(Meeting.code == code)).one()
            stay = one.presence[0].id if one.presence else 0
            return voters(one)[0], one.items[0].id, one.version, stay

    person, item, _version, _stay = facts()
    arrival = {"person_id": str(person), "mode": "on_site"}
    refused = secretary.post(f"{address}/floor/arrivals", data=arrival | {"time": ""})
    assert refused.status_code == 422
    assert "请填写此项" in refused.get_data(as_text=True)
    came = secretary.post(f"{address}/floor/arrivals", data=arrival | {"time": "09:30"})
    assert came.status_code == 303
    assert came.headers["Location"].endswith("/floor#here"), "back to the seats, not to the top of the page"
    assert secretary.post(f"{address}/items/{item}/opening", data={"time": "09:31"}).status_code == 303
    again = secretary.post(f"{address}/floor/arrivals", data=arrival | {"time": "09:40"})
    assert again.status_code == 422
    assert "重叠" in again.get_data(as_text=True)
    page = secretary.get(f"{address}/floor").get_data(as_text=True)
    assert "须有 9 人中的 6 人" in page
    _person, _item, version, stay = facts()
    edit = {"mode": "online", "came": "09:20", "left": "", "version": str(version)}
    assert secretary.get(f"{address}/floor/stays/{stay}").status_code == 200
    assert secretary.post(f"{address}/floor/stays/{stay}", data=edit).status_code == 303
    stale = secretary.post(f"{address}/floor/stays/{stay}", data=edit | {"came": "09:10"})
    assert stale.status_code == 409
    departure = {"person_id": str(person), "time": "10:00"}
    assert secretary.post(f"{address}/floor/departures", data=departure).status_code == 303
    assert secretary.post(f"{address}/items/{item}/closing", data={"time": "10:10"}).status_code == 303
    left = secretary.get(f"{address}/floor").text
    assert ">已全部离场，<" in left and ">1 人来过<" in left, "what the items say was while they ran"
    told = client("member").get(address).get_data(as_text=True)
    assert "10:00" in told
    assert "未达到法定人数" in told
    assert secretary.post(f"{address}/floor/stays/{stay}/removal").status_code == 303
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == code)).one()
        modes = {f"mode-{key}": "on_site" for key in voters(one)[:6]} | {f"mode-{voters(one)[6]}": "absent"}
        modes["version"] = str(one.version)
    assert secretary.post(f"{address}/attendance", data=modes).status_code == 303
    afterwards = secretary.get(f"{address}/floor").get_data(as_text=True)
    assert "6 人在场并参加表决" in afterwards and ">6 人在场<" in afterwards, (
        "recorded without times: one count"
    )
    assert afterwards.count("到场，没有记录时间") == 6 and "缺席" in afterwards
    assert client("member").get(f"{address}/floor").status_code == 403


@pytest.mark.long
def test_nobody_who_is_not_of_the_committee_sees_the_room(client: Callable[..., Critic]) -> None:
    """The partner sees one item of the meeting, through the project."""
    page = client("partner").get("/meetings/SAC-2026-02").get_data(as_text=True)
    assert "KJS-014" in page
    assert "法定人数" not in page


def test_the_database_refuses_once_review_is_open(
    draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    stay = draft_minutes.meeting.presence[0]
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    with pytest.raises(RuleBroken, match="facts-in-review"):
        presence.leave(draft_minutes.meeting, actor=actor("secretary"), person_id=stay.person_id, at=at(11))
    for statement in (
        f"UPDATE presence SET left_at = NULL WHERE id = {stay.id}",
        f"DELETE FROM presence WHERE id = {stay.id}",
        "UPDATE agenda_item SET opened_at = NULL",
    ):
        with pytest.raises(sa.exc.DatabaseError, match="frozen"), db.session.begin_nested():
            db.session.execute(sa.text(statement))
