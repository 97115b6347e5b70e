"""Many guesses in the same instant tell no more than as many one after another: each failure is counted, and what is right
after too many of them does not count."""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import SignedInSession
from kangjiansheng.accounts.operations import factors, failures
from kangjiansheng.accounts.rules import factors as second
from kangjiansheng.core import throttle
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.throttle import TooOften
from kangjiansheng.core.transactions import writing
from tests.accounts.test_give_a_program_a_token import ASKED
from tests.accounts.test_links import LEAD
from tests.accounts.test_two_at_once import account, take_on
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.crowd import crowd

MANY = 30


def entries(app: Flask, act: str) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.act == act)) or 0


def version(app: Flask) -> int:
    with app.app_context():
        return account().version


def test_of_many_passwords_at_once_as_many_are_looked_at_as_may_fail(app: Flask) -> None:
    before = version(app)
    answers = crowd(
        app,
        MANY,
        lambda one, n: one.post("/sign-in", data={"email": LEAD, "password": f"wrong {n}"}),
    )
    assert Counter(a.status_code for a in answers) == {422: rules.FAILURES_PER_ACCOUNT, 429: MANY - 8}
    assert all(a.headers["Retry-After"] for a in answers if a.status_code == 429)
    assert entries(app, "accounts:session:fail") >= rules.FAILURES_PER_ACCOUNT
    assert version(app) == before, "a stranger who fails changes nothing of the account"


def test_of_many_second_steps_at_once_as_many_are_looked_at_as_may_fail(app: Flask) -> None:
    with app.app_context(), writing():
        take_on()
    first = Critic(app).post("/sign-in", data={"email": LEAD, "password": PASSWORD})
    (ticket,) = html.document_fromstring(first.text).xpath("//input[@name='ticket']/@value")
    before = version(app)
    answers = crowd(
        app,
        MANY,
        lambda one, n: one.post("/sign-in/second", data={"ticket": ticket, "code": f"{n:06}"}),
    )
    assert Counter(a.status_code for a in answers) == {422: second.FAILURES, 429: MANY - second.FAILURES}
    assert version(app) == before
    with app.app_context():
        told = select(func.count(Outbox.id)).where(Outbox.template == "accounts:factor-guessed")
        assert (db.session.scalar(told) or 0) >= 1, "its owner hears of it"


@pytest.mark.parametrize("page", ["/account/password", "/account/tokens/new"])
def test_who_holds_a_session_guesses_no_more_at_once(
    app: Flask, client: Callable[..., Critic], page: str
) -> None:
    thief = client("lead")

    def guess(one: Critic, number: int) -> TestResponse:
        wrong = f"wrong {number}"
        if page == "/account/password":
            return one.post(page, data={"old": wrong, "password": "a new one that is long"})
        return one.post(page, data=ASKED | {"password": wrong})

    answers = crowd(app, MANY, guess, like=thief)
    looked_at = sum("密码不正确" in a.text for a in answers)
    assert looked_at == rules.FAILURES_AT_SIGNING, Counter(a.status_code for a in answers)


def test_what_is_right_after_too_many_does_not_count(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was looked at before the failures beside it were counted."""
    monkeypatch.setattr(failures, "is_throttled", lambda *_: False)
    nobody = Actor(0, "")
    with app.app_context(), writing():
        for _ in range(rules.FAILURES_PER_ACCOUNT):
            failures.count_failure(account(), LEAD, address="127.0.0.1", actor=nobody)
    right = Critic(app).post("/sign-in", data={"email": LEAD, "password": PASSWORD})
    wrong = Critic(app).post("/sign-in", data={"email": LEAD, "password": "wrong"})
    assert right.status_code == wrong.status_code == 429
    assert _said(right) == _said(wrong), "nor is it told that it was right"
    assert entries(app, "accounts:session:fail") == rules.FAILURES_PER_ACCOUNT + 2, (
        "nor does it take less long"
    )
    with app.app_context():
        theirs = select(SignedInSession.id).where(SignedInSession.account_id == account().id)
        assert db.session.scalar(theirs) is None


def _said(answer: TestResponse) -> str:
    tree = html.document_fromstring(answer.text)
    said: str = tree.xpath("string(//main)")
    return said.replace(answer.headers["X-Request-Id"], "")


def test_a_right_code_after_too_many_is_not_used_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context(), writing():
        codes = take_on()
    with app.app_context(), writing():
        for _ in range(second.FAILURES):
            assert factors.count_failure(account().id, address="") is None
        assert isinstance(factors.count_failure(account().id, address=""), TooOften), "one too many"
    monkeypatch.setattr(factors, "is_throttled", lambda *_: False)
    with app.app_context(), pytest.raises(RuleBroken, match="recovery-wrong"), writing():
        factors.prove(account(), factors.Shown(code=codes[0]))
    with app.app_context(), writing():
        throttle.clear(f"second:{account().id}")
    with app.app_context(), writing():
        assert factors.prove(account(), factors.Shown(code=codes[0])) == "recovery"


def test_a_mailbox_is_not_filled_by_many_at_once(app: Flask) -> None:
    answers = crowd(app, 12, lambda one, _n: one.post("/forgot", data={"email": LEAD}))
    assert {a.status_code for a in answers} == {200}, "as for an address that nobody has"
    with app.app_context():
        resets = select(func.count(Outbox.id)).where(Outbox.template == "accounts:reset")
        assert db.session.scalar(resets) == rules.RESETS_PER_EMAIL
