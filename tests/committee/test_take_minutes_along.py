"""Minutes as data: what one may see, verifiable by others, and a trace that they were taken."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.documents import markdown
from kangjiansheng.committee.models import DraftVersion, Minutes
from kangjiansheng.committee.operations import interests, outcomes, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.rules import canon, verification
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from tests.support.critic import Critic

AMENDED, SIGNED, PARTLY = "SAC-2026-01", "SAC-2026-03", "SAC-2026-02"


@pytest.fixture
def taken(client: Callable[..., Critic]) -> Callable[..., dict[str, Any]]:
    """`taken("member", "SAC-2026-03")`: the export that somebody gets."""

    def take(short: str, code: str, **asked: Any) -> dict[str, Any]:
        answer = client(short).get(f"/meetings/{code}/minutes.json", query_string=asked)
        assert answer.status_code == 200
        return orjson.loads(answer.data)

    return take


def faults(export: dict[str, Any]) -> list[str]:
    return [f.code for f in verification.check(export) if f.fault]


@pytest.mark.parametrize("code", [AMENDED, SIGNED])
def test_an_export_is_whole(taken: Callable[..., dict[str, Any]], code: str) -> None:
    found = taken("member", code)
    assert (found["whole"], found["state"], verification.check(found)) == (True, "approved", [])
    assert len(found["amendments"]) == (code == AMENDED)
    assert found["illustrative"] is True


def test_a_part_is_withheld_and_the_rest_still_verifies(taken: Callable[..., dict[str, Any]]) -> None:
    found = taken("partner", PARTLY)
    assert (found["whole"], faults(found)) == (False, [])
    assert "审议并通过第4次会议纪要" not in str(found), "an item that is not hers"
    assert "十五年随访" in str(found)
    hidden = [
        h for h, b in zip(found["text"]["signed"]["blocks"], found["text"]["blocks"], strict=True) if not b
    ]
    whole = taken("member", PARTLY)
    assert hidden
    assert found["draft"]["sha256"] == whole["draft"]["sha256"]
    assert found["text"]["signed"] == whole["text"]["signed"]


def test_a_draft_under_review_and_one_that_came_back(taken: Callable[..., dict[str, Any]]) -> None:
    now, before = taken("member", "SAC-2026-04"), taken("member", "SAC-2026-04", draft=1)
    assert (now["state"], before["state"]) == ("review", "returned")
    assert faults(now) == faults(before) == []
    assert now["draft"]["number"] == 2


def test_what_nobody_froze_says_so(taken: Callable[..., dict[str, Any]]) -> None:
    writing, record = taken("secretary", "SAC-2026-05"), taken("outsider", "SAC-2024-01")
    assert (writing["state"], record["state"]) == ("draft", "record")
    assert [f.code for f in verification.check(writing)] == ["unsigned"]
    assert "number" not in record["text"]["header"]


def test_who_may_not_read_takes_nothing(client: Callable[..., Critic]) -> None:
    assert client("outsider").get(f"/meetings/{SIGNED}/minutes.json").status_code == 404
    assert client("lead").get("/meetings/SAC-2026-04/minutes.json").status_code == 403
    assert client("executive").get("/meetings/SAC-2026-05/minutes.json").status_code == 403


def test_that_it_was_taken_is_in_the_trail(taken: Callable[..., dict[str, Any]], app: Flask) -> None:
    taken("member", SIGNED)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert entry is not None
        assert (entry.act, entry.after) == ("committee:minutes:export", {"kind": "JSON", "draft": 1})


def test_on_a_past_day_one_takes_what_stood_then(client: Callable[..., Critic], app: Flask) -> None:
    """The drafts of the demonstration are of today: yesterday there was nothing to take."""
    with app.app_context():
        assert all(
            clock.day_of(d.frozen_at) == clock.today() for d in db.session.scalars(select(DraftVersion))
        )
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    for kind in ("json", "pdf", "docx", "md"):
        address = f"/meetings/{SIGNED}/minutes.{kind}?as_of={yesterday}"
        assert client("member").get(address).status_code == 404


@pytest.fixture
def in_format_1(
    draft_minutes: Minutes, actor: Callable[[str], Actor], monkeypatch: pytest.MonkeyPatch
) -> Minutes:
    """The eighth minutes, frozen as before there were blocks."""
    made = reviews.header

    def before(*given: Any) -> dict[str, Any]:
        return {key: value for key, value in made(*given).items() if key != "blocks"}

    monkeypatch.setattr(reviews, "header", before)
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    return draft_minutes


def test_a_draft_of_the_first_format_stays_valid(
    request: pytest.FixtureRequest, draft_minutes: Minutes, actor: Callable[[str], Actor],
    sign: Callable[..., Any], taken: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    item = next(i for i in draft_minutes.meeting.items if i.project_id)
    interests.recuse(item, actor=actor("secretary"), person_id=actor("member2").id, kind="whole")
    request.getfixturevalue("in_format_1")
    draft = draft_minutes.drafts[-1]
    assert not canon.is_in_blocks(draft.header)
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    db.session.commit()
    found = taken("member", "SAC-2026-05")
    assert (found["text"]["signed"]["format"], verification.check(found)) == (canon.FORMAT_1, [])
    assert markdown.rendered(found).decode().count("## ") == len(headings(found))
    found["text"]["signed"]["header"]["place"] = "别处"
    assert faults(found) == ["text-changed"]
    partly = taken("member2", "SAC-2026-05")
    assert (partly["whole"], partly["text"]["signed"]) == (False, None)
    assert [f.code for f in verification.check(partly)] == ["format-1-withheld"]
    assert item.name_hans not in str(partly)
    assert "此部分未对您开放" in markdown.rendered(partly).decode()


def headings(export: dict[str, Any]) -> list[dict[str, Any]]:
    return [p for p in export["text"]["signed"]["paragraphs"] if p["kind"] == "heading"]


@pytest.mark.parametrize("first_format", [False, True])
def test_actions_of_a_hidden_item_without_text_are_withheld(
    request: pytest.FixtureRequest, draft_minutes: Minutes, actor: Callable[[str], Actor],
    client: Callable[..., Critic], taken: Callable[..., dict[str, Any]], first_format: bool,
) -> None:  # fmt: skip
    secretary = actor("secretary")
    item = next(i for i in draft_minutes.meeting.items if i.project_id)
    for paragraph in writing.standing_paragraphs(draft_minutes):
        if paragraph.agenda_item_id == item.id:
            writing.remove_paragraph(paragraph, actor=secretary)
    outcomes.record_action(
        draft_minutes, actor=secretary, text="只有委员知道的事", owner_role="秘书", item=item
    )
    interests.recuse(item, actor=secretary, person_id=actor("member2").id, kind="whole")
    if first_format:
        request.getfixturevalue("in_format_1")
    else:
        reviews.open_review(draft_minutes, actor=secretary)
    db.session.commit()
    assert "只有委员知道的事" in str(taken("member", "SAC-2026-05"))
    found = taken("member2", "SAC-2026-05")
    assert (found["whole"], faults(found)) == (False, [])
    assert "只有委员知道的事" not in str(found)
    assert "只有委员知道的事" not in client("member2").get("/api/v1/meetings/SAC-2026-05/minutes").get_data(
        as_text=True
    )
