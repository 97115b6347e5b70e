"""What a mail client is asked, and what it answers: read from a real SMTP server, given back as a mail program does."""

import email
import email.policy
import io
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee import commands
from kangjiansheng.committee.models import Attendance, Committee, Meeting
from kangjiansheng.committee.operations import meetings, replies
from kangjiansheng.core import clock, mailer
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.invitations import NoAnswer, read_answer
from kangjiansheng.core.transactions import commit
from tests.support.critic import Critic

CHAIR = "chair@kjs.example"


class Inbox:
    """What an SMTP server was sent, parsed as a mail program parses it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 taken"

    def last(self, to: str) -> EmailMessage:
        """The last invitation that went to an address."""
        asked = [m for m in self.mails if any(p.get_content_type() == "text/calendar" for p in m.walk())]
        return next(mail for mail in reversed(asked) if mail["To"] == to)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def inbox(app: Flask) -> Iterator[tuple[Inbox, Callable[[], int]]]:
    """An inbox, and a function that delivers what is due into it."""
    caught = Inbox()
    controller = Controller(caught, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:

        def deliver() -> int:
            address = f"smtp://127.0.0.1:{controller.port}"
            count = 0
            while sent := mailer.deliver(replace(app.config["SETTINGS"], smtp_url=address)):
                count += sent
            return count

        yield caught, deliver
    finally:
        controller.stop()


@pytest.fixture
def planned(in_app: Flask, actor: Callable[[str], Actor]) -> Meeting:
    """A meeting in three weeks, from half past nine to eleven."""
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    day = clock.today() + timedelta(days=21)

    def at(hour: time) -> datetime:
        return datetime.combine(day, hour, clock.SHANGHAI).astimezone(UTC)

    made = meetings.create_meeting(
        sac, actor=actor("secretary"), held_on=day, starts_at=at(time(9, 30)), ends_at=at(time(11)), place="甲楼，二层；会议室",
        items=[{"name_hans": "不外传的议题", "kind": "discuss"}],
    )  # fmt: skip
    commit()
    return made


def calendar_of(mail: EmailMessage) -> str:
    part = next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert all(len(line) <= 75 for line in body.split(b"\r\n")), "lines are folded"
    return re.sub(r"\r\n[ \t]", "", body.decode())


def value(calendar: str, name: str) -> str:
    head, _begin, event = calendar.partition("BEGIN:VEVENT")
    found = re.search(rf"(?m)^{name}[;:](.*?)\r?$", head if name == "METHOD" else event)
    return found[1] if found else ""


def answered(asked: str, state: str, **changes: str) -> str:
    """What a mail program makes of a request: its own object, the answer, the same UID and SEQUENCE."""
    facts = {"uid": value(asked, "UID"), "sequence": value(asked, "SEQUENCE"), "who": CHAIR} | changes
    return "\r\n".join([
        "BEGIN:VCALENDAR", "PRODID:-//Some//Mail Program//EN", "VERSION:2.0", "METHOD:REPLY", "BEGIN:VTIMEZONE",
        "TZID:China Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0800", "TZOFFSETTO:+0800",
        "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", f"ATTENDEE;PARTSTAT={state};CN=\"Chair: of it\":MAIL",
        f" TO:{facts['who'].upper()}", f"UID:{facts['uid']}", f"SEQUENCE:{facts['sequence']}", "DTSTAMP:20261123T040000Z",
        "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip


def mail_of(calendar: str, sender: str = CHAIR) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Chair <{sender}>", "kangjiansheng@localhost", "Accepted"
    mail.set_content("I come.")
    mail.add_alternative(
        calendar.encode(), maintype="text", subtype="calendar", params={"method": "REPLY", "charset": "utf-8"}
    )
    return bytes(mail)


def answer_of(meeting: Meeting, email_: str = CHAIR) -> str:
    db.session.expire_all()
    rows = db.session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id))
    return next((row.answer for row in rows if row.person.email == email_), "")


@pytest.mark.long
def test_a_request_a_change_and_a_cancellation(
    inbox: tuple[Inbox, Callable[[], int]], planned: Meeting, actor: Callable[[str], Actor]
) -> None:
    caught, deliver = inbox
    assert deliver() >= 3
    mail = caught.last(CHAIR)
    part = next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    assert (mail.get_content_type(), part.get_param("method")) == ("multipart/alternative", "REQUEST")
    asked = calendar_of(mail)
    day = planned.held_on
    assert value(asked, "METHOD") == "REQUEST"
    assert value(asked, "DTSTART") == f"TZID=Asia/Shanghai:{day:%Y%m%d}T093000"
    assert value(asked, "DTEND") == f"TZID=Asia/Shanghai:{day:%Y%m%d}T110000"
    assert "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai" in asked
    assert value(asked, "LOCATION") == "甲楼，二层；会议室"
    assert "RSVP=TRUE" in value(asked, "ATTENDEE") and value(asked, "ATTENDEE").endswith(f"mailto:{CHAIR}")
    assert value(asked, "ORGANIZER").endswith(mail["From"].addresses[0].addr_spec), (
        "answers go to where it came from"
    )
    assert f"/meetings/{planned.code}" in value(asked, "URL")
    assert "不外传的议题" not in asked + str(mail.get_body(("plain",))), "nothing of the agenda"
    uid, sequence = value(asked, "UID"), int(value(asked, "SEQUENCE"))
    secretary = actor("secretary")
    meetings.add_item(planned, actor=secretary, name_hans="又一题", kind="hear")
    commit()
    assert deliver() == 0, "an agenda asks nobody again"
    meetings.edit_meeting(planned, actor=secretary, version=planned.version, place="乙楼")
    commit()
    deliver()
    changed = calendar_of(caught.last(CHAIR))
    assert (value(changed, "UID"), int(value(changed, "SEQUENCE")), value(changed, "LOCATION")) == (
        uid,
        sequence + 1,
        "乙楼",
    )
    meetings.cancel_meeting(planned, actor=secretary)
    commit()
    deliver()
    gone = calendar_of(caught.last(CHAIR))
    assert (value(gone, "METHOD"), value(gone, "STATUS"), value(gone, "UID")) == ("CANCEL", "CANCELLED", uid)
    assert int(value(gone, "SEQUENCE")) == sequence + 2


@pytest.mark.long
@pytest.mark.parametrize(
    ("state", "answer"), [("ACCEPTED", "yes"), ("DECLINED", "no"), ("TENTATIVE", "maybe")]
)
def test_the_answer_comes_back(
    state: str,
    answer: str,
    inbox: tuple[Inbox, Callable[[], int]],
    planned: Meeting,
    actor: Callable[[str], Actor],
) -> None:
    caught, deliver = inbox
    deliver()
    asked = calendar_of(caught.last(CHAIR))
    _meeting, person, said = replies.take(mail_of(answered(asked, state)), actor=actor("secretary"))
    commit()
    assert (person.email, said, answer_of(planned)) == (CHAIR, answer, answer)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert entry.act == "committee:attendance:by-mail"


@pytest.mark.long
def test_answers_that_are_not_taken(
    inbox: tuple[Inbox, Callable[[], int]], planned: Meeting, actor: Callable[[str], Actor]
) -> None:
    caught, deliver = inbox
    deliver()
    asked, secretary = calendar_of(caught.last(CHAIR)), actor("secretary")
    cases = {
        "reply-other-sender": mail_of(answered(asked, "ACCEPTED"), "somebody@else.example"),
        "reply-stranger": answered(asked, "ACCEPTED", who="outsider@kjs.example").encode(),
        "reply-unknown": answered(asked, "ACCEPTED", uid="invitation-99999@localhost").encode(),
        "reply-no-reply": asked.encode(),
        "reply-unreadable": b"From: a@b.example\r\n\r\nI come.",
        "reply-too-large": b"x" * 300_000,
    }
    for code, data in cases.items():
        with pytest.raises(RuleBroken, match=code):
            replies.take(data, actor=secretary)
    meetings.edit_meeting(
        planned, actor=secretary, version=planned.version, held_on=planned.held_on + timedelta(days=1)
    )
    with pytest.raises(RuleBroken, match="reply-old"):
        replies.take(answered(asked, "ACCEPTED").encode(), actor=secretary)
    assert answer_of(planned) in ("", "none")


@pytest.mark.long
def test_piped_and_from_a_maildir(
    inbox: tuple[Inbox, Callable[[], int]], planned: Meeting, actor: Callable[[str], Actor], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caught, deliver = inbox
    deliver()
    asked = calendar_of(caught.last(CHAIR))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(mail_of(answered(asked, "DECLINED")))))
    assert commands.take_replies([], actor=actor("secretary")) == 0
    assert answer_of(planned) == "no"
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1.one").write_bytes(mail_of(answered(asked, "ACCEPTED")))
    (tmp_path / "new" / "2.two").write_bytes(b"From: a@b.example\n\nLunch?\n")
    assert commands.take_replies([tmp_path], actor=actor("secretary")) == 1
    assert answer_of(planned) == "yes"
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["2.two"], "what was refused stays for a person"
    assert "no readable answer" in capsys.readouterr().err


@pytest.mark.long
def test_the_secretary_brings_an_answer(
    inbox: tuple[Inbox, Callable[[], int]], planned: Meeting, client: Callable[..., Critic]
) -> None:
    caught, deliver = inbox
    deliver()
    asked = calendar_of(caught.last(CHAIR))
    page, here = client("secretary"), f"/meetings/{planned.code}/replies"
    assert "邮件答复" in page.get(f"/meetings/{planned.code}").text
    wrong = page.post(here, data={"file": (io.BytesIO(b"x"), "a.eml")}, content_type="multipart/form-data")
    assert wrong.status_code == 422
    sent = {"file": (io.BytesIO(answered(asked, "TENTATIVE").encode()), "a.ics")}
    assert page.post(here, data=sent, content_type="multipart/form-data").status_code == 303
    assert "待定" in page.get(f"/meetings/{planned.code}").text
    assert client("member").get(here).status_code == 403


@pytest.mark.long
def test_a_meeting_without_hours_is_asked_for_the_day(
    inbox: tuple[Inbox, Callable[[], int]], in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    caught, deliver = inbox
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    meetings.create_meeting(sac, actor=actor("secretary"), held_on=date(2027, 1, 8))
    commit()
    deliver()
    asked = calendar_of(caught.last(CHAIR))
    assert (value(asked, "DTSTART"), value(asked, "DTEND")) == ("VALUE=DATE:20270108", "VALUE=DATE:20270109")


def test_a_forwarded_answer_of_two_is_none() -> None:
    two = "BEGIN:VCALENDAR\nMETHOD:REPLY\nUID:invitation-1@a\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b\nATTENDEE;PARTSTAT=ACCEPTED:mailto:c@d\nEND:VCALENDAR"
    with pytest.raises(NoAnswer, match="unreadable"):
        read_answer(two.encode())


@pytest.mark.long
def test_a_mail_that_comes_late_does_not_undo_a_later_answer(
    inbox: tuple[Inbox, Callable[[], int]], planned: Meeting, actor: Callable[[str], Actor]
) -> None:
    """Written before the answer on the page, it is refused; written after, or with a clock that goes wrong, it counts."""
    caught, deliver = inbox
    deliver()
    asked = calendar_of(caught.last(CHAIR))

    def written(state: str, at: datetime, stamp: datetime | None = None) -> bytes:
        body = answered(asked, state).replace(
            "DTSTAMP:20261123T040000Z", f"DTSTAMP:{stamp or at:%Y%m%dT%H%M%SZ}"
        )
        mail = email.message_from_bytes(mail_of(body), policy=email.policy.default)
        mail["Date"] = at
        return bytes(mail)

    now = clock.now()
    meetings.answer(planned, "no", actor=actor("chair"))
    commit()
    with pytest.raises(RuleBroken, match="reply-older"):
        replies.take(written("ACCEPTED", now - timedelta(hours=3)), actor=actor("secretary"))
    db.session.rollback()
    assert answer_of(planned) == "no"
    later = now + timedelta(hours=2)
    with time_machine.travel(later + timedelta(minutes=1)):
        replies.take(written("ACCEPTED", later, stamp=now - timedelta(days=1)), actor=actor("secretary"))
        commit()
        assert answer_of(planned) == "yes", "a stamp that was given back does not make the mail an old one"
        replies.take(written("TENTATIVE", later + timedelta(days=300)), actor=actor("secretary"))
        commit()
        row = db.session.scalars(select(Attendance).where(Attendance.meeting_id == planned.id)).first()
        assert row is not None and row.answered_at is not None and row.answered_at <= clock.now()
