"""My milestones and meetings in a calendar program, by a secret address that can be made anew and switched off."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import operations as accounts
from kangjiansheng.accounts import queries as people
from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import CalendarFeed
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import meetings
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.operations import milestones
from tests.support.critic import Critic


def subscribe(visitor: Critic) -> str:
    page = visitor.post("/account/calendar").text
    found = re.search(r"http://localhost(/calendar/[\w-]{43}\.ics)", page)
    assert found, page
    return found[1]


def test_only_the_second_address_speaks_of_an_old_one(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    assert "旧地址已经失效" not in lead.post("/account/calendar").text
    assert "旧地址已经失效" in lead.post("/account/calendar").text
    lead.post("/account/calendar/end")
    assert "旧地址已经失效" not in lead.post("/account/calendar").text


def read(visitor: Critic, path: str) -> dict[str, Any]:
    answer = visitor.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    return {str(event["UID"]): event for event in events}


@pytest.mark.long
def test_it_holds_my_milestones_and_meetings_without_signing_in(
    client: Callable[..., Critic], actor: Callable
) -> None:
    events = read(client(None), subscribe(client("lead")))
    mine = [one for one in queries.mine(actor=actor("lead")) if one.asked or one.milestone.is_open]
    for one in mine:
        if one.project.claimed not in ("ON_HOLD", "TERMINATED", "COMPLETED", "OUT_LICENSED"):
            event = events[f"milestone-{one.milestone.id}@localhost"]
            assert event.decoded("DTSTART") == one.milestone.promised
            assert one.milestone.name_hans in str(event["SUMMARY"])
            assert "（示例数据）" in str(event["SUMMARY"])
            assert event["CATEGORIES"].to_ical().decode() == "示例数据"
    assert mine
    chair = read(client(None), subscribe(client("chair")))
    assert any(uid.startswith("meeting-") for uid in chair)


def test_a_meeting_stands_there_with_its_hours_and_place(app: Flask, client: Callable[..., Critic]) -> None:
    path = subscribe(client("member"))
    with app.app_context(), writing():
        row = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        secretary = people.actor_by_email("secretary@kjs.example")
        assert secretary and row.starts_at
        uid, starts = f"meeting-{row.id}@localhost", row.starts_at
        meetings.edit_meeting(row, actor=secretary, version=row.version, ends_at=starts + timedelta(hours=2))
    event = read(client(None), path)[uid]
    assert event.decoded("DTSTART") == starts and event.decoded("DTEND") == starts + timedelta(hours=2)
    assert "会议室" in str(event["LOCATION"]) and str(event["TRANSP"]) == "OPAQUE"
    before = int(event["SEQUENCE"])
    with app.app_context(), writing():
        row = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        meetings.edit_meeting(row, actor=secretary, version=row.version, starts_at=None, ends_at=None)
    event = read(client(None), path)[uid]
    assert event.decoded("DTSTART") == row_day(app) and int(event["SEQUENCE"]) > before


def row_day(app: Flask) -> Any:
    with app.app_context():
        return db.session.scalar(select(Meeting.held_on).where(Meeting.code == "SAC-2026-06"))


@pytest.mark.long
def test_a_moved_milestone_is_the_same_event_in_a_newer_state(
    client: Callable[..., Critic], actor: Callable
) -> None:
    path, reader, lead = subscribe(client("lead")), client(None), actor("lead")
    one = next(m for m in queries.mine(actor=lead) if m.asked)
    uid = f"milestone-{one.milestone.id}@localhost"
    before = read(reader, path)[uid]
    etag = reader.get(path).headers["ETag"]
    assert reader.get(path, headers={"If-None-Match": etag}).status_code == 304
    to = clock.today() + timedelta(days=300)
    with writing():
        milestone = db.session.get_one(Milestone, one.milestone.id)
        milestones.will_slip(milestone, to, "ENROLMENT", actor=lead, version=None, follow="keep")
    after = read(reader, path)[uid]
    assert after.decoded("DTSTART") == to
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after.decoded("LAST-MODIFIED") > before.decoded("LAST-MODIFIED")
    assert reader.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.long
def test_what_is_cancelled_says_so_for_a_while(
    client: Callable[..., Critic], actor: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lead = subscribe(client("lead")), actor("lead")
    one = next(m for m in queries.mine(actor=lead) if m.asked)
    with writing():
        milestones.cancel(db.session.get_one(Milestone, one.milestone.id), actor=lead, version=None)
    uid = f"milestone-{one.milestone.id}@localhost"
    assert str(read(client(None), path)[uid]["STATUS"]) == "CANCELLED"
    later = clock.now() + timedelta(days=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert uid not in read(client(None), path)


@pytest.mark.long
def test_a_cancelled_meeting_says_so(app: Flask, client: Callable[..., Critic]) -> None:
    path = subscribe(client("chair"))
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        uid = f"meeting-{meeting.id}@localhost"
    before = read(client(None), path)[uid]
    secretary = client("secretary")
    with app.app_context(), writing():
        actor = people.actor_by_email("secretary@kjs.example")
        assert actor is not None
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
        meetings.cancel_meeting(meeting, actor=actor)
    assert secretary.get("/meetings/SAC-2026-06").status_code == 200
    after = read(client(None), path)[uid]
    assert (str(before["STATUS"]), str(after["STATUS"])) == ("CONFIRMED", "CANCELLED")


def test_what_one_may_not_see_is_not_in_it(app: Flask, client: Callable[..., Critic]) -> None:
    """The rights of the moment of reading count, not those of subscribing."""
    path = subscribe(client("outsider"))
    with app.app_context(), writing():
        account = people.account_by_email("outsider@kjs.example")
        assert account is not None
        milestone = db.session.scalars(
            select(Milestone).where(Milestone.state == "open", Milestone.kind == "milestone")
        ).first()
        assert milestone is not None and milestone.plan.project is not None
        milestone.owner_id = account.person_id
        milestone.plan.project.confidentiality = "open"
        milestone.plan.project.status = "ON_TRACK"
        uid = f"milestone-{milestone.id}@localhost"
        project = milestone.plan.project
    assert uid in read(client(None), path)
    with app.app_context(), writing():
        milestone = db.session.get_one(Milestone, int(uid.split("@")[0].removeprefix("milestone-")))
        project = milestone.plan.project
        assert project is not None
        project.confidentiality = "parties"
    assert uid not in read(client(None), path)


@pytest.mark.long
def test_a_new_address_ends_the_old_one_and_off_is_off(app: Flask, client: Callable[..., Critic]) -> None:
    lead, reader = client("lead"), client(None)
    first = subscribe(lead)
    second = subscribe(lead)
    assert reader.get(first).status_code == 404 and reader.get(second).status_code == 200
    with app.app_context():
        row = db.session.scalars(select(CalendarFeed)).one()
        assert row.secret_sha256 not in second
    assert "已开通" in lead.get("/account").text and second not in lead.get("/account").text
    assert lead.post("/account/calendar/end").status_code == 303
    assert reader.get(second).status_code == 404
    assert lead.post("/account/calendar/end").status_code == 303  # it is off already


def test_a_stopped_account_has_no_calendar(app: Flask, client: Callable[..., Critic]) -> None:
    path = subscribe(client("lead"))
    with app.app_context(), writing():
        account = people.account_by_email("lead@kjs.example")
        assert account is not None
        accounts.disable(account, actor=people.system_actor())
    assert client(None).get(path).status_code == 404


def test_guesses_are_slowed(client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "FAILURES_PER_ADDRESS", 3)
    answers = [client(None).get(f"/calendar/guess-{n}.ics").status_code for n in range(4)]
    assert answers == [404, 404, 404, 429]


@pytest.mark.long
@pytest.mark.parametrize(("locale", "label"), [("zh-Hant", "（示例數據）"), ("en", "(illustrative data)")])
def test_it_speaks_its_owners_language(
    app: Flask, client: Callable[..., Critic], locale: str, label: str
) -> None:
    lead = client("lead")
    path = subscribe(lead)
    lead.post("/account/language", data={"locale": locale})
    assert all(label in str(event["SUMMARY"]) for event in read(client(None), path).values())
