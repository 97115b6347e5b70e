"""Writing: paragraphs with ids that never change, revised and never overwritten."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from kangjiansheng.committee.models import Decision, Meeting, Minutes, ParagraphRevision
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import outcomes
from kangjiansheng.committee.queries import visible_decisions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from tests.support.critic import Critic


def test_a_new_wording_leaves_the_old_one(first_text: Any, actor: Callable[[str], Actor]) -> None:
    old, public_id = first_text.text, first_text.public_id
    writing.edit_paragraph(first_text, actor=actor("secretary"), seen=1, text="改写后的文字。")
    texts = db.session.scalars(
        select(ParagraphRevision.text)
        .where(ParagraphRevision.paragraph_id == first_text.id)
        .order_by(ParagraphRevision.number)
    ).all()
    assert texts == [old, "改写后的文字。"]
    assert (first_text.public_id, first_text.revision_no) == (public_id, 2)


def test_two_writers_lose_nothing(first_text: Any, actor: Callable[[str], Actor]) -> None:
    writing.edit_paragraph(first_text, actor=actor("secretary"), seen=1, text="甲先保存。")
    with pytest.raises(Stale):
        writing.edit_paragraph(first_text, actor=actor("chair"), seen=1, text="乙后保存。")
    assert first_text.text == "甲先保存。"


def test_the_second_writer_sees_both(client: Callable[..., Critic], app: Any) -> None:
    secretary, chair = client("secretary"), client("chair")
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one()
        paragraph = next(p for p in writing.standing_paragraphs(meeting.minutes) if p.kind == "text")
        address = f"/meetings/SAC-2026-05/minutes/paragraphs/{paragraph.public_id}"
    assert 'name="version"' in chair.get(address).get_data(as_text=True)
    assert secretary.post(address, data={"text": "秘书的文字", "version": "1"}).status_code == 303
    answer = chair.post(address, data={"text": "主任委员的文字", "version": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "秘书的文字" in page
    assert "主任委员的文字" in page
    assert 'value="2"' in page
    again = chair.post(address, data={"text": "主任委员的文字", "version": "2", "resolve": "mine"})
    assert again.status_code == 303


def test_a_paragraph_belongs_to_the_item_before_it(
    draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    of_item = next(p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id)
    made = writing.add_paragraph(
        draft_minutes, actor=actor("secretary"), kind="text", text="补充。", after=of_item
    )
    assert made.agenda_item_id == of_item.agenda_item_id
    assert made.position == of_item.position + 1


def test_moving_and_removing_keep_the_others(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> None:
    order = writing.standing_paragraphs(draft_minutes)
    writing.move_paragraph(order[1], 1, actor=actor("secretary"))
    now = writing.standing_paragraphs(draft_minutes)
    assert [p.id for p in now] == [order[i].id for i in (0, 2, 1, *range(3, len(order)))]
    writing.remove_paragraph(now[0], actor=actor("secretary"))
    left = writing.standing_paragraphs(draft_minutes)
    assert [p.id for p in left] == [p.id for p in now[1:]]
    assert [p.position for p in left] == list(range(1, len(left) + 1))


def test_a_number_is_never_given_twice(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> None:
    secretary, item = actor("secretary"), draft_minutes.meeting.items[1]
    first = outcomes.record_decision(draft_minutes, actor=secretary, kind="D", text="甲。", item=item)
    assert first.number == "D-2026-08-01"
    paragraph = next(p for p in writing.standing_paragraphs(draft_minutes) if p.id == first.paragraph_id)
    assert paragraph.agenda_item_id == item.id
    outcomes.remove_decision(first, paragraph, actor=secretary)
    second = outcomes.record_decision(draft_minutes, actor=secretary, kind="R", text="乙。", item=item)
    assert second.number == "R-2026-08-02"
    seen = db.session.scalars(select(Decision.number).where(Decision.id.in_(visible_decisions(secretary))))
    assert "D-2026-08-01" not in set(seen)


def test_votes_cannot_exceed_who_was_there(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> None:
    with pytest.raises(RuleBroken, match="votes-too-many"):
        outcomes.record_decision(
            draft_minutes, actor=actor("secretary"), kind="D", text="丙。", votes={"votes_for": 9}
        )


def test_minutes_need_recorded_attendance(
    actor: Callable[[str], Actor], meeting: Callable[[str], Meeting]
) -> None:
    with pytest.raises(RuleBroken, match="not-held"):
        writing.start(meeting("SAC-2026-06"), actor=actor("secretary"))
    with pytest.raises(RuleBroken, match="minutes-there"):
        writing.start(meeting("SAC-2026-05"), actor=actor("secretary"))


def test_the_secretary_s_page(client: Callable[..., Critic]) -> None:
    secretary = client("secretary")
    base = "/meetings/SAC-2026-05/minutes"
    assert secretary.get(f"{base}/edit").status_code == 200
    assert secretary.post(f"{base}/paragraphs", data={"kind": "text", "text": ""}).status_code == 422
    assert (
        secretary.post(f"{base}/paragraphs", data={"kind": "text", "text": "**新**段落"}).status_code == 303
    )
    page = secretary.get(f"{base}/edit").get_data(as_text=True)
    assert "<strong>新</strong>段落" in page
    decided = secretary.post(
        f"{base}/decisions", data={"d-kind": "D", "d-text": "同意。", "d-votes_for": "7"}
    )
    assert decided.status_code == 303
    assert secretary.post(f"{base}/actions", data={"a-text": "整理材料"}).status_code == 422
    kept = {"a-text": "整理材料", "a-owner_role": "秘书", "a-due_on": "2026-12-31"}
    assert secretary.post(f"{base}/actions", data=kept).status_code == 303
    text = secretary.post(f"{base}/preview", data={"text": "<b>x</b> **粗**"}).get_data(as_text=True)
    assert "<strong>粗</strong>" in text
    assert "<b>" not in text
    assert client("member").get(f"{base}/edit").status_code == 403
    assert client("member").post(f"{base}/paragraphs", data={"kind": "text", "text": "x"}).status_code == 403
