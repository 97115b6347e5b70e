"""Mails about meetings and minutes say in their subject what is wanted and by when, in the reader's script."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import Committee, Minutes
from kangjiansheng.committee.operations import amendments, meetings, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import prose_day, speaking
from kangjiansheng.core.outbox import Outbox, words_of


def mail_of(template: str, short: str, language: str = "zh-Hans") -> tuple[str, str]:
    """Subject and text of the last mail of a kind to one of the cast."""
    query = select(Outbox).where(Outbox.template == template, Outbox.to == f"{short}@kjs.example")
    mail = db.session.scalars(query.order_by(Outbox.id.desc())).first()
    assert mail is not None, f"no mail {template} to {short}"
    with speaking(language):
        return words_of(mail.template, mail.facts)


def test_who_is_asked_to_sign_reads_until_when(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> None:
    day = clock.today() + timedelta(days=9)
    reviews.open_review(draft_minutes, actor=actor("secretary"), due_on=day)
    subject, text = mail_of("committee:review-opened", "member")
    assert subject == f"请审阅并签署：第8次会议纪要，{prose_day(day)}截止（示例数据）"
    assert text.endswith(f"纪要第 1 稿。请审阅并签署，{prose_day(day)}截止。")
    english, _text = mail_of("committee:review-opened", "member", "en")
    assert ", by Wed 2 Dec" in english
    with speaking("zh-Hans"):
        old = words_of(
            "committee:review-opened",
            {"meeting": {"hans": "第8次会议"}, "code": "X", "who": "席位", "draft": 1},
        )
    assert old == ("请审阅并签署：第8次会议纪要", "席位 已提交第8次会议（X）纪要第 1 稿。请审阅并签署。")


def test_an_invitation_names_day_and_hours(actor: Callable[[str], Actor]) -> None:
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    day = clock.today() + timedelta(days=40)
    starts = datetime.combine(day, time(1, 30), UTC)
    more = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "place": "三楼"}
    made = meetings.create_meeting(sac, actor=actor("secretary"), held_on=day, **more)
    assert f"定于 {prose_day(day)}09:30 至 11:30，三楼。" in mail_of("committee:meeting-planned", "member")[1]
    for act, word in (("planned", "会议邀请"), ("cancelled", "会议取消")):
        subject, _text = mail_of(f"committee:meeting-{act}", "member")
        assert subject.startswith(f"{word}：{made.name_hans}，") and subject.endswith(
            f"{prose_day(day)}09:30 至 11:30"
        )
        if act == "planned":
            meetings.cancel_meeting(made, actor=actor("secretary"))


def test_who_acted_is_named_in_the_script_of_the_reader(
    draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Callable[..., Any]
) -> None:
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    assert "科學委員會秘書 已提交" in mail_of("committee:review-opened", "member", "zh-Hant")[1]
    sign(draft, "chair", meaning="request_changes", note="请写明随访率。")
    text = mail_of("committee:changes-requested", "secretary", "zh-Hant")[1]
    assert text.startswith("主任委員 要求修改：请写明随访率。此前"), "what was written stays, and ends once"


def test_a_correction_is_asked_for_by_mail_and_tells_nothing_of_it(
    approved: Minutes, actor: Callable[[str], Actor]
) -> None:
    paragraph = next(p for p in writing.standing_paragraphs(approved) if p.kind == "text")
    made = amendments.propose(paragraph, actor=actor("secretary"), text="应到 9 人。", reason="人数有误。")
    assert made.draft is not None
    for short in ("chair", "member", "member2"):
        subject, text = mail_of("committee:amendment-proposed", short)
        assert subject == "请签署勘误：第8次会议（示例数据）"
        assert "对已生效的第8次会议（SAC-2026-05）纪要提出勘误 1，请签署。" in text
        assert "应到" not in text and "人数有误" not in text
    query = select(Outbox.to).where(Outbox.template == "committee:amendment-proposed")
    signers = {s.person.email for s in made.draft.signers if s.person_id != actor("secretary").id}
    assert set(
        db.session.scalars(query.where(Outbox.facts["code"].as_string() == "SAC-2026-05"))
    ) == signers - {None}
