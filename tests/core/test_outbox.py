"""Mails and notices: written with the act, delivered after it by a real SMTP server, never lost."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, update

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.app import jobs
from kangjiansheng.core import clock, mailer, outbox
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.jobs import Job, Round, run_due
from kangjiansheng.core.outbox import Notification, Outbox, words_of
from kangjiansheng.core.transactions import writing
from tests.support.acts import an_act
from tests.support.critic import Critic
from tests.support.mails import Caught


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def ground(empty_app: Flask) -> Iterator[Flask]:
    with empty_app.app_context():
        yield empty_app


def queue(
    to: str = "x@kjs.example", *, name: str = "席位 03", locale: str = "zh-Hans", address: str = ""
) -> int:
    with writing():
        actor = queries.system_actor()
        person = operations.create_person(actor=actor, name_hans=name, account=False)
        change = an_act(actor)
        outbox.mail(to, "accounts:reset", {"name": name}, change=change, locale=locale, address=address)
        db.session.flush()
        assert person.id
        return db.session.scalars(select(Outbox.id).order_by(Outbox.id.desc())).first() or 0


def deliver(app: Flask, url: str | None) -> int:
    return mailer.deliver(replace(app.config["SETTINGS"], smtp_url=url))


def row(number: int) -> Outbox:
    db.session.expire_all()
    return db.session.get_one(Outbox, number)


def test_what_is_no_longer_for_its_reader_stays_here(app: Flask) -> None:
    """Whoever sees no longer what a mail is about when its turn comes gets nothing of it; the next mails leave."""
    with app.app_context():
        with writing():
            db.session.execute(update(Outbox).values(state="sent"))
        hidden, hers, theirs = (
            queue(f"{short}@kjs.example", address=address)
            for short, address in (
                ("outsider", "/projects/KJS-003"),
                ("outsider", "/notifications"),
                ("lead", "/projects/KJS-003"),
            )
        )
        sent: list[EmailMessage] = []
        assert mailer.deliver(app.config["SETTINGS"], sent.append) == 2
        assert [row(number).state for number in (hidden, hers, theirs)] == ["withheld", "sent", "sent"]
        assert {mail["To"] for mail in sent} == {"outsider@kjs.example", "lead@kjs.example"}


def test_who_was_let_go_or_has_another_address_gets_nothing_there(app: Flask) -> None:
    """The mail server was away for an hour: by then the account was stopped, or the address is somebody else's."""
    with app.app_context():
        with writing():
            db.session.execute(update(Outbox).values(state="sent"))
        stopped = queue("member@kjs.example", address="/projects/KJS-003")
        moved = queue("Lead@kjs.example", address="/projects/KJS-003")
        with writing():
            system, held = queries.system_actor(), queries.account_by_email
            gone, lead = held("member@kjs.example"), held("lead@kjs.example")
            assert gone is not None and lead is not None
            operations.disable(gone, actor=system)
            operations.edit_person(lead.person, actor=system, version=None, email="new@kjs.example")
        sent: list[EmailMessage] = []
        mailer.deliver(app.config["SETTINGS"], sent.append)
        assert [row(number).state for number in (stopped, moved)] == ["withheld", "sent"]
        told = {mail["To"]: mail["Subject"] for mail in sent}
        assert told == {"new@kjs.example": "重设康健生密码", "lead@kjs.example": "您的工作邮箱已更改"}


@pytest.mark.parametrize(
    ("locale", "subject", "part"),
    [
        ("zh-Hans", "重设康健生密码", "忽略这封邮件"),
        ("zh-Hant", "重設康健生密碼", "這封電郵"),
        ("en", "Reset your Kangjiansheng password", "ignore this mail"),
    ],
)
def test_a_mail_arrives_in_its_readers_language(
    ground: Flask, mail_server: tuple[Caught, str], locale: str, subject: str, part: str
) -> None:
    caught, url = mail_server
    number = queue(locale=locale, address="/notifications")
    assert deliver(ground, url) == 1
    (mail,) = caught.mails
    assert mail["Subject"] == subject and mail["To"] == "x@kjs.example"
    text = mail.get_content()  # type: ignore[attr-defined]
    assert part in text and "http://localhost/notifications" in text
    assert row(number).state == "sent" and row(number).sent_at is not None
    assert deliver(ground, url) == 0  # once


def test_without_a_server_a_mail_is_kept(ground: Flask) -> None:
    number = queue()
    assert deliver(ground, None) == 0
    assert row(number).state == "kept"


def test_while_the_server_is_down_it_is_tried_again_later(
    ground: Flask, mail_server: tuple[Caught, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caught, url = mail_server
    number = queue()
    down = f"smtp://127.0.0.1:{_free_port()}"
    assert deliver(ground, down) == 0
    first = row(number)
    assert (first.state, first.attempts) == ("waiting", 1) and "refused" in first.problem.lower()
    assert deliver(ground, url) == 0  # not yet due
    later = first.due_at
    monkeypatch.setattr(clock, "now", lambda: later)
    assert deliver(ground, url) == 1
    assert len(caught.mails) == 1 and row(number).state == "sent"


def test_after_many_failures_it_is_given_up_and_shown(ground: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    number = queue(address="/link/very-secret")
    down = f"smtp://127.0.0.1:{_free_port()}"
    waits = []
    for _ in range(outbox.RETRIES):
        at = row(number).due_at
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        deliver(ground, down)
        waits.append(row(number).due_at - at)
    assert row(number).state == "failed"
    assert waits == sorted(waits) and waits[0] >= timedelta(seconds=30)
    assert "very-secret" not in row(number).address


@pytest.mark.parametrize("url", [None, "server"])
def test_a_one_time_secret_is_forgotten_once_the_mail_has_left(
    ground: Flask, mail_server: tuple[Caught, str], url: str | None
) -> None:
    caught, address = mail_server
    number = queue(address="/link/very-secret")
    assert row(number).address == "/link/very-secret"
    deliver(ground, address if url else None)
    assert row(number).address == "/link/" and outbox.is_one_time(row(number).address)
    assert not url or "/link/very-secret" in caught.mails[0].get_content()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["x\r\nBcc: evil@kjs.example", "x\nSubject: y", "‮x", "=?utf-8?q?x?="])
def test_a_name_cannot_add_headers(ground: Flask, mail_server: tuple[Caught, str], name: str) -> None:
    caught, url = mail_server
    queue(name=name)
    deliver(ground, url)
    assert caught.to == [["x@kjs.example"]]
    assert caught.mails[0]["Bcc"] is None
    assert caught.mails[0]["Subject"] == "重设康健生密码"


def test_one_bad_address_does_not_stop_the_others(ground: Flask, mail_server: tuple[Caught, str]) -> None:
    caught, url = mail_server
    bad = queue(to="not an address\r\nBcc: y@kjs.example")
    good = queue(to="good@kjs.example")
    deliver(ground, url)
    assert row(good).state == "sent"
    assert row(bad).state in ("waiting", "failed", "sent")
    assert ["y@kjs.example"] not in caught.to


def test_the_same_mail_of_the_same_act_goes_out_once(ground: Flask) -> None:
    with pytest.raises(Exception, match=r"UNIQUE|uq_outbox"), writing():
        change = an_act(queries.system_actor())
        for _ in range(2):
            outbox.mail("x@kjs.example", "accounts:reset", {"name": "x"}, change=change, locale="en")
        db.session.flush()


def test_without_words_there_is_no_notice(ground: Flask) -> None:
    with pytest.raises(LookupError, match="accounts:nothing"):
        outbox.tell([1], "accounts:nothing", {}, address="/")


def test_a_notice_shows_on_the_bell_until_it_is_read(app: Flask, client: Callable[..., Critic]) -> None:
    visitor = client("lead")
    with app.app_context(), writing():
        person = db.session.scalars(select(Person).where(Person.email == "lead@kjs.example")).one()
        outbox.mark_read(person.id)
        outbox.tell([person.id, 1], "accounts:password-changed", {"name": "x"}, address="/account", besides=1)
    page = visitor.get("/notifications").text
    assert "您的密码已更改" in page and "通知，1 条未读" in page
    assert visitor.post("/notifications/read").status_code == 303
    assert "条未读" not in visitor.get("/notifications").text


def test_the_worker_does_what_is_due_and_no_more(ground: Flask) -> None:
    ran: list[str] = []
    job = Job("probe", timedelta(minutes=5), lambda: ran.append("x"))
    run_due([job])
    run_due([job])
    assert ran == ["x"]
    with writing():
        db.session.scalars(select(Round).where(Round.kind == "probe")).one().due_at = clock.now()
    run_due([job])
    assert ran == ["x", "x"]


def test_a_job_that_fails_does_not_stop_the_others(ground: Flask) -> None:
    ran: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    run_due([Job("bad", timedelta(0), fail), Job("good", timedelta(0), lambda: ran.append("x"))])
    assert ran == ["x"]


def test_the_mail_is_among_the_jobs(ground: Flask) -> None:
    assert "mail" in {job.kind for job in jobs(ground)}


def test_every_notice_of_illustrative_things_says_so(in_app: Flask) -> None:
    found = list(db.session.scalars(select(Notification))) + list(db.session.scalars(select(Outbox)))
    beyond = [row for row in found if not row.template.startswith("accounts:")]
    assert {row.template for row in beyond} >= {"committee:review-opened", "committee:approved"}
    for row in beyond:
        with speaking("en"):
            assert words_of(row.template, row.facts)[0].endswith("(illustrative data)"), row.template


def test_nobody_waits_while_a_mail_server_hangs(ground: Flask) -> None:
    """Another connection writes while the mail is on its way; what was sent is noted afterwards."""
    number = queue()

    def slow(_mail: object) -> None:
        engine = create_engine(db.engine.url, connect_args={"timeout": 0} if is_sqlite() else {})
        with engine.begin() as connection:
            connection.execute(update(Outbox).where(Outbox.id == number).values(locale="en"))
        engine.dispose()

    assert mailer.deliver(ground.config["SETTINGS"], slow) == 1
    assert (row(number).state, row(number).locale) == ("sent", "en")


def test_a_mail_whose_worker_died_is_sent_again(ground: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    number = queue()

    def dies(_mail: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mailer.deliver(ground.config["SETTINGS"], dies)
    again: list[object] = []
    assert mailer.deliver(ground.config["SETTINGS"], again.append) == 0  # it may still be on its way
    later = row(number).due_at
    monkeypatch.setattr(clock, "now", lambda: later)
    assert mailer.deliver(ground.config["SETTINGS"], again.append) == 1
    assert len(again) == 1 and row(number).attempts == 0
