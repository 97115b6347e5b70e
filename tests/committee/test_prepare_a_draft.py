"""A meeting prepared as a draft: nobody is told, nobody else sees it, no number is taken; then all hear of it once."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import Committee, Meeting, NumberSeries
from kangjiansheng.committee.operations import interests, meetings, publishing
from kangjiansheng.committee.queries import overviews, visible_items, visible_meetings
from kangjiansheng.core import clock, transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.projects.models import Project
from tests.support.critic import Critic

DAY, MARK = date(2026, 12, 20), "ZQXJ草稿"


def sac() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


def told() -> tuple[int, int]:
    """How many notices and mails there are."""
    count = [
        db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (Notification, Outbox)
    ]
    return count[0], count[1]


def drafted(secretary: Actor, day: date = DAY) -> Meeting:
    project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
    one = meetings.create_meeting(sac(), actor=secretary, held_on=day, place=MARK, draft=True)
    meetings.add_item(one, actor=secretary, name_hans=MARK, kind="decide", project_id=project.id)
    return one


def numbers() -> dict[tuple[str, str], int]:
    rows = db.session.scalars(select(NumberSeries).where(NumberSeries.kind != "draft"))
    return {(row.kind, row.scope): row.last for row in rows}


def test_a_draft_takes_no_number_and_tells_nobody(actor: Callable[[str], Actor]) -> None:
    secretary, before, given = actor("secretary"), told(), numbers()
    one = drafted(secretary)
    meetings.edit_meeting(one, actor=secretary, version=one.version, held_on=date(2027, 1, 8), place="乙")
    interests.recuse(one.items[0], actor=secretary, person_id=actor("member").id)
    publishing.discard(drafted(secretary), actor=secretary)
    assert (told(), numbers()) == (before, given)
    assert one.code == "SAC-DRAFT-01" and one.minutes_no == ""


def test_publishing_numbers_it_and_tells_each_once(actor: Callable[[str], Actor]) -> None:
    secretary, given = actor("secretary"), numbers()
    one = drafted(secretary)
    interests.recuse(one.items[0], actor=secretary, person_id=actor("member").id)
    before = told()
    publishing.publish(one, actor=secretary)
    assert one.year_serial == given["meeting", "2026"] + 1 and one.running_no == given["running", ""] + 1
    assert one.code == f"SAC-2026-{one.year_serial:02d}" and one.name_hans == f"第{one.running_no}次会议"
    others = [person for key, person in publishing.people_of(one).items() if key != secretary.id]
    mails = len([person for person in others if person.email])
    after = (before[0] + len(others) + 1, before[1] + mails)  # the recused hears of the recusal, too
    assert mails and told() == after
    with pytest.raises(RuleBroken, match="published-already"):
        publishing.publish(one, actor=actor("chair"))
    assert told() == after


def test_what_lies_behind_is_published_without_mail(actor: Callable[[str], Actor]) -> None:
    one = drafted(actor("secretary"), date(2026, 11, 2))
    before = told()
    publishing.publish(one, actor=actor("secretary"))
    assert told() == before and one.life == "planned"


def test_a_draft_is_not_held(actor: Callable[[str], Actor]) -> None:
    one = drafted(actor("secretary"), date(2026, 11, 2))
    with pytest.raises(RuleBroken, match="not-published"):
        meetings.record_attendance(one, {}, actor=actor("secretary"))


@pytest.mark.long
@pytest.mark.parametrize("short", ["member", "executive", "auditor", "lead", "admin"])
def test_nobody_else_sees_it(actor: Callable[[str], Actor], short: str) -> None:
    for one in (drafted(actor("secretary")), drafted(actor("secretary"))):
        item, reader = one.items[0].id, actor(short)
        assert db.session.scalar(visible_meetings(reader).where(Meeting.id == one.id)) is None
        assert item not in set(db.session.scalars(visible_items(reader)))
        assert db.session.scalar(visible_meetings(actor("chair")).where(Meeting.id == one.id)) == one.id
    publishing.discard(one, actor=actor("secretary"))
    assert db.session.scalar(visible_meetings(reader).where(Meeting.id == one.id)) is None


def test_the_last_meeting_before_a_draft_is_the_one_before_its_day(actor: Callable[[str], Actor]) -> None:
    found = overviews.previous(drafted(actor("secretary")), actor=actor("secretary"))
    assert found is not None and found.code == "SAC-2026-05"
    known = {
        a.meeting.code for a in overviews.actions(actor=actor("chair"), before=drafted(actor("chair"))).all()
    }
    assert "SAC-2026-04" in known


@pytest.mark.long
def test_in_pages_it_is_nowhere_until_it_is_published(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    with app.app_context():
        before = told()
    fields = {"held_on": "2026-12-20", "starts": "09:00", "place": MARK, "draft": "y"}
    address = secretary.post("/committees/SAC/meetings/new", data=fields).headers["Location"]
    item = {"name_hans": MARK, "kind": "decide", "minutes_planned": "20"}
    assert secretary.post(f"{address}/agenda", data=item).status_code == 303
    assert "没有人收到通知" in secretary.get(address).text
    places = ("/", "/meetings", "/committees/SAC", "/api/v1/meetings", f"/search?q={MARK}", "/milestones")
    assert MARK in secretary.get(f"/search?q={MARK}").text
    for short in ("member", "executive", "auditor"):
        reader = client(short)
        assert reader.get(address).status_code == 404
        assert reader.get(f"/api/v1{address}").status_code == 404
        for place in places:
            text = reader.get(place).text
            assert "DRAFT" not in text and (MARK not in text or place.startswith("/search")), place
        assert "<mark" not in reader.get(f"/search?q={MARK}").text
    with app.app_context():
        assert told() == before
    assert "位委员立即收到通知" in secretary.get(f"{address}/publication").text
    answer = secretary.post(f"{address}/publication")
    assert answer.status_code == 303 and "DRAFT" not in answer.headers["Location"]
    page = client("member").get(answer.headers["Location"]).text
    assert MARK in page
    assert secretary.get(address).status_code == 200  # what was noted down as a draft still leads there
    again = secretary.post(f"{address}/publication", follow_redirects=True)
    assert "无需再次发布" in again.text
    history = f"{answer.headers['Location']}/history"
    assert "登记会议" in secretary.get(history).text
    assert "登记会议" not in client("member").get(history).text


@pytest.mark.long
def test_on_a_past_day_it_was_a_draft(client: Callable[..., Critic], app: Flask) -> None:
    """As if it was made last Friday and published today: on Saturday those who keep the committee alone knew."""
    with app.app_context(), transactions.writing():
        secretary = actor_by_email("secretary@kjs.example")
        assert secretary is not None
        friday = clock.start_of(date(2026, 11, 20))
        one = meetings.create_meeting(
            sac(), actor=secretary, held_on=DAY, place=MARK, draft=True, effective_at=friday
        )
        publishing.publish(one, actor=secretary)
        code = one.code
    for day, seen in (("2026-11-21", False), ("2026-11-23", True)):
        member, keeper = client("member"), client("secretary")
        assert (code in member.get(f"/meetings?as_of={day}").text) is seen
        assert member.get(f"/meetings/{code}?as_of={day}").status_code == (200 if seen else 404)
        assert keeper.get(f"/meetings/{code}?as_of={day}").status_code == 200
        assert code in keeper.get(f"/meetings?as_of={day}").text
