"""What readers may rely on: the fingerprint recomputed, gaps that tell no count, words instead of keys."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Attendance, Minutes
from kangjiansheng.committee.operations import outcomes, reviews
from kangjiansheng.committee.queries import actions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from tests.support.critic import Critic

SIGNED = "/meetings/SAC-2026-03/minutes"


def test_the_fingerprint_is_computed_when_the_page_opens(
    in_app: Flask, client: Callable[..., Critic]
) -> None:
    member = client("member")
    assert "文字与指纹一致" in member.get(SIGNED).get_data(as_text=True)
    table = "paragraph_revision"
    names = {"sqlite": f"{table}_no_update", "postgresql": f"{table}_append_only ON {table}"}
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {names[db.engine.dialect.name]}")
        connection.exec_driver_sql(f"UPDATE {table} SET text = text || 'x'")
    assert "文字与指纹不一致" in member.get(SIGNED).get_data(as_text=True)


def test_an_agenda_does_not_tell_how_much_is_hidden(client: Callable[..., Critic]) -> None:
    """Of the coming meeting the partner sees one item: the fourth of five."""
    partner = client("partner")
    page = partner.get("/meetings/SAC-2026-06").get_data(as_text=True)
    assert page.count('class="ag-n num"') == 1
    assert '<span class="ag-n num">1</span>' in page
    told = partner.get("/api/v1/meetings/SAC-2026-06").get_json()
    assert [i["position"] for i in told["agenda"]] == [1]


def test_the_last_minutes_are_offered_only_to_their_readers(client: Callable[..., Critic]) -> None:
    assert "上次纪要" in client("secretary").get("/meetings/SAC-2026-06").get_data(as_text=True)
    assert "上次纪要" not in client("partner").get("/meetings/SAC-2026-06").get_data(as_text=True)


def test_everybody_s_attendance_is_recorded_before_it_is_signed(
    draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    row = db.session.scalars(
        select(Attendance).where(
            Attendance.meeting_id == draft_minutes.meeting_id, Attendance.mode == "absent"
        )
    ).first()
    assert row is not None
    row.mode = ""
    db.session.flush()
    with pytest.raises(RuleBroken, match="attendance-incomplete"):
        reviews.open_review(draft_minutes, actor=actor("secretary"))


def test_attendance_waits_and_says_what_it_ends(client: Callable[..., Critic], app: Flask) -> None:
    secretary = client("secretary")
    early = secretary.get("/meetings/SAC-2026-06/attendance").get_data(as_text=True)
    assert "会前由委员各自答复" in early
    assert 'type="radio"' not in early
    made = secretary.post("/committees/SAC/meetings/new", data={"held_on": "2026-11-02"})
    page = secretary.get(f"{made.headers['Location']}/attendance").get_data(as_text=True)
    assert "会议记为已召开" in page


def test_what_nobody_was_shown_is_asked_of_nobody(
    draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    secretary = actor("secretary")
    made = outcomes.record_action(draft_minutes, actor=secretary, text="未提交的事", owner_role="秘书")
    assert made.id not in {a.id for a in actions(actor=secretary).all()}
    reviews.open_review(draft_minutes, actor=secretary)
    assert made.id in {a.id for a in actions(actor=secretary).all()}


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_the_trail_speaks_in_words(client: Callable[..., Critic], language: str) -> None:
    auditor = client("auditor", language)
    page = auditor.get("/audit?act=committee:minutes:approve").get_data(as_text=True)
    assert "SAC-2026-03" in page
    covered = auditor.get("/audit/verify").get_data(as_text=True)
    for key in ("draft_version", "milestone_entry", "paragraph_revision", ">signature<"):
        assert key not in covered
    signed = auditor.get("/audit?act=committee:signature:give").get_data(as_text=True)
    assert "approve" not in signed.split("<tbody>")[1].split("</tbody>")[0]


def test_search_shows_words_without_marks(client: Callable[..., Critic]) -> None:
    page = client("executive").get("/search?q=咨询意见").get_data(as_text=True)
    assert "性质" in page
    assert "**" not in page


def test_a_new_paragraph_goes_before_the_actions(client: Callable[..., Critic]) -> None:
    page = client("secretary").get("/meetings/SAC-2026-05/minutes/edit").get_data(as_text=True)
    chosen = page.split('name="after"')[1].split("selected")[1].split("</option>")[0]
    assert "CMC" in chosen


def test_decisions_shown_for_comparison_name_their_meeting(client: Callable[..., Critic]) -> None:
    page = client("secretary").get("/meetings/SAC-2026-06").get_data(as_text=True)
    assert "第6次会议的决议，供对照" in page


def test_an_open_comment_on_signed_minutes_says_so(
    draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any], first_text: Any,
    client: Callable[..., Critic],
) -> None:  # fmt: skip
    from kangjiansheng.committee.operations import comments

    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    comments.comment(first_text, actor=actor("member"), text="没有解决的批注")
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    db.session.commit()
    assert "生效时未解决" in client("member").get("/meetings/SAC-2026-05/minutes").get_data(as_text=True)
