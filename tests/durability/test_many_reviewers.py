"""Sixty members comment, suggest and consent at once on one draft over the real server: nothing is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.app import create_app
from kangjiansheng.committee.models import CommitteeMember, Meeting
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import reviews
from kangjiansheng.core.changes import record
from kangjiansheng.core.config import read_settings
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing as writing_now
from tests.support.server import Server
from tests.support.visitor import Visitor, form_of

CODE = "SAC-2026-05"
MEMBERS, ROUNDS = 60, 3
LIMIT = 420.0  # seconds for all of them together


@contextmanager
def inside(server: Server) -> Iterator[Flask]:
    """The application over the server's database, in this process."""
    app = create_app(read_settings(server.environment))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def seat_members(server: Server) -> list[str]:
    """Sixty members with accounts, and a draft under review: the public ids of its paragraphs of text."""
    with inside(server), writing_now():
        secretary = actor_by_email("secretary@kjs.example")
        assert secretary is not None
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == CODE)).one()
        known = db.session.scalars(
            select(Account).join(Person).where(Person.email == "member@kjs.example")
        ).one()
        seats = meeting.committee.state()
        for n in range(MEMBERS):
            person = Person(
                code=f"REVIEWER-{n}",
                email=f"reviewer{n}@kjs.example",
                name_hans=f"审阅席位{n}",
                illustrative=True,
            )
            db.session.add(person)
            db.session.flush()
            record("accounts:person:create", person, actor=secretary, before={})
            db.session.add(
                Account(
                    person_id=person.id,
                    password_hash=known.password_hash,
                    password_changed_at=known.password_changed_at,
                    notice_number=known.notice_number,
                )
            )
            seat = CommitteeMember(
                committee_id=meeting.committee_id, person_id=person.id, office="member", seat=100 + n,
                name_hans=f"审阅{n}", voting=False, valid_from=date(2026, 11, 20), illustrative=True,
            )  # fmt: skip
            db.session.add(seat)
        db.session.flush()
        db.session.refresh(meeting.committee)
        record("committee:member:add", meeting.committee, actor=secretary, before=seats)
        minutes = meeting.minutes
        assert minutes is not None
        reviews.open_review(minutes, actor=secretary)
        return [p.public_id for p in writing.standing_paragraphs(minutes) if p.kind == "text"]


class Reviewer(threading.Thread):
    """One member: comments, suggests and consents in each round; what was acknowledged is kept in a journal."""

    def __init__(self, server: Server, number: int, paragraphs: list[str], start: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.server, self.number, self.paragraphs, self.gate = server, number, paragraphs, start
        self.journal: list[str] = []
        self.refused: list[str] = []

    def run(self) -> None:
        """Sign in, wait for the others, and then all at once."""
        visitor = Visitor(self.server.base, timeout=120)
        self._patiently(lambda: visitor.sign_in(f"reviewer{self.number}"))
        self.gate.wait(240)
        for turn in range(ROUNDS):
            # Several meet on the same paragraph, and each of them visits several.
            paragraph = self.paragraphs[(self.number + turn) % len(self.paragraphs)]
            address = f"/meetings/{CODE}/minutes/paragraphs/{paragraph}"
            mark = f"席{self.number}次{turn}"
            _status, page = visitor.get(f"/meetings/{CODE}/minutes")
            once = form_of(page, f"{address}/comments") | {
                "text": f"批注 {mark}",
                "quote": "",
                "quote_at": "",
            }
            self._send(visitor, f"{address}/comments", once, f"批注 {mark}")
            _status, page = visitor.get(f"{address}/suggestion")
            form = self._only_form(page)
            self._send(visitor, f"{address}/suggestion", form | {"text": f"建议 {mark}"}, f"建议 {mark}")
            self._send(visitor, f"{address}/consent", {**self._csrf(form), "draft": "1"}, f"同意 {mark}")

    @staticmethod
    def _csrf(form: dict[str, str]) -> dict[str, str]:
        return {"csrf_token": form["csrf_token"]}

    @staticmethod
    def _only_form(page: object) -> dict[str, str]:
        forms = [f for f in page.forms if "revision" in dict(f.form_values())]  # type: ignore[attr-defined]
        return {name: value for name, value in forms[0].form_values() if name}

    def _send(self, visitor: Visitor, address: str, form: dict[str, str], mark: str) -> None:
        """Until the server takes it: one that says it is busy has saved nothing, and is asked again."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            status, _page = visitor.post(address, form)
            if status == 200:
                self.journal.append(mark)
                return
            if status != 503:
                self.refused.append(f"{mark}: {status}")
                return
            time.sleep(0.2)

    @staticmethod
    def _patiently(act: Callable[[], None]) -> None:
        for _attempt in range(20):
            try:
                return act()
            except (AssertionError, OSError):
                time.sleep(0.5)
        act()


@pytest.mark.soak
def test_sixty_at_once_lose_nothing(serve: Callable[..., Server]) -> None:
    server = serve(workers=2)
    paragraphs = seat_members(server)
    gate = threading.Barrier(MEMBERS)
    crowd = [Reviewer(server, n, paragraphs, gate) for n in range(MEMBERS)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(LIMIT)
    assert not any(one.is_alive() for one in crowd), "somebody still waits"
    refused = [text for one in crowd for text in one.refused]
    assert refused == [], [line for line in server.log().splitlines() if '"error"' in line][:2]
    said = sorted(mark for one in crowd for mark in one.journal)
    assert len(said) == MEMBERS * ROUNDS * 3
    assert stored(server) == said
    verdict = server.command("audit", "verify")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def stored(server: Server) -> list[str]:
    """What the database holds of them, in the words of the journal; each with its entry of the trail."""
    engine = sa.create_engine(server.url)
    with engine.connect() as connection:
        texts = [
            row[0]
            for table in ("comment", "suggestion")
            for row in connection.execute(
                sa.text(
                    f"SELECT t.text FROM {table} t JOIN audit_entry a ON a.thing = '{table}' AND a.thing_id = t.id "
                    "WHERE t.text LIKE '批注 席%' OR t.text LIKE '建议 席%'"
                )
            )
        ]
        consents = connection.execute(
            sa.text(
                "SELECT p.code, count(*) FROM consent c JOIN person p ON p.id = c.person_id "
                "JOIN audit_entry a ON a.thing = 'consent' AND a.thing_id = c.id "
                "WHERE p.code LIKE 'REVIEWER-%' GROUP BY p.code"
            )
        ).all()
    engine.dispose()
    agreed = [f"同意 席{code.split('-')[1]}次{n}" for code, count in consents for n in range(count)]
    return sorted([*texts, *agreed])
