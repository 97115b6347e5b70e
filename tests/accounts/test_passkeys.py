"""Passkeys: taken on, used to sign in and to sign, copied, stolen, removed."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models import Passkey
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.accounts.test_second_factor import field, first_step
from tests.support.app import PASSWORD
from tests.support.authenticator import Authenticator, filled, offer, text
from tests.support.critic import Critic

TOKEN = {
    "name": "a", "labs": "", "projects": "read", "committee": "", "overview": "", "expires_on": "2026-12-01",
}  # fmt: skip
ADD, OPEN = "/account/second/passkeys", "/sign-in/passkey"


def add(visitor: Critic, key: Authenticator, name: str = "办公室电脑") -> Any:
    page = visitor.get(ADD)
    data = filled(page, key.create(offer(page)[0])) | {"name": name, "password": PASSWORD}
    return visitor.post(ADD, data=data)


def sign_in(visitor: Critic, key: Authenticator, **more: str) -> Any:
    page = visitor.get("/sign-in")
    return visitor.post(OPEN, data=filled(page, key.get(offer(page)[0])) | more)


@pytest.mark.long
def test_the_life_of_a_passkey(app: Flask, client: Callable[..., Critic]) -> None:
    lead, key, other = client("lead"), Authenticator(), Authenticator(counting=False)
    page = lead.get(ADD)
    made = key.create(offer(page)[0])
    assert lead.post(ADD, data=filled(page, made) | {"name": "x", "password": "wrong"}).status_code == 422
    codes = re.search(r"<textarea[^>]*>([^<]*)<", add(lead, key).text)
    assert codes and len(codes[1].split()) == 10
    assert add(lead, other, "安全密钥").status_code == 303
    assert add(lead, key).status_code == 422, "the same twice"
    odd, page = Authenticator(), lead.get(ADD)
    said = odd.create(offer(page)[0]).replace('["internal"]', "5")
    assert lead.post(ADD, data=filled(page, said) | {"name": "x", "password": PASSWORD}).status_code == 303, (
        "what it says of its ways is no list"
    )
    shown = lead.get("/account").text
    assert "办公室电脑" in shown and "安全密钥" in shown

    visitor = client(None)
    assert sign_in(visitor, key, next="/notifications").headers["Location"] == "/notifications"
    assert "通行密钥" in visitor.get("/account").text
    unverified = replace(key, verifies=False, counts=40)
    assert sign_in(client(None), unverified).status_code == 422, "alone it must know its owner"
    page = first_step(client(None))
    visitor = client(None)
    data = filled(page, unverified.get(offer(page)[0])) | {"ticket": field(page, "ticket")}
    assert visitor.post("/sign-in/second", data=data).status_code == 303, (
        "beside the password a touch will do"
    )
    assert client(None).post("/sign-in/second", data=data).status_code == 422, "an answer counts once"
    assert "登录密码和通行密钥" in visitor.get("/account").text

    page = client(None).get("/sign-in")
    data = filled(page, other.get(offer(page)[0]))
    assert client(None).post(OPEN, data=data).status_code == 303
    assert client(None).post(OPEN, data=data).status_code == 422, "nor does one of a key that never counts"

    for wrong in (
        replace(key, origin="https://localhost.evil.example", counts=90),
        replace(key, host="evil.example", counts=91),
        replace(key, handle="x" * 8, counts=92),
        replace(other, credential=key.credential, counts=93),
        Authenticator(),
    ):
        assert sign_in(client(None), wrong).status_code == 422
    stranger = client("lead2")
    add(stranger, strange := Authenticator())
    page = first_step(client(None))
    data = filled(page, strange.get(offer(page)[0])) | {"ticket": field(page, "ticket")}
    assert client(None).post("/sign-in/second", data=data).status_code == 422, "somebody else's"
    known = f'{{"id": "{text(key.credential)}", "response": %s}}'
    for junk in (
        *("{", "[]", "{}", '{"id": 1, "response": {"userHandle": []}}', '{"id": "\\ud800", "response": {}}'),
        *("[" * 100_000, known % '"x"', known % "[1]"),
    ):
        page = client(None).get("/sign-in")
        assert client(None).post(OPEN, data=filled(page, junk)).status_code == 422
    assert (
        client(None).post(OPEN, data={"passkey": key.get({"challenge": "x"}), "challenge": "x"}).status_code
        == 422
    )

    assert sign_in(client(None), replace(key, counts=3)).status_code == 422, "a copy that lags behind"
    assert "可能被复制" in lead.get("/account").text or "可能被复制" in visitor.get("/account").text
    with app.app_context():
        assert db.session.scalars(
            select(AuditEntry.act).where(AuditEntry.act == "accounts:factor:doubt")
        ).all()
        number = db.session.scalars(select(Passkey.id).order_by(Passkey.id)).first()
    remove = f"{ADD}/{number}/removal"
    assert stranger.get(remove).status_code == 404
    page = visitor.get(remove)
    assert visitor.post(remove, data={"password": PASSWORD}).status_code == 422
    done = visitor.post(remove, data=filled(page, other.get(offer(page)[0])) | {"password": PASSWORD})
    assert done.status_code == 303
    assert sign_in(client(None), replace(key, counts=99)).status_code == 422
    with app.app_context(), writing():
        operations.disable(queries.account_by_email("lead@kjs.example"), actor=queries.system_actor())
    assert sign_in(client(None), other).status_code == 422, "a stopped account"


@pytest.mark.long
def test_a_passkey_signs_one_text(app: Flask, client: Callable[..., Critic]) -> None:
    member, key, base = client("member"), Authenticator(), "/meetings/SAC-2026-04/minutes"
    add(member, key)
    path = f"{base}/drafts/2/signature"
    page = member.get(base)
    typed = {"meaning": "approve", "password": PASSWORD, "sha256": field(page, "sha256")}
    own = member.get(f"{ADD}/1/removal")
    elsewhere = filled(own, key.get(offer(own)[0]))
    assert member.post(path, data=typed | elsewhere).status_code == 422, "shown for something else"
    done = member.post(path, data=typed | filled(page, key.get(offer(page)[0])))
    assert done.status_code == 303, done.text
    assert "登录密码和通行密钥" in member.get(base).text


@pytest.mark.long
def test_a_passkey_that_stands_alone_has_verified_its_owner(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """Who has no password signs with the passkey alone: a touch of a key that lies there is nobody's signature."""
    member, key, base = client("member"), Authenticator(), "/meetings/SAC-2026-04/minutes"
    add(member, key)
    with app.app_context(), writing():
        account = queries.account_by_email("member@kjs.example")
        assert account is not None
        account.password_hash = None
    for path, action, typed in (
        (base, f"{base}/drafts/2/signature", {"meaning": "approve"}),
        ("/account/tokens/new", "/account/tokens/new", TOKEN),
    ):
        for verifies, expected in ((False, 422), (True, 303 if path == base else 200)):
            page = member.get(path)
            asked = offer(page)[0]
            assert asked["userVerification"] == "required"
            key.counts += 1
            more = {"sha256": field(page, "sha256")} if path == base else {}
            answer = replace(key, verifies=verifies).get(asked)
            done = member.post(action, data=typed | more | filled(page, answer))
            assert done.status_code == expected, (path, verifies, done.text)


def test_where_browsers_offer_none_the_pages_say_so(app: Flask, client: Callable[..., Critic]) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], base_url="http://127.0.0.1:8000")
    assert "data-passkey" not in client(None).get("/sign-in").text
    assert "通行密钥需要 HTTPS 和一个域名" in client("lead").get(ADD).text
    settings = replace(app.config["SETTINGS"], base_url="https://kjs.example:443")
    assert (settings.passkey_host, settings.origin) == ("kjs.example", "https://kjs.example")
