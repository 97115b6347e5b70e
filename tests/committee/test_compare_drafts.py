"""Whoever signs can trust that all that changed since she read is shown to her, counted once, and nothing else."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Action, Attendance, Decision, Minutes, Paragraph
from kangjiansheng.committee.notices.signing import WORDS
from kangjiansheng.committee.operations import interests, meetings, outcomes, recall, reviews, signatures
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import writing as writing_now
from tests.support.acting import eighth, sent_back, who
from tests.support.app import PASSWORD
from tests.support.critic import Critic

PAGE = "/meetings/SAC-2026-05/minutes"
VOTES = {"votes_for": 5, "votes_against": 1, "abstentions": 0, "recused": 0}


def first(minutes: Minutes, *, recused: str = "") -> tuple[Decision, str]:
    """A draft with a decision and an action on the second item, which the member signs and which is sent back."""
    secretary, item = who("secretary"), minutes.meeting.items[1]
    if recused:
        interests.recuse(item, actor=secretary, person_id=who(recused).id)
    made = outcomes.record_decision(
        minutes, actor=secretary, kind="D", text="第三批须重做。", item=item, votes=VOTES
    )
    given = outcomes.record_action(
        minutes, actor=secretary, text="旧的行动项", owner_role="秘书", due_on=date(2026, 12, 1), item=item
    )
    draft = reviews.open_review(minutes, actor=secretary)
    signatures.sign(
        draft, actor=who("member"), meaning="approve", shown_sha256=draft.sha256, password=PASSWORD
    )
    sent_back()
    return made, given.number


def second(minutes: Minutes, made: Decision, number: str) -> None:
    """Not a word of the text is another, and all else is."""
    secretary, meeting = who("secretary"), minutes.meeting
    paragraph = next(p for p in writing.standing_paragraphs(minutes) if p.id == made.paragraph_id)
    votes = VOTES | {"votes_for": 6, "votes_against": 0}
    outcomes.edit_decision(made, paragraph, actor=secretary, seen=None, text=made.text, votes=votes)
    meetings.edit_meeting(meeting, actor=secretary, version=None, place="另一间会议室")
    dropped = db.session.scalars(select(Action).where(Action.number == number)).one()
    outcomes.remove_action(dropped, minutes, actor=secretary)
    outcomes.record_action(
        minutes, actor=secretary, text="新的行动项", owner_role="秘书", due_on=date(2027, 3, 1),
        item=meeting.items[1],
    )  # fmt: skip
    absent = db.session.scalars(
        select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.mode == "absent")
    ).first()
    assert absent is not None
    modes = {row.person_id: row.mode for row in meeting.attendance if row.mode} | {absent.person_id: "online"}
    meetings.record_attendance(meeting, modes, actor=secretary)
    reviews.open_review(minutes, actor=secretary)


def between(app: Flask, *, recused: str = "") -> None:
    with app.app_context(), writing_now():
        minutes = eighth()
        made, number = first(minutes, recused=recused)
        second(minutes, made, number)


def counted(page: str) -> tuple[int, int]:
    """What the comparison and the banner say."""
    chip = re.search(r'与第 1 稿比较 <span class="num">(\d+) 处', page)
    banner = re.search(r"以来有 (\d+) 处修改", page)
    return (int(chip[1]) if chip else -1, int(banner[1]) if banner else -1)


def mailed(app: Flask, language: str = "zh-Hans") -> str:
    with app.app_context():
        mail = db.session.scalars(select(Outbox).where(Outbox.template == "committee:consent-void")).one()
        with app.test_request_context(headers={"Accept-Language": language}):
            return " ".join(WORDS["committee:consent-void"](mail.facts))


def test_votes_place_attendance_and_actions_are_compared(app: Flask, client: Callable[..., Critic]) -> None:
    between(app)
    member = client("member")
    page = member.get(PAGE).text
    # The place, who came, how many, on two items too, the votes, the action that went and the one that came.
    assert counted(page) == (8, 8)
    for address in (f"{PAGE}?compare=1", f"{PAGE}?since=1"):
        shown = member.get(address).text
        assert "<ins>另一间会议室</ins>" in shown
        assert (
            "<del>同意 5，反对 1，弃权 0，回避 0" in shown and "<ins>同意 6，反对 0，弃权 0，回避 0" in shown
        )
        assert "<del>旧的行动项，秘书，期限 2026-12-01</del>" in shown
        assert "<ins>新的行动项，秘书，期限 2027-03-01</ins>" in shown
        assert "<del>缺席</del> <ins>线上出席</ins>" in shown
        assert re.search(
            r"<del>应到 \d+ 人，实到 (\d+) 人，.*</del> <ins>应到 \d+ 人，实到 (?!\1)\d+ 人", shown
        )
        assert shown.count("<ins>") == 7 and shown.count("<del>") == 7
    told = mailed(app)
    assert "有 8 处不同" in told and "会议地点" in told and "票数" in told and "没有变化" not in told
    assert member.post(f"{PAGE}/drafts/2/reading").status_code == 303
    assert counted(member.get(PAGE).text) == (8, -1)


@pytest.mark.long
def test_who_is_recused_is_neither_shown_nor_counted_what_changed_there(
    app: Flask, client: Callable[..., Critic]
) -> None:
    between(app, recused="member")
    member = client("member")
    # The place, who came, how many, and of another item; votes, actions and quorum of this one are not for her.
    assert counted(member.get(PAGE).text) == (4, 4)
    shown = member.get(f"{PAGE}?compare=1").text
    assert "另一间会议室" in shown
    assert "同意 6" not in shown and "行动项，秘书" not in shown
    told = mailed(app)
    assert "有 4 处不同" in told and "票数" not in told and "行动项" not in told
    assert counted(client("chair").get(PAGE).text) == (8, -1)


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_the_other_languages_have_the_words(app: Flask, client: Callable[..., Critic], language: str) -> None:
    between(app)
    shown = client("member", language).get(f"{PAGE}?compare=1").text
    assert ("due 2027-03-01" in shown) == (language == "en")
    assert ("票數" in shown) == (language == "zh-Hant")


@pytest.mark.long
def test_a_paragraph_that_was_moved_is_one_place(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context(), writing_now():
        minutes, secretary = eighth(), who("secretary")
        item = minutes.meeting.items[1]
        heading = next(p for p in writing.standing_paragraphs(minutes) if p.agenda_item_id == item.id)
        one = writing.add_paragraph(
            minutes, actor=secretary, kind="text", text="先说的。", after=heading, item=item
        )
        two = writing.add_paragraph(
            minutes, actor=secretary, kind="text", text="后说的。", after=one, item=item
        )
        reviews.open_review(minutes, actor=secretary)
        sent_back()
        writing.move_paragraph(two, -1, actor=secretary)
        reviews.open_review(minutes, actor=secretary)
    page = client("chair").get(PAGE).text
    assert counted(page) == (1, -1)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.long
def test_the_histories_say_who_changed_votes_attendance_and_actions(
    app: Flask, client: Callable[..., Critic]
) -> None:
    between(app, recused="member")
    with app.app_context():
        made = db.session.scalars(select(Decision).where(Decision.text == "第三批须重做。")).one()
        paragraph = db.session.get_one(Paragraph, made.paragraph_id).public_id
    history = "/meetings/SAC-2026-05/history"
    votes = "修改决议 D-2026-08-01 同意 从 5 到 6 反对 从 1 到 0"
    action = "移除行动项 A-2026-08-02 状态 从 待办 到 已移除"
    begun = "记录行动项 A-2026-08-03 内容 从 — 到 新的行动项"
    came = "出席 从 神经病学 缺席 到 神经病学 线上出席"
    for who_reads, address, told in (
        ("chair", history, [votes, action, begun, came]),
        ("member", history, [came]),
        ("chair", f"{PAGE}/history", [votes, action, begun]),
        ("member", f"{PAGE}/history", []),
        ("secretary", f"{PAGE}/paragraphs/{paragraph}/history", [votes]),
    ):
        page = text_of(client(who_reads).get(address).text)
        assert [one for one in (votes, action, begun, came) if one in page] == told, page
    assert "第三批须重做" not in client("member").get(history).text


@pytest.mark.long
def test_what_is_being_written_is_in_no_history_for_who_does_not_write(
    app: Flask, client: Callable[..., Critic]
) -> None:
    with app.app_context(), writing_now():
        first(eighth())
    for who_reads, shown in (("chair", True), ("member", False)):
        for address in ("/meetings/SAC-2026-05/history", f"{PAGE}/history"):
            assert ("旧的行动项" in client(who_reads).get(address).text) == shown


@pytest.mark.long
def test_a_draft_that_was_taken_back_says_by_whom_and_why(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context(), writing_now():
        minutes, secretary = eighth(), who("secretary")
        interests.recuse(minutes.meeting.items[1], actor=secretary, person_id=who("member2").id)
        draft = reviews.open_review(minutes, actor=secretary)
        signatures.sign(
            draft, actor=who("member"), meaning="approve", shown_sha256=draft.sha256, password=PASSWORD
        )
        recall.recall(minutes, actor=secretary, note="补充附件后再审")
        reviews.open_review(minutes, actor=secretary)
        recall.recall(minutes, actor=secretary, note="")
    history = text_of(client("member").get(f"{PAGE}/history").text)
    assert re.search(r"已收回 2026-11-23 12:\d\d 由科学委员会秘书收回： 补充附件后再审", history)
    assert "没有人签署" in history and "还没有签署" not in history
    assert "补充附件" not in client("member2").get(f"{PAGE}/history").text, "it may speak of what is withheld"
    assert "收回文稿" in text_of(client("member").get("/meetings/SAC-2026-05/history").text)
    page = text_of(client("member").get(PAGE).text)
    assert "人已批准" not in page and "已退回" in page


@pytest.mark.long
def test_who_approved_a_draft_that_came_back_stands_there_as_void(
    app: Flask, client: Callable[..., Critic]
) -> None:
    with app.app_context(), writing_now():
        first(eighth())
    page = text_of(client("member").get(PAGE).text)
    assert "人已批准" not in page
    assert "血液学（您） 已失效" in page and "此稿已退回，以上批准已失效" in page
