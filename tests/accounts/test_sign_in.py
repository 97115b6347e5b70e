"""Signing in and out: who gets in, what a stranger learns, how guessing is slowed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.accounts import operations, passwords, queries, rules, sessions
from kangjiansheng.accounts.models import Account, SignedInSession
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.proxies import origin
from kangjiansheng.core.text import own_path
from kangjiansheng.core.throttle import Throttle
from kangjiansheng.core.transactions import writing
from tests.support.app import PASSWORD, Databases, make, settings_for
from tests.support.critic import Critic

LEAD = "lead@kjs.example"


def sign_in(client: Critic, email: str = LEAD, password: str = PASSWORD, **fields: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", data={"email": email, "password": password, **fields})


def test_the_right_password_opens_the_account(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    assert visitor.get("/account").headers["Location"].startswith("/sign-in?next=/account")
    assert sign_in(visitor, " LEAD@kjs.example ").status_code == 303
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [(LEAD, "wrong"), ("nobody@kjs.example", PASSWORD), ("' or 1=1 --", PASSWORD)]
)
def test_a_refusal_says_the_same_whoever_asks(
    client: Callable[..., Critic], email: str, password: str
) -> None:
    answer = sign_in(client(None), email, password)
    assert answer.status_code == 422
    assert "邮箱或密码不正确" in answer.text
    assert "Set-Cookie" not in answer.headers or "user_id" not in answer.headers["Set-Cookie"]


def test_a_stopped_account_is_told_so_to_who_knows_its_password(
    app: Flask, client: Callable[..., Critic]
) -> None:
    signed_in = client("lead")
    with app.app_context(), writing():
        account = queries.account_by_email(LEAD)
        operations.disable(account, actor=queries.system_actor())
    assert "已被结束" in signed_in.get("/account", follow_redirects=True).text, "whoever is put out is told"
    assert "已被结束" not in client(None).get("/sign-in").text
    stopped, wrong = sign_in(client(None)), sign_in(client(None), password="wrong")
    assert stopped.status_code == wrong.status_code == 422
    assert "此账号已停用" in stopped.text
    assert "邮箱或密码不正确" in wrong.text and "停用" not in wrong.text


def test_a_missing_account_takes_as_long_as_a_wrong_password(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str | None] = []
    real = passwords.fits

    def count(password: str, stored: str | None) -> bool:
        hashed.append(stored)
        return real(password, stored)

    monkeypatch.setattr(passwords, "fits", count)
    sign_in(client(None), "nobody@kjs.example")
    sign_in(client(None), password="wrong")
    assert len(hashed) == 2  # one hash each
    assert passwords.fits("anything at all", None) is False


def test_a_failure_is_recorded_without_what_was_typed(app: Flask, client: Callable[..., Critic]) -> None:
    sign_in(client(None), password="hunter2 hunter2")
    sign_in(client(None), "my-secret-typed-here@x.example")
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.act == "accounts:session:fail").order_by(AuditEntry.seq)
        known, unknown = db.session.scalars(query)
        assert known.actor_label and known.after == unknown.after == {"from": "127.0.0.1"}
        assert unknown.thing_id == 0
        everything = str([(e.before, e.after, e.actor_label) for e in (known, unknown)])
        assert "hunter2" not in everything and "my-secret" not in everything


@pytest.mark.parametrize("email", [LEAD, "nobody@kjs.example"])
def test_guessing_is_slowed_for_accounts_that_are_there_and_that_are_not(
    client: Callable[..., Critic], email: str
) -> None:
    visitor = client(None)
    for _ in range(rules.FAILURES_PER_ACCOUNT):
        assert sign_in(visitor, email, "wrong").status_code == 422
    answer = sign_in(visitor, email)  # even the right one
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(client: Callable[..., Critic]) -> None:
    stranger = client(None)
    for _ in range(rules.FAILURES_PER_ACCOUNT + 1):
        stranger.post(
            "/sign-in", data={"email": LEAD, "password": "x"}, environ_overrides={"REMOTE_ADDR": "192.0.2.9"}
        )
    assert sign_in(client(None)).status_code == 303


def test_a_network_of_ipv6_is_one_address(client: Callable[..., Critic]) -> None:
    """Whoever has one has 2^64, and could guess from a new one each time."""

    def guess(address: str) -> int:
        data = {"email": LEAD, "password": "wrong"}
        answer = client(None).post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": address})
        return int(answer.status_code)

    for number in range(rules.FAILURES_PER_ACCOUNT):
        assert guess(f"2001:db8:1:2::{number:x}") == 422
    assert guess("2001:db8:1:2:ffff::1") == 429 and guess("2001:db8:1:3::1") == 422
    for address in ("192.0.2.1", "::ffff:192.0.2.1"):
        assert origin(address) == "192.0.2.1", "the same caller by either family"
    assert [origin(word) for word in ("", "unix:", "fe80::1%eth0")] == ["", "unix:", "fe80::/64"]


@pytest.mark.long
def test_one_address_is_slowed_over_many_accounts(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    for number in range(rules.FAILURES_PER_ADDRESS):
        sign_in(visitor, f"n{number}@kjs.example", "wrong")
    assert sign_in(visitor, "fresh@kjs.example", "wrong").status_code == 429


def test_the_right_password_clears_the_failures(app: Flask, client: Callable[..., Critic]) -> None:
    visitor = client(None)
    for _ in range(rules.FAILURES_PER_ACCOUNT - 1):
        sign_in(visitor, password="wrong")
    assert sign_in(visitor).status_code == 303
    with app.app_context():
        key = rules.failure_key(LEAD, "127.0.0.1")
        assert db.session.scalar(select(Throttle).where(Throttle.key == key)) is None


def test_the_window_of_failures_runs_out(
    app: Flask, client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = client(None)
    for _ in range(rules.FAILURES_PER_ACCOUNT):
        sign_in(visitor, password="wrong")
    assert sign_in(visitor).status_code == 429
    later = clock.now() + rules.FAILURE_WINDOW + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert sign_in(visitor).status_code == 303


def test_signing_in_begins_a_new_session_and_ends_the_old_one(
    app: Flask, client: Callable[..., Critic]
) -> None:
    visitor = client(None)
    visitor.get("/sign-in")
    with visitor.session_transaction() as cookie:
        cookie["planted"] = "by an attacker"
    sign_in(visitor)
    with visitor.session_transaction() as cookie:
        first = cookie["_user_id"]
        assert "planted" not in cookie
    sign_in(visitor, "lead2@kjs.example")
    with visitor.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    with app.app_context():
        assert queries.open_session(first) is None


def test_signing_out_ends_the_session_at_the_server(client: Callable[..., Critic]) -> None:
    visitor = client("lead")
    with visitor.session_transaction() as cookie:
        kept = dict(cookie)
    assert visitor.post("/sign-out").status_code == 303
    with visitor.session_transaction() as cookie:
        cookie.update(kept)  # a stolen cookie, used again
    assert visitor.get("/account").status_code == 302


def test_the_cookie_holds_no_more_than_a_random_key(app: Flask, client: Callable[..., Critic]) -> None:
    visitor = client("lead")
    cookie = visitor.get_cookie("kjs")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax" and cookie.path == "/"
    with visitor.session_transaction() as held:
        assert len(held["_user_id"]) >= 43  # 256 bits
    with app.app_context():
        row = db.session.scalars(select(SignedInSession)).one()
        assert row.key_sha256 == rules.secret_digest(held["_user_id"])


@pytest.mark.long
def test_over_https_the_cookie_is_bound_to_the_host(own_app: Flask) -> None:
    from dataclasses import replace

    own_app.config["SETTINGS"] = replace(own_app.config["SETTINGS"], base_url="https://kjs.example")
    sessions.init_app(own_app)
    assert own_app.config["SESSION_COOKIE_NAME"] == "__Host-kjs"
    assert own_app.config["SESSION_COOKIE_SECURE"] and own_app.config["SESSION_COOKIE_PATH"] == "/"
    assert not own_app.config.get("SESSION_COOKIE_DOMAIN")


@pytest.mark.long
@pytest.mark.parametrize("secure", [True, False])
def test_what_a_browser_is_told_of_the_cookie(databases: Databases, tmp_path: Path, secure: bool) -> None:
    """As it stands in the answer, at every step of signing in and out: not as the settings have it."""
    base = "https://kjs.example" if secure else "http://localhost"
    app = make(settings_for(tmp_path, databases.fresh("demo"), KJS_BASE_URL=base))
    visitor, expected = (
        app.test_client(),
        {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if secure else set()),
    )
    typed, seen = {"email": LEAD, "password": PASSWORD}, 0
    for method, path, data in (
        ("GET", "/sign-in", {}),
        ("POST", "/sign-in", typed),
        ("POST", "/sign-out", {}),
    ):
        answer = visitor.open(path, method=method, data=data, base_url=base, headers={"Origin": base})
        assert answer.status_code in (200, 303)
        for cookie in answer.headers.getlist("Set-Cookie"):
            first, *parts = cookie.split("; ")
            if not first.startswith(("__Host-kjs=", "kjs=")):
                continue
            seen += 1
            assert first.startswith("__Host-kjs=" if secure else "kjs=")
            assert {one for one in parts if not one.startswith(("Expires=", "Max-Age="))} == expected, path
    assert seen >= 2
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_clock_that_was_set_back_ends_no_session(client: Callable[..., Critic]) -> None:
    visitor = client("lead")
    for hours in (-1, 1):
        later = clock.now() + timedelta(hours=hours)
        with time_machine.travel(later, tick=False):
            assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("idle", "age"), [(rules.SESSION_IDLE, timedelta(0)), (timedelta(0), rules.SESSION_TOTAL)]
)
def test_a_session_ends_when_idle_or_old(
    app: Flask, client: Callable[..., Critic], idle: timedelta, age: timedelta
) -> None:
    visitor = client("lead")
    assert visitor.get("/account").status_code == 200
    with app.app_context(), writing():
        row = db.session.scalars(select(SignedInSession)).one()
        row.last_seen_at = clock.now() - idle - timedelta(seconds=1)
        row.created_at = clock.now() - age - timedelta(seconds=1)
    assert visitor.get("/account").status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "http:evil.example",
        "javascript:alert(1)", "/\tevil", "/\nevil", "http://[", "%2F%2Fevil.example", "evil.example", "",
    ],
)  # fmt: skip
def test_after_signing_in_one_stays_in_the_house(client: Callable[..., Critic], wanted: str) -> None:
    assert own_path(wanted) == "/"
    assert sign_in(client(None), next=wanted).headers["Location"] == "/"


def test_after_signing_in_one_is_where_one_wanted_to_be(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    page = visitor.get("/sign-in?next=/notifications?x=1")
    assert 'value="/notifications?x=1"' in page.text
    assert sign_in(visitor, next="/notifications?x=1").headers["Location"] == "/notifications?x=1"


def test_whoever_is_signed_in_needs_no_sign_in_page(client: Callable[..., Critic]) -> None:
    assert client("lead").get("/sign-in").status_code == 302


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_the_sign_in_page_speaks_three_languages(client: Callable[..., Critic], language: str) -> None:
    words = {"zh-Hans": "登录", "zh-Hant": "登入", "en": "Sign in"}
    assert f"<h1>{words[language]}</h1>" in client(None, language).get("/sign-in").text


def test_a_session_is_seen_at_most_every_five_minutes(
    app: Flask, client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = client("lead")
    with app.app_context():
        before = db.session.scalar(select(SignedInSession.last_seen_at))
    visitor.get("/account")
    with app.app_context():
        assert db.session.scalar(select(SignedInSession.last_seen_at)) == before
    later = clock.now() + sessions.SEEN_EVERY + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    visitor.get("/account")
    with app.app_context():
        assert db.session.scalar(select(SignedInSession.last_seen_at)) == later
        assert db.session.scalar(select(func.count(Account.id))) == 11
