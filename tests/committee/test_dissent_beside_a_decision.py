"""Dissent beside a decision whose votes were entered by hand: entered on request, signed, exported, told."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from kangjiansheng.committee.models import Decision, Minutes, Recusal
from kangjiansheng.committee.operations import dissents, outcomes, reviews
from kangjiansheng.committee.queries.dissents import may_dissent
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import commit
from tests.support.critic import Critic

WORDS = "应先补齐六个月数据。"


@pytest.fixture
def decision(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> Decision:
    """Recorded by numbers, on the first item of minutes that are being written."""
    item = draft_minutes.meeting.items[0]
    return outcomes.record_decision(
        draft_minutes, actor=actor("secretary"), kind="D", text="同意继续。", item=item, votes={"votes_for": 1},
    )  # fmt: skip


def paragraph_of(decision: Decision) -> object:
    return next(p for p in decision.meeting.minutes.paragraphs if p.id == decision.paragraph_id)


def enter(decision: Decision, by: Actor, person: int, words: str = WORDS) -> None:
    dissents.enter(decision, paragraph_of(decision), actor=by, person_id=person, text=words)


def test_it_is_signed_with_the_decision(
    decision: Decision, draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    secretary, member = actor("secretary"), actor("member2").id
    assert member in may_dissent(decision)
    enter(decision, secretary, member, "先写的。")
    enter(decision, secretary, member)
    told = db.session.scalars(select(Notification).where(Notification.person_id == member)).all()
    assert [one.template for one in told].count("committee:dissent-entered") == 2
    assert WORDS not in str([one.facts for one in told]), "the words stand in the minutes alone"
    draft = reviews.open_review(draft_minutes, actor=secretary)
    public_id = next(p.public_id for p in draft.minutes.paragraphs if p.id == decision.paragraph_id)
    signed = draft.header["decisions"][public_id]
    assert [row["text"] for row in signed["dissents"]] == [WORDS]
    assert signed["dissents"][0]["seat"]
    with pytest.raises(RuleBroken, match="in-review"):
        enter(decision, secretary, member, "太晚")
    commit()
    columns = "(decision_id, person_id, text, entered_by_id, recorded_at, change_set_id, digest)"
    with pytest.raises(DBAPIError, match="frozen"):
        db.session.execute(
            text(f"INSERT INTO decision_dissent {columns} SELECT decision_id, person_id, 'x', entered_by_id, recorded_at,"
                 " change_set_id, digest FROM decision_dissent LIMIT 1")
        )  # fmt: skip
    db.session.rollback()


def test_only_of_members_who_decided(
    decision: Decision, draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    secretary, member = actor("secretary"), actor("member2").id
    with pytest.raises(RuleBroken, match="dissent-of-present"):
        enter(decision, secretary, actor("outsider").id)
    with pytest.raises(RuleBroken, match="dissent-words"):
        enter(decision, secretary, member, "")
    db.session.add(Recusal(agenda_item_id=decision.agenda_item_id, person_id=member, kind="whole"))
    db.session.flush()
    with pytest.raises(RuleBroken, match="dissent-of-present"):
        enter(decision, secretary, member)


@pytest.mark.long
def test_on_the_pages_and_in_what_is_taken_along(
    decision: Decision,
    draft_minutes: Minutes,
    actor: Callable[[str], Actor],
    client: Callable[..., Critic],
    in_app: Flask,
) -> None:
    member, code = actor("member2").id, draft_minutes.meeting.code
    here = f"/meetings/{code}/minutes/paragraphs/{paragraph_of(decision).public_id}"  # type: ignore[attr-defined]
    commit()
    page = client("secretary")
    empty = page.post(f"{here}/dissent", data={"person": str(member), "text": ""})
    assert empty.status_code == 422
    assert "请写下委员要求记录的文字" in empty.text
    assert page.post(f"{here}/dissent", data={"person": str(member), "text": WORDS}).status_code == 303
    assert WORDS in page.get(here).text
    assert WORDS in page.get(f"/meetings/{code}/minutes/edit").text
    for other in ("member2", "outsider", "executive"):
        assert client(other).post(f"{here}/dissent", data={"person": "1", "text": "x"}).status_code in (
            403,
            404,
        )
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    commit()
    read = client("member2")
    assert WORDS in read.get(f"/meetings/{code}/minutes").text
    assert WORDS in read.get(f"/meetings/{code}/minutes.md").text
    assert WORDS in read.get(f"/meetings/{code}/minutes.json").text
    gone = client("secretary").post(f"{here}/dissent", data={"person": str(member), "text": "x"})
    assert gone.status_code in (409, 422)


def test_it_can_be_taken_back(
    decision: Decision, draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    secretary, member = actor("secretary"), actor("member2").id
    enter(decision, secretary, member)
    enter(decision, secretary, member, "")
    draft = reviews.open_review(draft_minutes, actor=secretary)
    assert all("dissents" not in row for row in draft.header["decisions"].values())
