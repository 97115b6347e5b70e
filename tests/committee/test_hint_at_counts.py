"""Before minutes are submitted: a hint where their text says that others were there than the attendance list has."""

from collections.abc import Callable
from typing import Any

import pytest

from kangjiansheng.committee.models import Minutes
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries.miscounted import miscounted
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing as transaction
from tests.support.critic import Critic
from tests.support.queries import queries_counted

REVIEW = "/meetings/SAC-2026-05/minutes/review"
HINT = "正文中的人数与出席记录不一致"


def found(minutes: Minutes) -> list[tuple[str, str, int, int]]:
    return [
        (one.no, one.kind, one.said, one.listed)
        for one in miscounted(minutes, writing.counts_of(minutes.meeting))
    ]


def test_what_agrees_is_not_remarked(
    draft_minutes: Minutes, first_text: Any, actor: Callable[[str], Actor]
) -> None:
    """The sentence that the system writes, members with a vote, and every seat are all counts of the list."""
    counts = writing.counts_of(draft_minutes.meeting)
    assert counts["expected"][0] == 9 and counts["present"][0] == 8
    opening = writing.attendance_text(draft_minutes.meeting)
    for text in (opening, f"出席 {counts['present'][-1]} 人。", "委员讨论了放行标准。"):
        writing.edit_paragraph(first_text, actor=actor("secretary"), seen=first_text.revision_no, text=text)
        assert found(draft_minutes) == [], text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("应到 9 人，实到 7 人。", [("1.1", "present", 7, 8)]),
        ("應到十二人，實到 8 人。", [("1.1", "expected", 12, 9)]),
        ("6 of 8 members present.", [("1.1", "present", 6, 8), ("1.1", "expected", 8, 9)]),
    ],
)
def test_what_differs_is_named(
    draft_minutes: Minutes,
    first_text: Any,
    actor: Callable[[str], Actor],
    text: str,
    told: list[tuple[str, str, int, int]],
) -> None:
    writing.edit_paragraph(first_text, actor=actor("secretary"), seen=1, text=text)
    assert found(draft_minutes) == told


def test_an_item_may_speak_of_other_meetings(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> None:
    """Nor does the hint tell a writer who is recused what stands under an item."""
    item = next(
        p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id and p.kind == "text"
    )
    writing.edit_paragraph(item, actor=actor("secretary"), seen=1, text="出席 3 人。")
    assert found(draft_minutes) == []


def test_nothing_is_said_while_no_attendance_is_recorded(draft_minutes: Minutes) -> None:
    for row in draft_minutes.meeting.attendance:
        row.mode = ""
    assert writing.counts_of(draft_minutes.meeting) == {}


def test_the_hint_refuses_nothing(
    draft_minutes: Minutes, first_text: Any, actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    secretary = client("secretary")
    assert HINT not in secretary.get(REVIEW).text
    with transaction():
        writing.edit_paragraph(first_text, actor=actor("secretary"), seen=1, text="应到 9 人，实到 7 人。")
    public_id = first_text.public_id
    db.session.remove()
    page = secretary.get(REVIEW).text
    assert HINT in page and "第 1.1 段写出席 7 人，出席记录为 8 人。" in page
    assert f'href="/meetings/SAC-2026-05/minutes/edit#{public_id}"' in page
    wrong = secretary.post(REVIEW, data={"version": "1", "due_on": "?"})
    assert wrong.status_code == 422 and "7" in wrong.text
    with queries_counted() as seen:
        secretary.get(REVIEW)
    assert len(seen) <= 15, seen.shown
    assert secretary.post(REVIEW, data={"version": "1"}).status_code == 303
