"""An invitation answered by the link of its mail, without signing in."""

import re
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.committee.models import Attendance, Committee, Meeting
from kangjiansheng.committee.operations import meetings
from kangjiansheng.core import clock, outbox
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import commit

MEMBER = "member@kjs.example"


@pytest.fixture
def planned(in_app: Flask, actor: Callable[[str], Actor]) -> Meeting:
    """A meeting next week, to which everybody was just invited."""
    committee = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    day = clock.today() + timedelta(days=7)
    start = clock.start_of(day) + timedelta(hours=9)
    made = meetings.create_meeting(
        committee, actor=actor("secretary"), held_on=day, starts_at=start, place="甲会议室",
        items=[{"name_hans": "不可外传的议题", "kind": "discuss"}],
    )  # fmt: skip
    commit()
    return made


def link_of(meeting: Meeting, to: str = MEMBER) -> str:
    """The path in the last mail about a meeting to an address."""
    mails = db.session.scalars(select(Outbox).where(Outbox.to == to).order_by(Outbox.id.desc()))
    mail = next(m for m in mails if m.facts.get("code") == meeting.code and m.facts.get("links"))
    words = outbox.words_of(mail.template, mail.facts)[1]
    found = re.search(r"/invitation/\S+", words)
    assert found is not None
    return found[0]


def said(meeting: Meeting, to: str = MEMBER) -> str:
    db.session.expire_all()
    query = select(Attendance.answer).join(Attendance.person).where(
        Attendance.meeting_id == meeting.id, Person.email == to
    )  # fmt: skip
    return db.session.scalar(query) or "none"


def post(client: FlaskClient, path: str, answer: str) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    return client.post(path, data={"answer": answer, "csrf_token": token[1] if token else ""}).status_code


@pytest.mark.long
def test_answered_without_signing_in(planned: Meeting, in_app: Flask) -> None:
    client, path = in_app.test_client(), link_of(planned)
    page = client.get(path)
    assert page.status_code == 200
    assert "甲会议室" in page.text
    assert "不可外传的议题" not in page.text
    assert said(planned) == "none", "opening it says nothing"
    assert post(client, path, "online") == 303
    assert said(planned) == "online"
    assert post(client, path, "no") == 303
    assert said(planned) == "no"
    assert post(client, path, "perhaps") == 422
    assert said(planned) == "no"
    assert client.get("/", follow_redirects=False).status_code == 302, "it opens nothing else"
    entry = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.act == "committee:attendance:answer")
        .order_by(AuditEntry.id.desc())
    ).first()
    assert entry is not None
    assert entry.actor_id == db.session.scalar(select(Person.id).where(Person.email == MEMBER))


def test_each_person_has_a_link_of_their_own(planned: Meeting, in_app: Flask) -> None:
    assert link_of(planned) != link_of(planned, "chair@kjs.example")
    client = in_app.test_client()
    assert client.get("/invitation/" + "x" * 43).status_code == 404


def test_it_ends_when_the_meeting_begins(planned: Meeting, in_app: Flask) -> None:
    client, path = in_app.test_client(), link_of(planned)
    begins = planned.starts_at
    assert begins is not None
    for late, status in ((-1, 200), (1, 404)):
        with mock.patch.object(clock, "now", lambda late=late: begins + timedelta(minutes=late)):
            assert client.get(path).status_code == status


def test_an_old_invitation_is_not_answered(
    planned: Meeting, in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    client, path = in_app.test_client(), link_of(planned)
    meetings.edit_meeting(planned, actor=actor("secretary"), version=planned.version, place="乙会议室")
    commit()
    assert "请用最新一封邀请里的链接答复" in client.get(path).text
    assert post(client, path, "yes") in (400, 403, 422)
    assert said(planned) == "none"
    assert post(client, link_of(planned), "yes") == 303
    meetings.cancel_meeting(planned, actor=actor("secretary"))
    commit()
    assert client.get(link_of(planned)).status_code == 404


def test_a_stopped_account_ends_it(planned: Meeting, in_app: Flask) -> None:
    path = link_of(planned)
    account = db.session.scalars(select(Account).join(Account.person).where(Person.email == MEMBER)).one()
    account.disabled_at = clock.now()
    commit()
    assert in_app.test_client().get(path).status_code == 404


def test_the_secret_is_forgotten_when_the_mail_has_left(planned: Meeting) -> None:
    mail = next(
        m for m in db.session.scalars(select(Outbox).where(Outbox.to == MEMBER)) if m.facts.get("links")
    )
    assert outbox.holds_secret(mail)
    outbox.settle(mail, "sent")
    assert "/invitation/" not in str(mail.facts)
