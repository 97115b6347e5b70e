"""A member reads a draft: what changed since they were here, comments on words, answers, mentions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select

from kangjiansheng.committee.models import AgendaItem, Comment, Minutes, Paragraph
from kangjiansheng.committee.operations import comments, interests, marks, reviews, signatures
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import marks as found_marks
from kangjiansheng.committee.queries import opinions, reading
from kangjiansheng.committee.queries.comparing import compared
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import commit
from kangjiansheng.core.transactions import writing as writing_now
from tests.support.acting import eighth, sent_back, who
from tests.support.critic import Critic

PAGE = "/meetings/SAC-2026-05/minutes"
TEXT = "第三批复苏后活率为 78%，低于放行标准。第三批须重做。"
Who = Callable[[str], Actor]


@pytest.fixture
def second(draft_minutes: Minutes, actor: Who) -> Paragraph:
    """A paragraph of a draft under review that says a thing twice; all is committed."""
    secretary = actor("secretary")
    made = writing.add_paragraph(draft_minutes, actor=secretary, kind="text", text=f"**会议**认为，{TEXT}")
    reviews.open_review(draft_minutes, actor=secretary)
    return made


def back(minutes: Minutes, actor: Who, sign: Callable[..., Any]) -> None:
    """A signer sends the draft back."""
    sign(minutes.drafts[-1], "member2", meaning="request_changes", note="请改。")


def bells(person: int) -> list[str]:
    return list(db.session.scalars(select(Notification.template).where(Notification.person_id == person)))


@pytest.fixture
def prepared(app: Flask) -> str:
    """The same paragraph, stored, for those who come by page: its public id."""
    with app.app_context(), writing_now():
        secretary = who("secretary")
        minutes = eighth()
        made = writing.add_paragraph(minutes, actor=secretary, kind="text", text=f"**会议**认为，{TEXT}")
        reviews.open_review(minutes, actor=secretary)
        return made.public_id


def thread(minutes: Minutes, who: Actor, paragraph: Paragraph) -> Any:
    text = reading.frozen(minutes.drafts[-1], actor=who)
    reading.attach_comments(text, minutes)
    opinions.place_comments(text)
    shown = next(p for p in text.paragraphs if p.paragraph_id == paragraph.id)
    return shown, shown.threads[-1]


def test_words_are_found_again_in_the_next_draft_or_said_to_be_gone(
    second: Paragraph, draft_minutes: Minutes, actor: Who, sign: Callable[..., Any]
) -> None:
    member, secretary = actor("member"), actor("secretary")
    shown = "会议认为，" + TEXT
    at = shown.rindex("第三批")
    comments.comment(second, actor=member, text="请写批号。", quote="第三批", quote_at=at)
    where, found = thread(draft_minutes, member, second)
    assert found.place == (at, at + 3) and where.marks == [found.place]
    back(draft_minutes, actor, sign)
    writing.edit_paragraph(second, actor=secretary, seen=1, text=f"经讨论，会议认为，{TEXT}")
    reviews.open_review(draft_minutes, actor=secretary)
    _, found = thread(draft_minutes, member, second)
    assert found.place == (at + 4, at + 7)
    back(draft_minutes, actor, sign)
    writing.edit_paragraph(second, actor=secretary, seen=2, text="会议认为须重做。")
    reviews.open_review(draft_minutes, actor=secretary)
    where, found = thread(draft_minutes, member, second)
    assert found.place is None and found.first.quote == "第三批" and where.marks == []


def test_words_that_are_not_there_are_refused_and_what_was_typed_stays(
    prepared: str, client: Callable[..., Critic]
) -> None:
    member = client("member")
    address = f"{PAGE}/paragraphs/{prepared}/comments"
    answer = member.post(address, data={"text": "写得不清楚", "quote": "没有这句话"})
    assert answer.status_code == 422
    assert "写得不清楚" in answer.text and "没有所引的词句" in answer.text
    good = {"text": "写得不清楚", "quote": "会议认为", "quote_at": "0", "revision": "1"}
    assert member.post(address, data=good).status_code == 303
    page = member.get(PAGE).text
    assert "<mark>会议</mark>" in page and "<mark>认为</mark>" in page  # over the end of the bold words


@pytest.mark.long
def test_each_reader_sees_what_changed_since_they_read(
    prepared: str, app: Flask, client: Callable[..., Critic]
) -> None:
    member, chair = client("member"), client("chair")
    assert "自您上次阅读" not in member.get(PAGE).text
    assert member.post(f"{PAGE}/drafts/1/reading").status_code == 303
    with app.app_context(), writing_now():
        minutes, secretary = eighth(), who("secretary")
        found = db.session.scalars(select(Paragraph).where(Paragraph.public_id == prepared)).one()
        sent_back()
        writing.edit_paragraph(found, actor=secretary, seen=1, text=f"会议认为，{TEXT}另见附件。")
        gone = writing.add_paragraph(minutes, actor=secretary, kind="text", text="很快又删")
        writing.remove_paragraph(gone, actor=secretary)
        reviews.open_review(minutes, actor=secretary)
    page = member.get(PAGE).text
    assert "以来有 1 处修改" in page and f'href="#{prepared}"' in page
    assert "<ins>另见附件。</ins>" not in page
    assert "<ins>另见附件。</ins>" in member.get(f"{PAGE}?since=1").text
    assert "自您上次阅读" not in chair.get(PAGE).text
    assert member.post(f"{PAGE}/drafts/2/reading").status_code == 303
    assert "自您上次阅读" not in member.get(PAGE).text
    assert client("outsider").post(f"{PAGE}/drafts/2/reading").status_code == 404


def test_who_signs_has_read(second: Paragraph, draft_minutes: Minutes, actor: Who, sign: Any) -> None:
    assert found_marks.mark_of(draft_minutes, actor=actor("member")) is None
    sign(draft_minutes.drafts[-1], "member")
    mark = found_marks.mark_of(draft_minutes, actor=actor("member"))
    assert mark is not None and mark.seen[second.public_id] == 1


def test_changes_of_a_recused_item_are_neither_told_nor_counted(
    draft_minutes: Minutes, actor: Who, sign: Callable[..., Any]
) -> None:
    secretary, member = actor("secretary"), actor("member")
    item = draft_minutes.meeting.items[1]
    told = writing.add_paragraph(draft_minutes, actor=secretary, kind="text", text="秘密", item=item)
    gone = writing.add_paragraph(draft_minutes, actor=secretary, kind="text", text="秘密二", item=item)
    draft = reviews.open_review(draft_minutes, actor=secretary)
    marks.read(draft, actor=member)
    back(draft_minutes, actor, sign)
    interests.recuse(item, actor=secretary, person_id=member.id)
    writing.edit_paragraph(told, actor=secretary, seen=1, text="秘密改了")
    writing.remove_paragraph(gone, actor=secretary)
    draft = reviews.open_review(draft_minutes, actor=secretary)
    text = reading.frozen(draft, actor=member)
    mark = found_marks.mark_of(draft_minutes, actor=member)
    assert mark is not None and told.public_id in mark.seen
    then = found_marks.draft_of(mark, draft_minutes)
    assert then is not None and then.number == draft.number - 1
    read = reading.frozen(then, actor=member)
    assert compared(text, read, known=mark.seen).places == 0
    marks.read(draft, actor=member)
    assert told.public_id not in mark.seen


def test_who_is_spoken_to_is_told_and_who_is_recused_cannot_be(
    draft_minutes: Minutes, actor: Who, client: Callable[..., Critic]
) -> None:
    secretary, member = actor("secretary"), actor("member")
    item: AgendaItem = draft_minutes.meeting.items[1]
    told = writing.add_paragraph(draft_minutes, actor=secretary, kind="text", text="议题正文。", item=item)
    open_to_all = next(p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id is None)
    interests.recuse(item, actor=secretary, person_id=actor("chair").id)
    reviews.open_review(draft_minutes, actor=secretary)
    db.session.query(Notification).delete()
    db.session.query(Outbox).delete()
    text = "请 @主任委员 与 @秘书 看。"
    remark = comments.comment(told, actor=member, text=text)
    assert remark.mentions == {"秘书": secretary.id}
    assert bells(actor("chair").id) == [] and bells(secretary.id) == ["committee:mentioned"]
    mails = list(db.session.scalars(select(Outbox.to).where(Outbox.template == "committee:mentioned")))
    assert mails == ["secretary@kjs.example"]
    other = comments.comment(open_to_all, actor=member, text=text)
    assert set(other.mentions.values()) == {secretary.id, actor("chair").id}
    assert bells(actor("chair").id) == ["committee:mentioned"]
    commit()
    reader = client("member")
    assert '<b class="at">@秘书</b>' in reader.get(PAGE).text
    of_item, of_all = (
        reader.get(f"{PAGE}/paragraphs/{p.public_id}/speakers").get_json() for p in (told, open_to_all)
    )
    assert "主任委员" in of_all and set(of_all) - set(of_item) == {"主任委员"}


def test_one_s_own_comment_can_be_changed_for_a_while(
    second: Paragraph, actor: Who, client: Callable[..., Critic]
) -> None:
    member = actor("member")
    first = comments.comment(second, actor=member, text="写错了")
    comments.edit(first, actor=member, text="写对了")
    assert (first.text, first.edited_at is not None) == ("写对了", True)
    answer = comments.comment(second, actor=actor("member2"), text="好", parent=first)
    with pytest.raises(RuleBroken, match="comment-settled"):
        comments.withdraw(first, actor=member)
    comments.withdraw(answer, actor=actor("member2"))
    later = clock.now() + timedelta(minutes=16)
    with mock.patch.object(clock, "now", lambda: later), pytest.raises(RuleBroken, match="comment-settled"):
        comments.edit(first, actor=member, text="太晚")
    comments.withdraw(first, actor=member)
    commit()
    secretary = client("secretary")
    assert "写对了" not in secretary.get(PAGE).text
    assert "没有找到" in secretary.get("/search?q=写对了").text


@pytest.mark.long
def test_threads_are_resolved_and_opened_again(
    prepared: str, app: Flask, client: Callable[..., Critic]
) -> None:
    member, other = client("member"), client("member2")
    assert member.post(f"{PAGE}/paragraphs/{prepared}/comments", data={"text": "请补充。"}).status_code == 303
    with app.app_context():
        address = f"{PAGE}/comments/{db.session.scalars(select(func.max(Comment.id))).one()}"
    assert other.post(f"{address}/resolution").status_code == 403
    assert other.get(f"{address}/edit").status_code == 403
    assert member.post(f"{address}/resolution").status_code == 303
    assert "重新打开" in member.get(PAGE).text and "重新打开" not in other.get(PAGE).text
    assert member.post(f"{address}/reopening").status_code == 303
    assert member.get(f"{address}/edit").status_code == 200
    assert member.post(f"{address}/edit", data={"text": ""}).status_code == 422
    assert member.post(f"{address}/edit", data={"text": "请补充批号。"}).status_code == 303
    assert "请补充批号。" in other.get(PAGE).text
    assert member.post(f"{address}/withdrawal").status_code == 303
    assert member.post(f"{address}/resolution").status_code == 404


def test_who_signs_is_led_to_what_is_not_resolved(
    prepared: str, app: Flask, client: Callable[..., Critic]
) -> None:
    member, other = client("member"), client("member2")
    sentence = "有 1 条意见没有解决，签署前请先看"
    assert "没有解决" not in other.get(PAGE).text
    member.post(f"{PAGE}/paragraphs/{prepared}/comments", data={"text": "请补充。"})
    block = html.document_fromstring(other.get(PAGE).text).get_element_by_id("sign")
    assert sentence in block.text_content() and block.xpath(f".//a[@href='#{prepared}']")
    with app.app_context():
        address = f"{PAGE}/comments/{db.session.scalars(select(func.max(Comment.id))).one()}"
    member.post(f"{address}/resolution")
    assert "没有解决" not in other.get(PAGE).text


def test_nobody_is_told_of_a_thread_who_may_not_read_it_any_more(
    draft_minutes: Minutes, actor: Who, sign: Callable[..., Any], in_app: Flask
) -> None:
    secretary, chair = actor("secretary"), actor("chair")
    item = draft_minutes.meeting.items[1]
    told = writing.add_paragraph(draft_minutes, actor=secretary, kind="text", text="正文。", item=item)
    reviews.open_review(draft_minutes, actor=secretary)
    first = comments.comment(told, actor=chair, text="我先说一句。")
    back(draft_minutes, actor, sign)
    interests.recuse(item, actor=secretary, person_id=chair.id)
    reviews.open_review(draft_minutes, actor=secretary)
    db.session.query(Notification).delete()
    comments.comment(told, actor=actor("member"), text="@主任委员 再说。", parent=first)
    assert bells(chair.id) == []
    assert db.session.query(Comment).filter_by(parent_id=first.id).count() == 1
    assert signatures.consents(draft_minutes.drafts[-1]) == set()
