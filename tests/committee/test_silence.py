"""Reminders, and what the charter makes of silence: recorded as such, of those who were told and of nobody else."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import Consent, Meeting, Minutes, Paragraph, ReviewReminder
from kangjiansheng.committee.operations import (
    consents,
    deadlines,
    interests,
    recall,
    reviews,
    signatures,
    silence,
)
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import silence as queries
from kangjiansheng.committee.rules import verification
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import commit
from tests.committee.independent_verifier import verify
from tests.support.critic import Critic
from tests.support.typed import typed

CODE = "SAC-2026-05"
PAGE = f"/meetings/{CODE}/minutes"
DAYS = 7
Who = Callable[[str], Actor]


@pytest.fixture
def draft(draft_minutes: Minutes, actor: Who) -> Any:
    """The first draft of the eighth minutes, under a charter with consent by default."""
    charter(draft_minutes, actor)
    return reviews.open_review(draft_minutes, actor=actor("secretary"))


def charter(minutes: Minutes, actor: Who) -> None:
    """From now on silence is consent after a week."""
    committee = minutes.meeting.committee
    before = committee.state()
    committee.default_consent, committee.default_consent_days = True, DAYS
    record("committee:committee:edit", committee, actor=actor("chair"), before=before)


@contextmanager
def days_later(days: int, hour: int = 9) -> Iterator[None]:
    """The round of the worker as it runs so many days later."""
    start = clock.now().astimezone(clock.SHANGHAI).replace(hour=hour, minute=0)
    with mock.patch.object(clock, "now", lambda: (start + timedelta(days=days)).astimezone(clock.UTC)):
        yield


def round_after(days: int, hour: int = 9) -> None:
    with days_later(days, hour):
        silence.look_after()


def leave(person: int | None = None) -> None:
    """A server takes the mails that wait (of one person alone, where one is named)."""
    mails = select(Outbox).where(Outbox.template == "committee:reminded")
    own = select(ReviewReminder.outbox_id).where(ReviewReminder.person_id == person)
    for mail in db.session.scalars(mails if person is None else mails.where(Outbox.id.in_(own))):
        mail.state, mail.sent_at = "sent", clock.now()
    db.session.flush()


def silent() -> set[str]:
    rows = db.session.scalars(select(Consent).where(Consent.kind == "default"))
    return {row.person.email.split("@")[0] for row in rows if row.person.email}


def reminders(draft: Any) -> list[tuple[str, int | None, bool]]:
    query = select(ReviewReminder).where(ReviewReminder.draft_version_id == draft.id)
    names = {s.person_id: s.person.email for s in draft.signers}
    return sorted(
        ((names[r.person_id] or "").split("@")[0], r.stage, r.says_silence) for r in db.session.scalars(query)
    )


def test_reminders_come_twice_by_day_and_say_what_silence_means(draft: Any) -> None:
    round_after(DAYS - 4)
    assert reminders(draft) == []
    round_after(DAYS - 3, hour=3)
    assert reminders(draft) == []
    round_after(DAYS - 3)
    round_after(DAYS - 3, hour=11)
    first = reminders(draft)
    assert ("chair", 3, False) in first and ("member", 3, True) in first
    assert len({row[0] for row in first if row[0]}) == len([row for row in first if row[0]])
    round_after(DAYS - 1)
    assert len(reminders(draft)) == 2 * len(first)
    told = db.session.scalars(select(Outbox).where(Outbox.to == "member@kjs.example")).all()
    own = [row for row in told if row.template == "committee:reminded" and row.facts["code"] == CODE]
    assert [row.facts["silence"] for row in own] == [True, True]


def test_silence_is_consent_of_those_alone_who_were_told(draft: Any, actor: Who) -> None:
    round_after(DAYS - 1)
    round_after(DAYS + 1)
    assert silent() == set(), "mails that only wait have told nobody anything"
    leave(actor("member").id)
    round_after(DAYS, hour=23)
    assert silent() == set(), "the last day is not over"
    round_after(DAYS + 1, hour=1)
    assert silent() == {"member"}
    row = db.session.scalars(select(Consent).where(Consent.kind == "default")).one()
    change = db.session.get_one(ChangeSet, row.change_set_id)
    assert (change.source, change.actor_id) == ("job", system_actor().id)
    bell = db.session.scalars(
        select(Notification).where(
            Notification.person_id == actor("member2").id, Notification.template == "committee:reminded"
        )
    ).first()
    assert bell is not None
    bell.read_at = clock.now()
    round_after(DAYS + 2)
    assert silent() == {"member", "member2"}
    round_after(DAYS + 3)
    assert db.session.query(Consent).filter_by(kind="default").count() == 2


def test_a_reminder_that_comes_when_its_day_is_over_has_told_nobody(draft: Any, actor: Who) -> None:
    """The mail server stood still: what it takes after the last day, and a notice that is opened then, count nothing."""
    round_after(DAYS - 3)
    round_after(DAYS - 1)
    with days_later(DAYS + 5):
        leave(actor("member").id)
        for bell in db.session.scalars(
            select(Notification).where(Notification.person_id == actor("member2").id)
        ):
            bell.read_at = clock.now()
    round_after(DAYS + 5, hour=10)
    round_after(DAYS + 9)
    assert silent() == set()


def test_never_of_the_chair_of_the_recused_and_of_who_has_spoken(
    draft_minutes: Minutes, actor: Who, sign: Callable[..., Any]
) -> None:
    charter(draft_minutes, actor)
    item = draft_minutes.meeting.items[1]
    interests.recuse(item, actor=actor("secretary"), person_id=actor("member").id)
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    text = next(p for p in writing.standing_paragraphs(draft_minutes) if p.kind == "text")
    objection = consents.answer(text, actor=actor("member2"), kind="object", note="不对")
    round_after(DAYS - 1)
    leave()
    round_after(DAYS + 1)
    assert not silent() & {"chair", "member", "member2"}
    assert draft_minutes.life == "review", "without the chair's signature nothing stands"
    consents.settle(objection, actor=actor("secretary"), note="下一稿改")
    round_after(DAYS + 2)
    assert "member2" not in silent(), "until then nobody had said to them what silence means"
    sign(draft, "chair")
    assert draft_minutes.life == "review", "nobody's silence was counted that may not be"


def test_a_charter_that_is_changed_holds_for_later_drafts(draft_minutes: Minutes, actor: Who) -> None:
    early = reviews.open_review(draft_minutes, actor=actor("secretary"))
    charter(draft_minutes, actor)
    round_after(DAYS - 1)
    assert reminders(early) and not any(said for *_, said in reminders(early))


def test_a_charter_without_it_counts_no_silence(draft_minutes: Minutes, actor: Who) -> None:
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    days = draft_minutes.meeting.committee.review_days
    round_after(days - 1)
    assert reminders(draft) and not any(said for *_, said in reminders(draft))
    leave()
    round_after(days + 30)
    assert silent() == set() and len(reminders(draft)) == len(draft.signers)


def test_a_reminder_that_comes_late_leaves_a_whole_day(draft: Any, actor: Who) -> None:
    """The worker stood still until after the deadline: who is told then can still answer."""
    round_after(DAYS + 2)
    leave()
    round_after(DAYS + 3, hour=23)
    assert silent() == set()
    round_after(DAYS + 4, hour=1)
    assert "member" in silent()


def test_the_last_silence_makes_the_minutes_stand_and_everything_says_so(
    draft: Any, draft_minutes: Minutes, actor: Who, sign: Callable[..., Any], client: Callable[..., Critic]
) -> None:
    sign(draft, "chair")
    round_after(DAYS - 1)
    leave()
    round_after(DAYS + 1)
    assert draft_minutes.life == "approved"
    assert {"member", "member2"} <= silent()
    commit()
    acts = db.session.scalars(
        select(AuditEntry.act).where(AuditEntry.actor_id == system_actor().id, AuditEntry.thing == "consent")
    ).all()
    assert set(acts) == {"committee:consent:default"}
    reader = client("member")
    page = reader.get(PAGE).text
    assert "默示同意" in page and "未答复，按章程视为同意" in page
    assert "默示同意" in reader.get(f"{PAGE}.md").text
    export = json.loads(reader.get(f"{PAGE}.json").data)
    assert len(export["draft"]["consents"]) == len(silent())
    assert [f for f in verification.check(export) if f.fault] == []
    verify(export)
    assert reader.get("/api/v1" + PAGE).get_json()["consents_by_default"]
    for key, value, code in (
        ("answer_by", "2027-01-01", "consent-early"),
        ("printed_name", "他人", "consent-changed"),
        ("person_id", export["draft"]["signatures"][0]["row"]["person_id"], "consent-twice"),
    ):
        forged = json.loads(json.dumps(export))
        forged["draft"]["consents"][0]["row"][key] = value
        assert code in {f.code for f in verification.check(forged) if f.fault}
    fewer = json.loads(json.dumps(export))
    fewer["draft"]["consents"] = []
    assert "approvals-missing" in {f.code for f in verification.check(fewer) if f.fault}


def test_who_signs_after_all_is_not_silent(draft: Any, actor: Who, sign: Callable[..., Any]) -> None:
    round_after(DAYS - 1)
    leave()
    round_after(DAYS + 1)
    assert actor("member").id in signatures.silent(draft)
    sign(draft, "member")
    assert actor("member").id not in signatures.silent(draft)
    assert actor("member").id in signatures.consents(draft)


def test_reminding_all_is_done_once_a_day(draft: Any, draft_minutes: Minutes, actor: Who, sign: Any) -> None:
    sign(draft, "member")
    count = silence.remind_all(draft_minutes, actor=actor("secretary"))
    assert count == len(draft.signers) - 1
    with pytest.raises(RuleBroken, match="reminded-lately"):
        silence.remind_all(draft_minutes, actor=actor("secretary"))
    with days_later(1, hour=14):
        assert silence.remind_all(draft_minutes, actor=actor("secretary")) == count


def test_a_draft_is_recalled_and_consents_are_void(
    draft: Any, draft_minutes: Minutes, actor: Who, sign: Callable[..., Any]
) -> None:
    sign(draft, "member")
    db.session.query(Notification).delete()
    recall.recall(draft_minutes, actor=actor("secretary"), note="采纳建议")
    assert draft_minutes.life == "draft" and not signatures.is_open(draft)
    told = {
        row.person_id: row.facts["note"]
        for row in db.session.scalars(select(Notification))
        if row.template == "committee:recalled"
    }
    assert told[actor("member").id] == "采纳建议"
    with pytest.raises(RuleBroken, match="not-in-review-now"):
        recall.recall(draft_minutes, actor=actor("secretary"), note="再来")
    second = reviews.open_review(draft_minutes, actor=actor("secretary"))
    assert signatures.consents(second) == set()


def test_who_approves_has_seen_the_open_objections(
    draft: Any, draft_minutes: Minutes, actor: Who, sign: Callable[..., Any]
) -> None:
    text: Paragraph = next(p for p in writing.standing_paragraphs(draft_minutes) if p.kind == "text")
    objection = consents.answer(text, actor=actor("member2"), kind="object", note="不对")
    with pytest.raises(RuleBroken, match="objections-unseen"):
        sign(draft, "member", shown_objections=[])
    sign(draft, "member", shown_objections=[objection.id])


def test_the_pages_show_terms_and_tools(app: Flask, client: Callable[..., Critic]) -> None:
    member, secretary = client("member"), client("secretary")
    address = "/meetings/SAC-2026-04/minutes"
    assert "收回文稿" in secretary.get(address).text and "收回文稿" not in member.get(address).text
    for path in ("reminders", "recall"):
        assert member.post(f"{address}/{path}").status_code == 403
    assert secretary.post(f"{address}/reminders").status_code == 303
    assert secretary.post(f"{address}/reminders").status_code == 422
    assert "1 份批准" in secretary.get(f"{address}/recall").text
    assert secretary.post(f"{address}/recall", data={"note": ""}).status_code == 422
    assert secretary.post(f"{address}/recall", data={"note": "采纳建议"}).status_code == 303
    assert secretary.get(address).status_code == 200
    assert isinstance(clock.now(), datetime)


def test_the_end_is_put_off_and_silence_counts_from_the_new_day(
    draft: Any, draft_minutes: Minutes, actor: Who
) -> None:
    """Reminders that named the day before count for nothing; new ones go out before the new day."""
    round_after(DAYS - 3)
    first = len(reminders(draft))
    assert first
    later = clock.today() + timedelta(days=DAYS + 10)
    deadlines.put_off(
        draft_minutes, actor=actor("secretary"), version=draft_minutes.version, due_on=later, note="节日"
    )
    told = db.session.scalars(select(Notification).where(Notification.template == "committee:put-off")).all()
    assert {one.person_id for one in told} == {one.person.id for one in queries.pending(draft)}
    commit()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "committee:review:put-off")).one()
    assert later.isoformat() in str(entry.after)
    leave()
    round_after(DAYS + 1)
    assert silent() == set(), "nobody is silent on the day that no longer counts"
    assert len(reminders(draft)) == first
    round_after(DAYS + 7)
    assert len(reminders(draft)) > first, "reminded anew, by the new day"
    leave()
    round_after(DAYS + 11)
    assert silent()


def test_it_is_only_put_off_and_only_while_review_runs(
    draft: Any, draft_minutes: Minutes, actor: Who
) -> None:
    secretary = actor("secretary")

    def ask(days: int, version: int | None = None) -> None:
        deadlines.put_off(
            draft_minutes, actor=secretary, version=version or draft_minutes.version,
            due_on=clock.today() + timedelta(days=days), note="",
        )  # fmt: skip

    for days in (-1, 0, DAYS):
        with pytest.raises(RuleBroken, match="deadline-earlier"):
            ask(days)
    with pytest.raises(RuleBroken, match="deadline-far"):
        ask(4000)
    with pytest.raises(Stale):
        ask(DAYS + 1, version=99)
    recall.recall(draft_minutes, actor=secretary, note="改")
    with pytest.raises(RuleBroken, match="not-in-review-now"):
        ask(DAYS + 1)


def test_the_page_says_whom_no_reminder_reached(
    app: Flask, client: Callable[..., Critic], actor: Who
) -> None:
    with app.app_context():
        minutes = db.session.scalars(select(Minutes).join(Minutes.meeting).where(Meeting.code == CODE)).one()
        charter(minutes, actor)
        reviews.open_review(minutes, actor=actor("secretary"))
        commit()
    page = client("secretary")
    form = f"{PAGE}/deadline"
    assert "现在的截止" in page.get(form).text
    assert "提醒没有及时送达" not in page.get(PAGE).text
    with days_later(DAYS):
        assert "人，他们不答复不视为同意" in page.get(PAGE).text
        assert "您不答复不视为同意" in client("member2").get(PAGE).text
        assert "提醒没有及时送达您" not in client("chair").get(PAGE).text, "the chair's silence never counts"
    wrong = client("secretary").post(form, data={"version": 1, "due_on": "2026-11-23"})
    assert wrong.status_code in (409, 422)
    assert client("member2").get(form).status_code == 403
    assert client("outsider").get(form).status_code == 404


def test_a_review_opens_with_a_last_day_to_come(app: Flask, client: Callable[..., Critic]) -> None:
    page = client("secretary")
    for day, said in (
        ("2026-11-22", "截止不能早于今天（2026-11-23）。"),
        ("2028-11-22", "截止最多可延到 365 天之后。"),
    ):
        refused = typed(page, f"{PAGE}/review", due_on=day)
        assert refused.status_code == 422 and said in refused.text and day in refused.text
    with app.app_context():
        minutes = db.session.scalars(select(Minutes).join(Minutes.meeting).where(Meeting.code == CODE)).one()
        assert (minutes.life, minutes.review_due_on) == ("draft", None)
    assert typed(page, f"{PAGE}/review", due_on="2026-11-23").status_code == 303
