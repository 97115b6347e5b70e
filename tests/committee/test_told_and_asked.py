"""Who is told of meetings, and what home asks of secretary, chair and members."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import Committee, Meeting, Minutes
from kangjiansheng.committee.operations import amendments, meetings, outcomes, reviews, signatures
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import duties, floor, step
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox, words_of
from kangjiansheng.core.transactions import writing as transaction
from tests.support.critic import Critic
from tests.support.typed import words


def told(template: str) -> list[Notification]:
    return list(db.session.scalars(select(Notification).where(Notification.template == template)))


def test_members_are_invited_told_of_changes_and_of_the_end(actor: Callable[[str], Actor]) -> None:
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    day = clock.today() + timedelta(days=40)
    before = len(told("committee:meeting-planned"))
    one = meetings.create_meeting(sac, actor=actor("secretary"), held_on=day, place="三楼会议室")
    db.session.flush()
    invited = {n.person_id for n in told("committee:meeting-planned")[before:]}
    assert {actor("chair").id, actor("member").id, actor("member2").id} <= invited
    assert actor("secretary").id not in invited
    mail = db.session.scalars(select(Outbox).where(Outbox.address == f"/meetings/{one.code}")).all()
    assert "chair@kjs.example" in {m.to for m in mail}
    subject, text = words_of(mail[0].template, mail[0].facts)
    assert "会议邀请" in subject
    assert "三楼会议室" in text
    meetings.edit_meeting(one, actor=actor("secretary"), version=one.version, name_en="Renamed")
    assert not told("committee:meeting-changed")
    meetings.edit_meeting(one, actor=actor("secretary"), version=one.version, place="四楼会议室")
    assert actor("chair").id in {n.person_id for n in told("committee:meeting-changed")}
    meetings.cancel_meeting(one, actor=actor("secretary"))
    assert actor("member").id in {n.person_id for n in told("committee:meeting-cancelled")}


def test_who_is_asked_for_another_day_has_not_answered_yet(actor: Callable[[str], Actor]) -> None:
    """An answer is to the day and the hour that were asked; another room asks nobody again."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    day, secretary = clock.today() + timedelta(days=40), actor("secretary")
    one = meetings.create_meeting(sac, actor=secretary, held_on=day, starts_at=clock.start_of(day))

    def answers() -> set[str]:
        return {row.answer for row in one.attendance}

    def last() -> tuple[str, str]:
        return words_of("committee:meeting-changed", told("committee:meeting-changed")[-1].facts)

    for change in (
        {"held_on": day + timedelta(days=1)},
        {"starts_at": clock.start_of(day) + timedelta(hours=1)},
    ):
        meetings.answer(one, "yes", actor=actor("member"))
        meetings.edit_meeting(one, actor=secretary, version=one.version, place=f"{one.version} 号楼")
        assert answers() == {"yes"} and "重新答复" not in last()[1]
        meetings.edit_meeting(one, actor=secretary, version=one.version, **change)
        assert answers() == {"none"} and "此前的答复不再算数，请重新答复是否出席。" in last()[1]
        assert floor.room_of(one).untimed == frozenset(), (
            "nobody is counted for a day of which they were not asked"
        )
    meetings.edit_meeting(one, actor=secretary, version=one.version, held_on=day + timedelta(days=2))
    assert "重新答复" not in last()[1], "nobody had answered"


def test_nobody_is_invited_to_the_past(actor: Callable[[str], Actor]) -> None:
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    before = len(told("committee:meeting-planned"))
    meetings.create_meeting(sac, actor=actor("secretary"), held_on=date(2026, 3, 3))
    assert len(told("committee:meeting-planned")) == before


@pytest.mark.long
def test_the_secretary_s_texts_the_chair_s_corrections_and_one_s_own_actions(
    approved: Minutes,
    actor: Callable[[str], Actor],
    meeting: Callable[[str], Meeting],
    sign: Callable[..., Any],
) -> None:
    secretary, chair, member = actor("secretary"), actor("chair"), actor("member")
    assert not duties(actor=secretary).writing, "everything is submitted"
    in_review = meeting("SAC-2026-04").minutes
    assert in_review is not None
    draft = next(d for d in in_review.drafts if d.number == in_review.current_draft)
    sign(draft, "member", meaning="request_changes", note="请改")
    assert [(m.code, step(m)) for m in duties(actor=secretary).writing] == [("SAC-2026-04", "returned")]
    assert not duties(actor=chair).writing
    paragraph = next(p for p in writing.standing_paragraphs(approved) if p.kind == "text")
    made = amendments.propose(paragraph, actor=secretary, text="更正", reason="笔误")
    assert [d.id for d in duties(actor=chair).amendments] == [made.draft_version_id]
    assert made.draft is not None
    signatures.sign(
        made.draft, actor=chair, meaning="approve", shown_sha256=made.draft.sha256, password="kangjiansheng"
    )
    assert not duties(actor=chair).amendments
    outcomes.record_action(in_review, actor=secretary, text="查文献", owner_id=member.id)
    reviews.open_review(in_review, actor=secretary)
    assert [a.text for a in duties(actor=member).actions] == ["查文献"]


def test_a_meeting_whose_day_has_come_waits_for_its_attendance(actor: Callable[[str], Actor]) -> None:
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    made = meetings.create_meeting(sac, actor=actor("secretary"), held_on=date(2026, 11, 2))
    found = {m.code: step(m) for m in duties(actor=actor("secretary")).writing}
    assert found[made.code] == "attend"
    assert found["SAC-2026-05"] == "drafting"
    meetings.record_attendance(made, {actor("chair").id: "on_site"}, actor=actor("secretary"))
    assert {m.code: step(m) for m in duties(actor=actor("secretary")).writing}[made.code] == "start"


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_home_shows_what_waits(client: Callable[..., Critic], app: Flask, language: str) -> None:
    with app.app_context(), transaction():
        who = actor_by_email("secretary@kjs.example")
        member = actor_by_email("member@kjs.example")
        assert who and member
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        assert minutes is not None
        outcomes.record_action(minutes, actor=who, text="查文献", owner_id=member.id)
        reviews.open_review(minutes, actor=who)
        meetings.create_meeting(minutes.meeting.committee, actor=who, held_on=date(2026, 11, 2))
    page = client("secretary", language).get("/").get_data(as_text=True)
    assert "/meetings/SAC-2026-06/edit" not in page
    assert "/attendance" in page
    assert "查文献" in client("member", language).get("/").get_data(as_text=True)
    assert "A-2026-08" in client("member", language).get("/notifications").get_data(as_text=True)


def test_home_says_at_which_hours_the_next_meeting_is(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context(), transaction():
        who = actor_by_email("secretary@kjs.example")
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        assert who
        starts = datetime.combine(clock.today(), time(15, 0), UTC)
        meetings.create_meeting(
            sac, actor=who, held_on=clock.today(), starts_at=starts, ends_at=starts + timedelta(minutes=55)
        )
    assert "11 月 23 日（週一）23:00 至 23:55，第10次會議" in words(client("member", "zh-Hant").get("/"))
    assert "Mon 23 Nov 23:00 to 23:55, " in words(client("member", "en").get("/"))


def test_a_meeting_that_shows_illustrative_rows_says_so(client: Callable[..., Critic], app: Flask) -> None:
    """Its own row is real; last meeting's decisions, open actions and what is proposed for it are not."""
    with app.app_context(), transaction():
        who = actor_by_email("secretary@kjs.example")
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        assert who
        made = meetings.create_meeting(sac, actor=who, held_on=clock.today() + timedelta(days=50))
        code = made.code
        assert not made.illustrative
    for path in (f"/meetings/{code}", f"/meetings/{code}/agenda"):
        assert "此页含示例数据" in client("secretary").get(path).text, path
        assert "此页含示例数据" not in client("secretary").get(f"/meetings/{code}/edit").text
