"""Invitations and password resets: links that work once, for a while, for one account."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import operations, queries, rules
from kangjiansheng.accounts.models import OneTimeLink
from kangjiansheng.accounts.views import sign_in
from kangjiansheng.core import clock, transactions
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic

LEAD = "lead@kjs.example"
NEW = "seven quiet cranes"
RESETS = select(Outbox).where(Outbox.template == "accounts:reset")


def make(app: Flask, purpose: str = "reset", email: str = LEAD) -> str:
    with app.app_context(), writing():
        account = queries.account_by_email(email)
        return operations.make_link(account, purpose, actor=queries.system_actor(), send=False)


def test_a_link_sets_the_password_once_and_signs_in(app: Flask, client: Callable[..., Critic]) -> None:
    elsewhere = client("lead")
    path = make(app)
    visitor = client(None)
    assert "实验室负责人" in visitor.get(path).text
    assert visitor.post(path, data={"password": NEW}).status_code == 303
    assert visitor.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302  # all other sessions ended
    again = client(None)
    assert (
        again.get(path).status_code
        == again.post(path, data={"password": "another one 123"}).status_code
        == 404
    )
    assert client(None).post("/sign-in", data={"email": LEAD, "password": NEW}).status_code == 303


@pytest.mark.parametrize("purpose", ["reset", "invitation"])
def test_a_link_expires(
    app: Flask, client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    path, began = make(app, purpose), clock.now()
    life = rules.LINK_LIFE[purpose]
    monkeypatch.setattr(clock, "now", lambda: began + life - timedelta(seconds=1))
    assert client(None).get(path).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: began + life + timedelta(seconds=1))
    assert client(None).get(path).status_code == 404
    assert rules.LINK_LIFE["reset"] <= timedelta(hours=1)


def test_a_newer_link_ends_the_older_one(app: Flask, client: Callable[..., Critic]) -> None:
    first, second = make(app), make(app)
    assert client(None).get(first).status_code == 404
    assert client(None).get(second).status_code == 200


def test_a_stopped_account_has_no_way_in(app: Flask, client: Callable[..., Critic]) -> None:
    path = make(app)
    with app.app_context(), writing():
        operations.disable(queries.account_by_email(LEAD), actor=queries.system_actor())
    assert client(None).get(path).status_code == 404
    with app.app_context(), pytest.raises(RuleBroken, match="account-stopped"):
        account = queries.account_by_email(LEAD)
        operations.make_link(account, "reset", actor=queries.system_actor(), send=False)
    with app.app_context(), writing():
        operations.enable(queries.account_by_email(LEAD), actor=queries.system_actor())
    assert client(None).get(path).status_code == 404, "nor by an old link, when it is let in again"


def test_the_secret_is_stored_as_a_digest_only(app: Flask) -> None:
    secret = make(app).removeprefix("/link/")
    with app.app_context():
        row = db.session.scalars(select(OneTimeLink)).one()
        assert row.secret_sha256 == rules.secret_digest(secret) != secret
        assert len(secret) >= 43


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "至少 12 个字符"),
        ("a" * 129, "最多 128 个字符"),
        ("password1234", "太常见"),
        ("aaaaaaaaaaaaaaa", "太常见"),
        ("kangjiansheng12", "太常见"),
        ("1q2w3e4r5t6y", "太常见"),
        ("woaini5201314", "太常见"),
        ("Basketball2024", "太常见"),  # one of the 3,000 most common, and a year
        ("dragonmonkey", "太常见"),  # two of them
        ("leavemealone", "太常见"),  # as it stands in the list
        ("haematology26", "太常见"),  # what the person is called
        ("", "请填写此项"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(
    app: Flask, client: Callable[..., Critic], password: str, words: str
) -> None:
    answer = client(None).post(make(app), data={"password": password})
    assert answer.status_code == 422
    assert words in answer.text


def test_what_one_belongs_to_is_no_password(app: Flask, client: Callable[..., Critic]) -> None:
    path, password = make(app, email="member@kjs.example"), {"password": "jiaotong.school"}
    assert "太常见" in client(None).post(path, data=password).text  # of the name of the institution
    assert client(None).post(make(app), data=password).status_code == 303


@pytest.mark.parametrize(
    "password",
    ["十二个以上的汉字组成一句话即可", "🦢🦢 crane 🌊 sea", "  two  spaces kept  ", "x1" * 3 + "yz🙂" * 30],
)
def test_any_password_of_enough_characters_is_taken_as_it_is(
    app: Flask, client: Callable[..., Critic], password: str
) -> None:
    assert client(None).post(make(app), data={"password": password}).status_code == 303
    assert client(None).post("/sign-in", data={"email": LEAD, "password": password}).status_code == 303
    assert (
        client(None).post("/sign-in", data={"email": LEAD, "password": password.strip() + "x"}).status_code
        == 422
    )


def test_asking_for_a_reset_tells_nobody_who_has_an_account(
    app: Flask, client: Callable[..., Critic]
) -> None:
    known = client(None).post("/forgot", data={"email": LEAD})
    unknown = client(None).post("/forgot", data={"email": "nobody@kjs.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(known.headers["X-Request-Id"], "") == unknown.text.replace(
        unknown.headers["X-Request-Id"], ""
    )
    with app.app_context():
        mail = db.session.scalars(RESETS).one()
        assert mail.to == LEAD


def test_a_reset_takes_as_long_whether_or_not_a_mail_is_written(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is waited for ends after the commit, which takes longer where there is an account."""
    happened: list[str] = []
    real = transactions.commit
    monkeypatch.setattr(transactions, "commit", lambda: (happened.append("commit"), real())[1])
    monkeypatch.setattr(sign_in.time, "sleep", lambda _seconds: happened.append("wait"))
    for email in (LEAD, "nobody@kjs.example"):
        visitor = client(None)
        visitor.get("/forgot")
        happened.clear()
        assert visitor.post("/forgot", data={"email": email}).status_code == 200
        assert happened[:2] == ["commit", "wait"], email


def test_nobodys_mailbox_is_filled_by_strangers(app: Flask, client: Callable[..., Critic]) -> None:
    visitor = client(None)
    answers = {
        visitor.post("/forgot", data={"email": LEAD}).status_code for _ in range(rules.RESETS_PER_EMAIL + 2)
    }
    assert answers == {200}
    with app.app_context():
        assert len(list(db.session.scalars(RESETS))) == rules.RESETS_PER_EMAIL
    for number in range(rules.RESETS_PER_ADDRESS):
        visitor.post("/forgot", data={"email": f"n{number}@kjs.example"})
    assert visitor.post("/forgot", data={"email": LEAD}).status_code == 429


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RESET_ANSWER_SECONDS", 0.0)
