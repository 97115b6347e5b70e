"""Packs by mail: who asked for it gets, in time and once, how much has changed; what, is behind the link."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kangjiansheng.accounts.models import Account
from kangjiansheng.committee.models import Committee, CommitteeMember, Meeting
from kangjiansheng.core import clock, mailer, queue
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.calendar import shipped
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.jobs import run_due
from kangjiansheng.core.outbox import MailAttachment, Notification, Outbox
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview import jobs, notices
from kangjiansheng.overview.models import PackDelivery
from kangjiansheng.overview.operations import deliveries
from kangjiansheng.overview.rules import deliveries as rules
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.mails import Caught
from tests.support.sheets import work

Client = Callable[..., Critic]
PAGE = "/overview/pack/deliveries"
MONDAY = "2026-11-30T09:10:00+08:00"  # the first working day of the week after today
LATER = "2026-11-30T09:11:00+08:00"
CODE = re.compile(r"\bKJS-\d{3}\b")


@pytest.mark.parametrize(
    ("rhythm", "today", "meeting", "expected"),
    [
        ("weekly", "2026-11-30", None, "2026-11-30"),
        ("weekly", "2026-12-02", None, "2026-11-30"),  # made up for, when nobody was there on Monday
        ("weekly", "2026-10-05", None, None),  # the National Day's week has not begun to work
        ("weekly", "2026-10-08", None, "2026-10-08"),
        ("monthly", "2026-12-01", None, "2026-12-01"),
        ("monthly", "2026-10-07", None, None),
        ("monthly", "2026-10-20", None, "2026-10-08"),
        ("meeting", "2026-12-09", "2026-12-11", None),
        ("meeting", "2026-12-10", "2026-12-11", "2026-12-10"),
        ("meeting", "2026-12-11", "2026-12-11", None),
        ("meeting", "2026-12-13", "2026-12-14", "2026-12-11"),  # a Monday: on the Friday before
        ("meeting", "2026-12-10", None, None),
    ],
)
def test_when_a_mail_is_due(rhythm: str, today: str, meeting: str | None, expected: str | None) -> None:
    near = date.fromisoformat(meeting) if meeting else None
    found = rules.occasion(rhythm, date.fromisoformat(today), shipped(), near)
    assert found == (date.fromisoformat(expected) if expected else None)


def subscribed(app: Flask, short: str, rhythm: str = "weekly", attachment: str = "") -> None:
    with app.app_context(), writing():
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        committee = sac.id if rhythm == "meeting" else None
        deliveries.subscribe(actor=who(short), rhythm=rhythm, committee_id=committee, attachment=attachment)


def rounds(app: Flask, at: str, times: int = 1) -> None:
    """The worker's round at an instant."""
    with time_machine.travel(datetime.fromisoformat(at), tick=True), app.app_context():
        for _n in range(times):
            run_due(list(jobs.ROUNDS))
            work(app)


def delivered(app: Flask, at: str, url: str) -> None:
    settings: Any = SimpleNamespace(smtp_url=url, base_url="http://localhost")
    with time_machine.travel(datetime.fromisoformat(at), tick=True), app.app_context():
        others = update(Outbox).where(Outbox.template != notices.PACK)  # of the demonstration
        with writing():
            db.session.execute(others.values(state="kept"))
        mailer.deliver(settings)


def mails(app: Flask) -> list[Outbox]:
    with app.app_context():
        return list(db.session.scalars(select(Outbox).where(Outbox.template == notices.PACK)))


@pytest.mark.long
def test_somebody_subscribes_on_the_page_and_unsubscribes(app: Flask, client: Client) -> None:
    reader = client("executive")
    assert PAGE in reader.get("/overview/pack").text
    assert PAGE not in reader.get("/overview/pack?as_of=2026-06-30").text
    assert reader.post(PAGE, data={"rhythm": "weekly", "attachment": "pptx"}).status_code == 303
    assert reader.post(PAGE, data={"rhythm": "meeting:SAC", "attachment": ""}).status_code == 303
    page = html.document_fromstring(reader.get(PAGE).text)
    ends = [form.action for form in page.forms if (form.action or "").endswith("/end")]
    assert len(ends) == 2 and "附幻灯片 PPTX" in page.text_content()
    assert client("partner").post(ends[0]).status_code == 404
    assert reader.post(ends[0]).status_code == 303
    assert "附幻灯片 PPTX" not in "".join(
        li.text_content() for li in html.document_fromstring(reader.get(PAGE).text).find_class("ov-row")
    )
    assert reader.post(ends[0]).status_code == 404
    with app.app_context():
        acts = db.session.scalars(
            select(AuditEntry.act).where(AuditEntry.thing == "pack_delivery").order_by(AuditEntry.seq)
        )
        assert list(acts) == ["overview:delivery:begin", "overview:delivery:begin", "overview:delivery:end"]


def test_the_same_rhythm_again_changes_the_file(app: Flask, client: Client) -> None:
    reader = client("executive")
    for attachment in ("pptx", "pdf"):
        reader.post(PAGE, data={"rhythm": "weekly", "attachment": attachment})
    with app.app_context():
        assert [one.attachment for one in db.session.scalars(select(PackDelivery))] == ["pdf"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"rhythm": "", "attachment": ""}, "请选择多久发送一次。"),
        ({"rhythm": "hourly", "attachment": ""}, "请选择多久发送一次。"),
        ({"rhythm": "meeting:NONE", "attachment": ""}, "请选择多久发送一次。"),
        ({"rhythm": "weekly", "attachment": "exe"}, "请选择只发链接，或一种附件。"),
    ],
)
def test_what_is_not_offered_is_refused(client: Client, data: dict[str, str], words: str) -> None:
    answer = client("executive").post(PAGE, data=data)
    assert answer.status_code == 422 and words in answer.text


def test_who_sees_no_meeting_is_offered_none_and_gets_none(app: Flask, client: Client) -> None:
    assert client("outsider").get(PAGE).status_code == 200
    with app.app_context(), writing(), pytest.raises(RuleBroken):
        deliveries.subscribe(actor=who("outsider"), rhythm="meeting", committee_id=999, attachment="")


@pytest.mark.long
def test_a_mail_comes_once_in_time_with_numbers_and_a_link(
    app: Flask, client: Client, mail_server: tuple[Caught, str]
) -> None:
    caught, url = mail_server
    subscribed(app, "executive")
    rounds(app, "2026-11-23T18:00:00+08:00")  # the week in which one subscribes is over
    rounds(app, "2026-11-29T10:00:00+08:00")  # a Sunday
    rounds(app, "2026-11-30T06:00:00+08:00")  # too early
    assert mails(app) == []
    rounds(app, MONDAY, times=2)
    delivered(app, LATER, url)
    rounds(app, "2026-12-01T09:00:00+08:00")
    (mail,) = caught.of("executive")
    assert str(mail["Subject"]).startswith("自 2026-11-23 以来：") and "示例数据" in str(mail["Subject"])
    body = mail.get_content()
    assert re.search(r"- \d+ 项行动逾期", body) and "退订：http://localhost" + PAGE in body
    assert not CODE.search(body)
    assert not any("效价" in part for part in (body, str(mail["Subject"])))
    link = re.search(r"http://localhost(/overview/pack\?\S+)", body)
    assert link and "at=09%3A10" in link[1] and "compare=2026-11-23" in link[1]
    assert len(mails(app)) == 1
    with time_machine.travel(datetime.fromisoformat("2026-12-04T10:00:00+08:00"), tick=True):
        page = client("executive").get(link[1])
        assert page.status_code == 200 and "数据截至 2026-11-30 09:10" in page.text
    with app.app_context():
        bell = db.session.scalars(select(Notification).where(Notification.template == notices.PACK)).all()
        assert [one.person_id for one in bell] == [who("executive").id]


@pytest.mark.parametrize(("lang", "words"), [("en", "actions are overdue"), ("zh-Hant", "項行動逾期")])
def test_a_mail_speaks_its_readers_language(
    app: Flask, mail_server: tuple[Caught, str], lang: str, words: str
) -> None:
    caught, url = mail_server
    with app.app_context(), writing():
        account = db.session.scalars(
            select(Account).join(Account.person).where(Account.person_id == who("executive").id)
        ).one()
        account.person.locale = lang
    subscribed(app, "executive")
    rounds(app, MONDAY)
    delivered(app, LATER, url)
    assert words in caught.words_to("executive")


@pytest.mark.long
def test_each_gets_their_own_with_the_rights_of_the_moment(
    app: Flask, mail_server: tuple[Caught, str]
) -> None:
    caught, url = mail_server
    for short in ("partner", "executive"):
        subscribed(app, short, attachment="xlsx")
    rounds(app, MONDAY)
    delivered(app, LATER, url)
    from tests.overview.test_pack import PARTNER, _unpacked

    seen = {}
    for short in ("partner", "executive"):
        (mail,) = caught.of(short)
        (file,) = list(mail.iter_attachments())
        assert file.get_filename() == "kangjiansheng-pack-2026-11-30-since-2026-11-23.xlsx"
        seen[short] = set(CODE.findall(_unpacked(file.get_content()).decode("utf-8", "replace")))
    assert seen["partner"] and seen["partner"] <= PARTNER < seen["executive"]
    with app.app_context():
        assert db.session.scalars(select(MailAttachment)).all() == []  # nothing of it is kept
        sent = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "overview:delivery:send")).all()
        assert len(sent) == 2 and all(len(entry.after["sha256"]) == 64 for entry in sent)


def test_before_a_meeting_it_comes_on_the_working_day_before(
    app: Flask, mail_server: tuple[Caught, str]
) -> None:
    caught, url = mail_server
    subscribed(app, "chair", "meeting")
    with app.app_context():
        planned = db.session.scalars(select(Meeting.held_on).where(Meeting.code == "SAC-2026-06")).one()
    assert planned == date(2026, 12, 11)
    rounds(app, "2026-12-09T10:00:00+08:00")
    assert mails(app) == []
    rounds(app, "2026-12-10T10:00:00+08:00", times=2)
    delivered(app, "2026-12-10T10:01:00+08:00", url)
    body = caught.words_to("chair")
    assert "下一次会议在 2026-12-11" in body and "自 2026-11-13 以来" in body
    assert len(caught.of("chair")) == 1


def test_who_left_the_committee_hears_nothing_of_its_meetings(app: Flask) -> None:
    subscribed(app, "secretary", "meeting")
    with app.app_context(), writing():
        for seat in db.session.scalars(
            select(CommitteeMember).where(CommitteeMember.person_id == who("secretary").id)
        ):
            seat.valid_to = clock.today() - timedelta(days=1)
    rounds(app, "2026-12-10T10:00:00+08:00")
    assert mails(app) == []


def test_who_cannot_sign_in_any_more_gets_none(app: Flask) -> None:
    subscribed(app, "executive")
    with app.app_context(), writing():
        account = db.session.scalars(select(Account).where(Account.person_id == who("executive").id)).one()
        account.disabled_at = clock.now()
    rounds(app, MONDAY)
    assert mails(app) == []


def test_who_has_nothing_to_be_told_is_left_in_peace(app: Flask) -> None:
    subscribed(app, "outsider")
    rounds(app, MONDAY)
    assert mails(app) == []
    with app.app_context():
        assert db.session.scalars(select(PackDelivery.last_on)).all() == [date(2026, 11, 30)]


def test_a_file_that_could_not_leave_at_once_stays_behind(app: Flask) -> None:
    """Its reader may not be allowed it any more when the mail goes at last; the link asks anew."""
    subscribed(app, "executive", attachment="xlsx")
    rounds(app, MONDAY)
    with app.app_context():
        assert len(db.session.scalars(select(MailAttachment)).all()) == 1
    delivered(app, LATER, "smtp://127.0.0.1:1")
    with app.app_context():
        assert db.session.scalars(select(MailAttachment)).all() == []
        assert db.session.scalars(select(Outbox.state).where(Outbox.template == notices.PACK)).all() == [
            "waiting"
        ]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("smtp://127.0.0.1:1", "2026-11-30T09:20:00+08:00"),  # no server answered
        (None, "2026-11-30T11:00:00+08:00"),  # the worker stood still
    ],
)
def test_a_mail_that_waited_tells_no_figure_of_the_rights_of_another_moment(
    first: str | None, then: str, app: Flask, mail_server: tuple[Caught, str]
) -> None:
    caught, url = mail_server
    subscribed(app, "lead", attachment="xlsx")
    rounds(app, MONDAY)
    assert mails(app)[0].facts["counts"]
    if first:
        delivered(app, LATER, first)
        assert "counts" not in mails(app)[0].facts, "it is not even stored"
    delivered(app, then, url)
    (mail,) = caught.of("lead")
    said = caught.words_to("lead")
    assert (
        "自 2026-11-23 以来的变化" in mail["Subject"] and "所以不写数目" in said and "/overview/pack" in said
    )
    assert not list(mail.iter_attachments()) and not re.search(r"\d+ (项|个|份|件)", mail["Subject"] + said)


def test_the_mail_that_was_kept_for_want_of_a_server_holds_no_file(app: Flask, client: Client) -> None:
    subscribed(app, "executive", attachment="xlsx")
    rounds(app, MONDAY)
    delivered(app, LATER, "")
    with app.app_context():
        assert db.session.scalars(select(MailAttachment)).all() == []
        (mail,) = db.session.scalars(select(Outbox).where(Outbox.template == notices.PACK))
        assert "counts" not in mail.facts
        number = mail.id
    assert "内容只对收件人开放" in client("admin").get(f"/admin/mails/{number}").text


@pytest.mark.long
def test_one_that_fails_takes_no_other_with_it_and_its_owner_sees_why(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for short in ("executive", "auditor"):
        subscribed(app, short)
    real, tried = jobs.sending.made, []

    def broken(one: Any, asking: Any) -> Any:
        if one.delivery_id == 1:
            tried.append(clock.now())
            raise RuntimeError("no")
        return real(one, asking)

    monkeypatch.setattr(jobs.sending, "made", broken)
    rounds(app, MONDAY)
    assert [mail.to for mail in mails(app)] == ["auditor@kjs.example"]
    for minute in range(11, 17):
        rounds(app, f"2026-11-30T09:{minute}:00+08:00")
    assert len(tried) == queue.ATTEMPTS, "it is not tried for ever"
    said = html.document_fromstring(client("executive").get(PAGE).text).find_class("ov-row")[0].text_content()
    assert "2026-11-30 的邮件没有发出：准备时出错（RuntimeError）" in said and "试过 3 次" in said
    assert "没有发出" not in client("auditor").get(PAGE).text
    monkeypatch.undo()
    rounds(app, "2026-12-07T09:10:00+08:00")
    assert sorted(mail.to for mail in mails(app))[1:] == ["auditor@kjs.example", "executive@kjs.example"]
    assert "没有发出" not in client("executive").get(PAGE).text


def test_a_mail_is_asked_for_once_and_a_wish_stands_once(app: Flask) -> None:
    subscribed(app, "executive")
    with time_machine.travel(datetime.fromisoformat(MONDAY), tick=True), app.app_context():
        for _worker in range(2):
            with writing():
                deliveries.ask()
        (task,) = db.session.scalars(select(queue.Task))
        for _worker in range(2):  # one that died after it had sent, before it could say so
            jobs.send_pack(task.payload, lambda _done, _of: None)
    assert len(mails(app)) == 1
    with app.app_context(), pytest.raises(IntegrityError), writing():
        same = db.session.scalars(select(PackDelivery)).one()
        db.session.add(PackDelivery(person_id=same.person_id, rhythm=same.rhythm, attachment=""))
