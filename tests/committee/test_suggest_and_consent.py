"""Suggestions taken, merged, refused; consents and objections paragraph by paragraph."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.committee.models import Consent, Decision, Minutes, Motion, Paragraph, Suggestion
from kangjiansheng.committee.operations import consents, interests, outcomes, reviews, suggestions
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import duties, opinions, reading
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import commit
from kangjiansheng.core.transactions import writing as writing_now
from tests.support.acting import eighth, sent_back, who
from tests.support.critic import Critic

PAGE = "/meetings/SAC-2026-05/minutes"
TEXT = "会议同意补做第四批，沿用原降温曲线。"
Who = Callable[[str], Actor]


def labelled(page: str) -> list[tuple[str, str]]:
    """What a page about a paragraph quotes, with the label above each."""
    return re.findall(r'<p class="lbl">(.*?)</p><div class="stm"[^>]*><p>(.*?)</p>', page)


@pytest.fixture
def paragraph(draft_minutes: Minutes, actor: Who) -> Paragraph:
    """A paragraph of a draft that is under review."""
    made = writing.add_paragraph(draft_minutes, actor=actor("secretary"), kind="text", text=TEXT)
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    return made


@pytest.fixture
def back(draft_minutes: Minutes, sign: Callable[..., Any]) -> Callable[[], None]:
    """`back()`: a signer sends the draft back."""
    return lambda: sign(draft_minutes.drafts[-1], "member2", meaning="request_changes", note="请改。")


def test_what_was_voted_on_is_not_worded_anew_by_a_suggestion(
    draft_minutes: Minutes, actor: Who, back: Callable[[], None]
) -> None:
    made = outcomes.record_decision(
        draft_minutes, actor=actor("secretary"), kind="D", text="同意进入下一阶段。"
    )
    db.session.add(
        Motion(
            meeting=draft_minutes.meeting, item=draft_minutes.meeting.items[0], kind="D", text=made.text,
            method="count", opened_at=clock.now(), closed_at=clock.now(), opened_by_id=actor("secretary").id,
            result="passed", decision_id=made.id,
        )
    )  # fmt: skip
    db.session.flush()
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    held = db.session.get_one(Paragraph, made.paragraph_id)
    one = suggestions.suggest(held, actor=actor("member"), text="不同意进入下一阶段。")
    back()
    with pytest.raises(RuleBroken, match="decision-voted"):
        suggestions.take(one, actor=actor("secretary"))
    assert (held.text, made.text, one.life) == ("同意进入下一阶段。", "同意进入下一阶段。", "open")


@pytest.fixture
def prepared(app: Flask) -> str:
    """The same paragraph, stored, for those who come by page: its public id."""
    with app.app_context(), writing_now():
        made = writing.add_paragraph(eighth(), actor=who("secretary"), kind="text", text=TEXT)
        reviews.open_review(eighth(), actor=who("secretary"))
        return made.public_id


def newest(app: Flask, kind: type) -> int:
    with app.app_context():
        return int(db.session.scalars(select(func.max(kind.id))).one())  # type: ignore[attr-defined]


def said(minutes: Minutes, who: Actor, paragraph: Paragraph) -> opinions.Opinion:
    draft = minutes.drafts[-1]
    return opinions.said_to(reading.frozen(draft, actor=who), minutes, draft)[paragraph.id]


def test_a_suggestion_becomes_a_wording_of_its_author_taken_by_the_secretary(
    paragraph: Paragraph, draft_minutes: Minutes, actor: Who, back: Callable[[], None]
) -> None:
    member, secretary = actor("member"), actor("secretary")
    new = TEXT.replace("第四批", "第四、五批")
    made = suggestions.suggest(paragraph, actor=member, text=new, note="两批才够")
    with pytest.raises(RuleBroken, match="in-review"):
        suggestions.take(made, actor=secretary)
    back()
    suggestions.take(made, actor=secretary)
    assert (paragraph.text, paragraph.wording.author_id, made.answered_by_id) == (
        new,
        member.id,
        secretary.id,
    )
    assert (made.life, made.taken_revision_no) == ("taken", 2)
    commit()
    acts = {
        row.act: row.actor_id
        for row in db.session.scalars(select(AuditEntry).where(AuditEntry.thing == "suggestion"))
    }
    assert acts == {"committee:suggestion:make": member.id, "committee:suggestion:take": secretary.id}
    with pytest.raises(RuleBroken, match="suggestion-answered"):
        suggestions.refuse(made, actor=secretary, reason="晚了")


def test_a_text_that_moved_on_takes_both_changes_or_asks(
    paragraph: Paragraph, draft_minutes: Minutes, actor: Who, back: Callable[[], None]
) -> None:
    secretary = actor("secretary")
    one = suggestions.suggest(paragraph, actor=actor("member"), text=TEXT.replace("第四批", "第五批"))
    other = suggestions.suggest(paragraph, actor=actor("chair"), text=TEXT.replace("第四批", "第六批"))
    back()
    writing.edit_paragraph(paragraph, actor=secretary, seen=1, text=TEXT.replace("原降温曲线", "新降温曲线"))
    suggestions.take(one, actor=secretary)
    assert paragraph.text == "会议同意补做第五批，沿用新降温曲线。"
    assert paragraph.wording.author_id == actor("member").id
    assert opinions.proposed(other).merged is None
    with pytest.raises(RuleBroken, match="suggestion-outdated"):
        suggestions.take(other, actor=secretary)
    suggestions.take(other, actor=secretary, text="会议同意补做第五、六批，沿用新降温曲线。")
    assert paragraph.wording.author_id == secretary.id and other.life == "taken"


def test_a_decision_is_reworded_with_its_paragraph(
    draft_minutes: Minutes, actor: Who, back: Callable[[], None]
) -> None:
    secretary = actor("secretary")
    decision = outcomes.record_decision(draft_minutes, actor=secretary, kind="D", text="同意。")
    paragraph = db.session.get_one(Paragraph, decision.paragraph_id)
    reviews.open_review(draft_minutes, actor=secretary)
    made = suggestions.suggest(paragraph, actor=actor("member"), text="原则同意。")
    back()
    suggestions.take(made, actor=secretary)
    assert db.session.get_one(Decision, decision.id).text == paragraph.text == "原则同意。"


@pytest.mark.long
def test_pages_of_a_suggestion(prepared: str, app: Flask, client: Callable[..., Critic]) -> None:
    member, secretary = client("member"), client("secretary")
    address = f"{PAGE}/paragraphs/{prepared}/suggestion"
    assert TEXT in member.get(address).text
    same = member.post(address, data={"text": TEXT, "revision": "1"})
    assert same.status_code == 422 and "与原文相同" in same.text
    sent = {"text": TEXT.replace("沿用", "改用"), "note": "更稳", "revision": "1"}
    assert member.post(address, data=sent).status_code == 303
    assert client("outsider").get(address).status_code == 404
    assert client("executive").get(address).status_code == 403
    made = newest(app, Suggestion)
    page = secretary.get(PAGE).text
    assert "<ins>改</ins><del>沿</del>" in page and "不采纳" in page
    assert "不采纳" not in member.get(PAGE).text
    take, refuse = (f"{PAGE}/suggestions/{made}/{act}" for act in ("taking", "refusal"))
    assert member.post(take).status_code == 403
    locked = secretary.post(take)
    assert locked.status_code == 422 and "正在审阅" in locked.text
    with app.app_context(), writing_now():
        sent_back()
    assert "采纳" in secretary.get(f"{PAGE}/opinions").text
    assert secretary.get(take).status_code == 200
    unsaid = secretary.post(refuse, data={"reason": ""})
    assert unsaid.status_code == 422
    assert labelled(unsaid.text) == [("原文", TEXT), ("建议修改", sent["text"])]
    assert secretary.post(refuse, data={"reason": "以后再说"}).status_code == 303
    assert "以后再说" in member.get(PAGE).text
    assert secretary.post(take).status_code == 422
    assert member.post(f"{PAGE}/suggestions/{made}/withdrawal").status_code == 422


@pytest.mark.long
def test_an_objection_needs_words_and_waits_for_an_answer(
    prepared: str, app: Flask, client: Callable[..., Critic]
) -> None:
    member, secretary = client("member"), client("secretary")
    address = f"{PAGE}/paragraphs/{prepared}"
    assert member.post(f"{address}/objection", data={"note": " "}).status_code == 422
    assert member.post(f"{address}/objection", data={"note": "批数不够", "draft": "1"}).status_code == 303
    assert "1 处异议" in secretary.get(PAGE).text and "批数不够" in secretary.get(f"{PAGE}/opinions").text
    answer = f"{PAGE}/objections/{newest(app, Consent)}/answer"
    assert member.get(answer).status_code == 403
    assert labelled(secretary.get(answer).text) == [("原文", TEXT), ("异议", "批数不够")]
    assert secretary.post(answer, data={"note": "下一稿补写"}).status_code == 303
    assert secretary.post(answer, data={"note": "再答一次"}).status_code == 422
    page = member.get(PAGE).text
    assert "下一稿补写" in page and "1 处异议" not in page
    assert member.post(f"{address}/consent", data={"draft": "1"}).status_code == 303
    assert "人同意此段，含您" in member.get(PAGE).text
    assert member.post(f"{address}/consent", data={"kind": "withdraw", "draft": "1"}).status_code == 303
    assert "人同意此段，含您" not in member.get(PAGE).text
    assert member.post(f"{address}/consent", data={"draft": "9"}).status_code == 422
    assert client("executive").post(f"{address}/consent").status_code == 403


def test_what_was_said_to_one_draft_counts_for_no_other(
    paragraph: Paragraph, draft_minutes: Minutes, actor: Who, back: Callable[[], None]
) -> None:
    consents.answer(paragraph, actor=actor("member"), kind="agree")
    back()
    with pytest.raises(RuleBroken, match="not-in-review"):
        consents.answer(paragraph, actor=actor("member"), kind="agree")
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    assert said(draft_minutes, actor("member"), paragraph).agreed == []


def test_the_recused_see_nothing_of_what_is_said(
    draft_minutes: Minutes, actor: Who, client: Callable[..., Critic]
) -> None:
    secretary = actor("secretary")
    item = draft_minutes.meeting.items[1]
    told = writing.add_paragraph(draft_minutes, actor=secretary, kind="text", text=TEXT, item=item)
    interests.recuse(item, actor=secretary, person_id=actor("chair").id)
    reviews.open_review(draft_minutes, actor=secretary)
    consents.answer(told, actor=actor("member"), kind="object", note="不对")
    made = suggestions.suggest(told, actor=actor("member"), text="另一句。")
    commit()
    chair = client("chair")
    for page in (PAGE, f"{PAGE}/opinions"):
        text = chair.get(page).text
        assert "不对" not in text and "另一句" not in text and "1 处异议" not in text
    assert chair.get(f"{PAGE}/paragraphs/{told.public_id}/objection").status_code == 404
    assert chair.post(f"{PAGE}/paragraphs/{told.public_id}/consent").status_code == 404
    assert chair.get(f"{PAGE}/suggestions/{made.id}/taking").status_code == 404


def test_what_waits_for_the_secretary_is_counted_until_it_is_answered(
    paragraph: Paragraph, draft_minutes: Minutes, actor: Who, back: Callable[[], None]
) -> None:
    """The last word of each person counts, and what the secretary answered no more; nobody else is asked."""
    secretary, member = actor("secretary"), actor("member")

    def waits(of: Actor = secretary) -> list[tuple[str, int]]:
        return [(m.code, count) for m, count in duties(actor=of).raised]

    before = dict(waits()).get("SAC-2026-05", 0)
    one = suggestions.suggest(paragraph, actor=member, text="会议同意补做第五批。")
    consents.answer(paragraph, actor=member, kind="object", note="批数不够")
    consents.answer(paragraph, actor=actor("member2"), kind="object", note="也不够")
    assert dict(waits())["SAC-2026-05"] == before + 3
    assert waits(member) == waits(actor("chair")) == waits(actor("executive")) == []
    consents.answer(paragraph, actor=actor("member2"), kind="withdraw")
    held = db.session.scalars(
        select(Consent).where(Consent.kind == "object", Consent.person_id == member.id)
    ).all()[-1]
    consents.settle(held, actor=secretary, note="已补")
    assert dict(waits())["SAC-2026-05"] == before + 1
    back()
    suggestions.refuse(one, actor=secretary, reason="不必")
    assert dict(waits()).get("SAC-2026-05", 0) == before


@pytest.mark.parametrize("recused", [False, True])
def test_a_recused_secretary_is_not_told_that_something_waits_there(
    draft_minutes: Minutes, actor: Who, recused: bool
) -> None:
    item, secretary = draft_minutes.meeting.items[1], actor("secretary")
    made = writing.add_paragraph(draft_minutes, actor=secretary, kind="text", text=TEXT, item=item)
    if recused:
        interests.recuse(item, actor=actor("chair"), person_id=secretary.id)
    reviews.open_review(draft_minutes, actor=secretary)
    consents.answer(made, actor=actor("member"), kind="object", note="批数不够")
    waits = {m.code: count for m, count in duties(actor=secretary).raised}
    assert waits.get("SAC-2026-05", 0) == (0 if recused else 1)


def test_home_leads_the_secretary_to_what_waits(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context(), writing_now():
        minutes = eighth()
        made = writing.add_paragraph(minutes, actor=who("secretary"), kind="text", text=TEXT)
        reviews.open_review(minutes, actor=who("secretary"))
        consents.answer(made, actor=who("member"), kind="object", note="批数不够")
    link = f'href="{PAGE}/opinions"'
    page = client("secretary").get("/").text
    assert link in page and "1 条建议或异议待答复" in page
    assert link not in client("chair").get("/").text
    assert "1 suggestion or objection to answer" in client("secretary").get("/?lang=en").text
