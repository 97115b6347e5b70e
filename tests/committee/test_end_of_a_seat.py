"""A term of office ends: what waits for a signature of somebody who has left, and whose seat counts on which day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import CommitteeMember, InvitationLink, Meeting, Minutes
from kangjiansheng.committee.operations import (
    amendments,
    committees,
    handing,
    interests,
    meetings,
    presence,
    recall,
    reviews,
    signatures,
)
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations.minutes import attendance_text
from kangjiansheng.committee.queries import duties, floor
from kangjiansheng.committee.queries.taken import seat_names
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification, Outbox, words_of
from kangjiansheng.core.transactions import commit
from tests.support.acting import eighth, who
from tests.support.app import PASSWORD
from tests.support.critic import Critic

Acting = Callable[[str], Actor]
ADDRESS = "/meetings/SAC-2026-05"


def seat_of(meeting: Meeting, person_id: int) -> CommitteeMember:
    return next(m for m in meeting.committee.members if m.person_id == person_id)


def end(meeting: Meeting, person: Actor, actor: Acting, days_ago: int = 1) -> CommitteeMember:
    seat = seat_of(meeting, person.id)
    committees.end_member(seat, actor=actor("admin"), valid_to=clock.today() - timedelta(days=days_ago))
    return seat


@pytest.fixture
def held_today(draft_minutes: Minutes, actor: Acting) -> Meeting:
    """A meeting of today; who keeps its minutes sat with a vote until yesterday."""
    committee, secretary = draft_minutes.meeting.committee, actor("secretary")
    seat = seat_of(draft_minutes.meeting, secretary.id)
    seat.office, seat.voting = "member", True
    end(draft_minutes.meeting, secretary, actor)
    committees.add_member(
        committee, actor=actor("admin"), person_id=secretary.id, office="secretary", name_hans="秘书"
    )
    return meetings.create_meeting(committee, actor=secretary, held_on=clock.today())


@pytest.fixture
def review(app: Flask) -> int:
    """The number of the eighth minutes' draft under review; the chair, who must sign, and a member have left since."""
    with app.app_context():
        found = reviews.open_review(eighth(), actor=who("secretary"))
        for short in ("chair", "member2"):
            end(eighth().meeting, who(short), who)
        number = found.number
        commit()
    return number


def sign_in_pages(reader: Critic, number: int, app: Flask) -> Any:
    with app.app_context():
        sha256 = next(d.sha256 for d in eighth().drafts if d.number == number)
    given = {"meaning": "approve", "sha256": sha256, "password": PASSWORD}
    return reader.post(f"{ADDRESS}/minutes/drafts/{number}/signature", data=given)


def test_who_has_left_reads_and_signs_what_she_was_asked_to_sign(
    review: int, app: Flask, client: Callable[..., Critic]
) -> None:
    assert sign_in_pages(client("member"), review, app).status_code == 303
    for short in ("member2", "chair"):
        reader = client(short)
        assert f"{ADDRESS}/minutes" in reader.get("/").text, "home asks for it"
        assert "签署" in reader.get(f"{ADDRESS}/minutes").text
        assert "读纪要" in reader.get(ADDRESS).text
        assert reader.get(f"{ADDRESS}/edit").status_code == 403
        assert sign_in_pages(reader, review, app).status_code == 303
    with app.app_context():
        assert eighth().life == "approved"
    chair = client("chair")
    assert chair.get(f"{ADDRESS}/minutes").status_code == 404, "once they stand they are the committee's"
    assert chair.get("/meetings/SAC-2026-03").status_code == 404, "of other meetings nothing"


def test_nothing_is_open_when_nothing_waits(review: int, app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context():
        recall.recall(eighth(), actor=who("secretary"), note="")
        commit()
        waits = [draft.minutes.meeting.code for draft in duties(actor=who("chair")).drafts]
        assert waits == ["SAC-2026-04"]
    chair = client("chair")
    assert chair.get(ADDRESS).status_code == chair.get(f"{ADDRESS}/minutes").status_code == 404
    assert chair.get("/search?q=SAC-2026-05").text.count(f'href="{ADDRESS}') == 0


def test_what_is_withheld_from_her_stays_so(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context():
        minutes, secretary = eighth(), who("secretary")
        item = minutes.meeting.items[1]
        interests.recuse(item, actor=secretary, person_id=who("member2").id)
        title = item.name_hans
        reviews.open_review(minutes, actor=secretary)
        end(minutes.meeting, who("member2"), who)
        commit()
    reader = client("member2")
    for path in (ADDRESS, f"{ADDRESS}/minutes"):
        page = reader.get(path)
        assert page.status_code == 200 and title not in page.text, path


def test_the_day_after_the_seat_is_neither_counted_nor_invited(draft_minutes: Minutes, actor: Acting) -> None:
    sac, member = draft_minutes.meeting.committee, actor("member2")
    end(draft_minutes.meeting, member, actor, days_ago=0)
    today, tomorrow = (
        meetings.create_meeting(sac, actor=actor("secretary"), held_on=clock.today() + timedelta(days=n))
        for n in (0, 1)
    )
    assert member.id in floor.voters_of(today) and member.id not in floor.voters_of(tomorrow)
    assert len(floor.voters_of(today)) == len(floor.voters_of(tomorrow)) + 1
    assert member.id in floor.voters_of(draft_minutes.meeting)


def test_who_was_elected_again_is_told_by_the_seat_of_the_day(
    draft_minutes: Minutes, actor: Acting, sign: Callable[..., Any]
) -> None:
    """The member of the eighth meeting is the chair now, and the secretary of last year has a vote: each day keeps the seats it had."""
    meeting, chair, member = draft_minutes.meeting, actor("chair"), actor("member")
    names = seat_names(meeting)
    as_member = signatures.seal_of(draft_minutes, db.session.get_one(Person, member.id))
    committee = meeting.committee
    for person in (chair, member):
        end(meeting, person, actor)
    for person, office in ((member, "chair"), (chair, "secretary")):
        committees.add_member(
            committee, actor=actor("admin"), person_id=person.id, office=office, name_hans="新席位"
        )
    commit()
    db.session.expire_all()
    assert seat_names(meeting) == names
    assert signatures.seal_of(draft_minutes, db.session.get_one(Person, member.id)) == as_member
    today = meetings.create_meeting(committee, actor=actor("secretary"), held_on=clock.today())
    assert seat_names(today)[member.id] == "主任委员（新席位）"
    for person, votes in ((member, True), (chair, False)):
        presence.arrive(today, actor=actor("secretary"), person_id=person.id, mode="on_site", at=clock.now())
        row = next(a for a in today.attendance if a.person_id == person.id)
        assert row.voting is votes, "by the seat of today, not by the one that has ended"


def test_who_had_no_vote_on_the_day_is_no_voter_online(held_today: Meeting, actor: Acting) -> None:
    """The secretary of today sat with a vote until yesterday: the sentence counts the votes of the day."""
    secretary = actor("secretary")
    for person in (actor("chair"), secretary):
        presence.arrive(held_today, actor=secretary, person_id=person.id, mode="online", at=clock.now())
    assert "其中 1 人线上参会" in attendance_text(held_today)


def test_the_deputy_of_the_day_signs_for_a_recused_chair(
    draft_minutes: Minutes, actor: Acting, sign: Callable[..., Any]
) -> None:
    """Who became deputy since is no deputy of that meeting."""
    meeting, member = draft_minutes.meeting, actor("member")
    interests.recuse(meeting.items[1], actor=actor("secretary"), person_id=actor("chair").id, kind="facts")
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    end(meeting, member, actor)
    committees.add_member(
        meeting.committee, actor=actor("admin"), person_id=member.id, office="deputy", name_hans="新席位"
    )
    commit()
    db.session.expire_all()
    paragraph = next(
        p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id == meeting.items[1].id
    )
    with pytest.raises(RuleBroken, match="chair-recused"):
        amendments.propose(paragraph, actor=actor("secretary"), text="更正", reason="笔误")


def test_nobody_is_offered_an_action_twice(app: Flask, client: Callable[..., Critic]) -> None:
    """Who was elected again holds two seats in the records, and is one person."""
    with app.app_context():
        meeting, member = eighth().meeting, who("member")
        end(meeting, member, who)
        committees.add_member(
            meeting.committee, actor=who("admin"), person_id=member.id, office="deputy", name_hans="新席位"
        )
        commit()
    page = client("secretary").get(f"{ADDRESS}/minutes/edit").text
    owners = page.split('name="a-owner_id"', 1)[1].split("</select>", 1)[0]
    assert owners.count(f'value="{member.id}"') == 1


def test_an_office_given_on_its_first_day_is_told_as_well(draft_minutes: Minutes, actor: Acting) -> None:
    """The seat that nobody held for a day goes, and with it the invitations."""
    sac, secretary, heir = draft_minutes.meeting.committee, actor("secretary"), actor("lead")
    meetings.create_meeting(sac, actor=secretary, held_on=clock.today() + timedelta(days=5))
    seat_of(draft_minutes.meeting, secretary.id).valid_from = clock.today()
    handing.give_office(sac, secretary.id, heir.id, actor=actor("admin"))
    query = select(Notification.person_id).where(Notification.template == "committee:seat-left")
    assert set(db.session.scalars(query)) == {secretary.id}


def test_a_term_is_seen_before_it_begins_and_after_it_ends(app: Flask, client: Callable[..., Critic]) -> None:
    """An end that lies ahead, a successor who begins the day after, and an end by mistake: all stand on the page, and can be
    set right."""
    until = clock.today() + timedelta(days=10)
    with app.app_context():
        seat = seat_of(eighth().meeting, who("chair").id)
        number, person = seat.id, who("executive").email
    secretary, page = client("secretary"), "/committees/SAC/edit"
    address = f"/committees/SAC/members/{number}/end"
    assert secretary.post(address, data={"valid_to": until.isoformat()}).status_code == 303
    told = secretary.get(page).text
    assert told.count("任期至 12 月 3 日") == 2, "in the toast, and beside the seat"
    successor = {"email": person, "office": "chair", "name_hans": "移植", "valid_from": until.isoformat()}
    early = secretary.post("/committees/SAC/members", data=successor)
    assert early.status_code == 422 and "已有主任委员" in early.text, (
        "on the last day both would be in the chair"
    )
    successor["valid_from"] = (until + timedelta(days=1)).isoformat()
    assert secretary.post("/committees/SAC/members", data=successor).status_code == 303
    assert "自 12 月 4 日" in secretary.get(page).text
    longer = secretary.post(address, data={"valid_to": (until + timedelta(days=1)).isoformat()})
    assert longer.status_code == 422 and "已有主任委员" in longer.text
    over = (clock.today() - timedelta(days=1)).isoformat()
    assert secretary.post(address, data={"valid_to": over}).status_code == 303
    told = secretary.get(page).text
    assert "已结束的任期 1 个" in told and "任期已于" in told
    assert secretary.post(address, data={"valid_to": until.isoformat()}).status_code == 303, (
        "it was a mistake"
    )
    assert "已结束的任期" not in secretary.get(page).text
    assert "任期至" in client("member").get("/committees/SAC").text
    assert "任期至" not in client("outsider").get("/committees/SAC").text


def test_who_takes_a_seat_is_invited_and_who_leaves_one_is_told(
    draft_minutes: Minutes, actor: Acting
) -> None:
    """To the coming meetings that lie in the term, and only to these; so it is when a meeting moves."""
    sac, today, secretary = draft_minutes.meeting.committee, clock.today(), actor("secretary")

    def told(template: str, short: str) -> list[str]:
        query = select(Notification.facts).where(
            Notification.template == f"committee:{template}", Notification.person_id == actor(short).id
        )
        return [facts["code"] for facts in db.session.scalars(query.order_by(Notification.id))]

    near, far = (
        meetings.create_meeting(sac, actor=secretary, held_on=today + timedelta(days=days))
        for days in (5, 20)
    )
    before = told("meeting-planned", "member2")
    seat = seat_of(draft_minutes.meeting, actor("member2").id)
    committees.end_member(seat, actor=secretary, valid_to=today + timedelta(days=10))
    assert set(told("seat-left", "member2")) == {far.code, "SAC-2026-06"}
    mail = db.session.scalars(select(Outbox).where(Outbox.template == "committee:seat-left")).first()
    assert mail is not None and mail.to == "member2@kjs.example" and mail.address == "/committees/SAC"
    assert mail.facts["invitation"]["method"] == "CANCEL"
    assert "当天您不在任" in words_of(mail.template, mail.facts)[1]
    committees.end_member(seat, actor=secretary, valid_to=today + timedelta(days=30))
    assert set(told("meeting-planned", "member2")) - set(before) <= {far.code, "SAC-2026-06"}
    assert told("meeting-planned", "member2").count(far.code) == 2, "asked again: the term goes on"
    committees.add_member(
        sac,
        actor=secretary,
        person_id=actor("lead").id,
        office="member",
        name_hans="统计",
        valid_from=today + timedelta(days=11),
    )
    assert far.code in told("meeting-planned", "lead") and near.code not in told("meeting-planned", "lead")
    assert db.session.scalar(select(InvitationLink.id).where(InvitationLink.person_id == actor("lead").id))
    meetings.edit_meeting(far, actor=secretary, version=far.version, held_on=today + timedelta(days=8))
    assert told("seat-left", "lead") == [far.code] and far.code in told("meeting-changed", "member2")
