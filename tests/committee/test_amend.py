"""Corrections: signed like the minutes, beside the original, which stays."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.committee.models import Amendment, Meeting, Minutes
from kangjiansheng.committee.operations import amendments, interests, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from tests.support.critic import Critic


def text_of(minutes: Minutes) -> Any:
    return next(p for p in writing.standing_paragraphs(minutes) if p.kind == "text")


def test_only_what_stands_is_amended(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> None:
    with pytest.raises(RuleBroken, match="not-approved"):
        amendments.propose(text_of(draft_minutes), actor=actor("secretary"), text="新。", reason="误。")


@pytest.mark.long
def test_a_correction_counts_once_it_is_signed(
    approved: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]
) -> None:
    paragraph = text_of(approved)
    original, sha256 = paragraph.text, amendments.approved_draft(approved).sha256
    made = amendments.propose(paragraph, actor=actor("secretary"), text="应到 9 人。", reason="人数有误。")
    assert (made.number, amendments.valid_text(paragraph)) == (1, original)
    with pytest.raises(RuleBroken, match="amendment-waiting"):
        amendments.propose(paragraph, actor=actor("secretary"), text="又改。", reason="误。")
    for short in ("member", "member2", "chair"):
        sign(made.draft, short)
    assert (made.life, amendments.valid_text(paragraph)) == ("approved", "应到 9 人。")
    assert paragraph.text == original, "the original stays"
    assert approved.life == "approved"
    assert reviews.recomputed(amendments.approved_draft(approved)) == sha256
    with pytest.raises(RuleBroken, match="amendment-same"):
        amendments.propose(paragraph, actor=actor("secretary"), text="应到 9 人。", reason="误。")
    second = amendments.propose(paragraph, actor=actor("secretary"), text="应到 9 人，到齐。", reason="补。")
    assert (second.number, second.draft.header["old"]) == (2, "应到 9 人。")
    told = {n.template: n.address for n in db.session.scalars(select(Notification).order_by(Notification.id))}
    address = "/meetings/SAC-2026-05/minutes/amendments"
    assert told["committee:amendment-approved"] == f"{address}/1"
    assert told["committee:amendment-proposed"] == f"{address}/2"
    again = select(func.count(Notification.id)).where(Notification.template == "committee:approved")
    assert db.session.scalar(again.where(Notification.facts["code"].as_string() == "SAC-2026-05")) == len(
        {m.person_id for m in approved.meeting.committee.members} - {actor("chair").id}
    ), "that the minutes stand is told once"


@pytest.mark.long
def test_a_correction_that_counts_is_told_to_those_who_may_read_it(
    draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]
) -> None:
    item, signed = draft_minutes.meeting.items[1], ("member", "member2", "chair")
    known = {actor(short).id for short in (*signed, "secretary")}
    recused = max({m.person_id for m in draft_minutes.meeting.committee.members} - known)
    interests.recuse(item, actor=actor("secretary"), person_id=recused, kind="whole")
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    for short in signed:
        sign(draft, short)
    paragraph = next(p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id == item.id)
    made = amendments.propose(paragraph, actor=actor("secretary"), text="更正。", reason="笔误。")
    for short in signed:
        sign(made.draft, short)
    query = select(Notification.person_id).where(
        Notification.template == "committee:amendment-approved",
        Notification.address == "/meetings/SAC-2026-05/minutes/amendments/1",
    )
    told = set(db.session.scalars(query))
    assert actor("secretary").id in told and recused not in told


def test_a_refused_correction_is_withdrawn(
    approved: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]
) -> None:
    paragraph = text_of(approved)
    made = amendments.propose(paragraph, actor=actor("secretary"), text="应到 9 人。", reason="人数有误。")
    sign(made.draft, "member", meaning="request_changes", note="原文无误")
    assert (made.life, approved.life) == ("withdrawn", "approved")
    with pytest.raises(RuleBroken, match="draft-replaced"):
        sign(made.draft, "chair")


@pytest.mark.long
def test_in_pages(client: Callable[..., Critic], meeting: Callable[[str], Meeting]) -> None:
    minutes = meeting("SAC-2026-03").minutes
    public_id = text_of(minutes).public_id
    base = "/meetings/SAC-2026-03/minutes"
    address = f"{base}/paragraphs/{public_id}/amendment"
    secretary = client("secretary")
    assert "票数、出席或行动项有误的" in secretary.get(address).text, "what is not text is corrected in words"
    assert secretary.post(address, data={"text": "新的文字。", "reason": ""}).status_code == 422
    made = secretary.post(address, data={"text": "新的文字。", "reason": "笔误"})
    assert made.status_code == 303
    page = client("chair").get(made.headers["Location"]).get_data(as_text=True)
    assert "新的文字" in page
    assert "<del>" in page
    assert 'name="sha256"' in page
    assert client("member").get(address).status_code == 403
    assert client("lead").get(made.headers["Location"]).status_code == 403


def test_both_wordings_are_shown(client: Callable[..., Critic], app: Flask) -> None:
    page = client("executive").get("/meetings/SAC-2026-01/minutes").get_data(as_text=True)
    assert "两家实验室" in page
    assert "三家实验室" in page
    assert "已生效，有勘误" in page
    box = page[page.index('class="amend"') :]
    with app.app_context():
        one = db.session.scalars(
            select(Amendment).join(Minutes).join(Meeting).where(Meeting.code == "SAC-2026-01")
        ).one()
        assert one.draft is not None
        names = "、".join(s.printed_name for s in one.draft.signatures)
        assert names and f'<dd lang="zh-Hans">{one.reason}</dd>' in box and names in box
