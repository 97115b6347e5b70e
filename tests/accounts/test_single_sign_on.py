"""Single sign-on against a real issuer: tied by its owner, opened by it, and every lie refused."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select, update

from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models import Account, SignedInSession, SsoLink
from kangjiansheng.accounts.views import sso as pages
from kangjiansheng.core import clock, config, oidc, standing
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.config import BadSetting, read_settings
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from tests.accounts.test_second_factor import enrol, field, first_step, second
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.holding import at_rest
from tests.support.issuer import CLIENT, SECRET, Issuer

LEAD = {"sub": "u-1", "email": "lead@kjs.example", "email_verified": True}


@pytest.fixture
def sso(app: Flask, issuer: Issuer) -> Issuer:
    """The application knows the issuer."""
    known = config.Issuer(issuer.url, CLIENT, SECRET, "瑞金统一认证")
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], issuer=known)
    issuer.person = dict(LEAD)
    return issuer


def there_and_back(visitor: Critic, issuer: Issuer, start: str = "/sign-in/sso") -> Any:
    """To the issuer, back, and the page that a script sends on."""
    return visitor.get(issuer.visit(visitor.get(start).headers["Location"]))


def finish(visitor: Critic, page: Any, **changed: str) -> Any:
    data = {name: field(page, name) for name in ("code", "state")}
    return visitor.post("/sign-in/sso/finish", data=data | changed)


def sign_in(visitor: Critic, issuer: Issuer, start: str = "/sign-in/sso") -> Any:
    return finish(visitor, there_and_back(visitor, issuer, start))


def tie(visitor: Critic, issuer: Issuer) -> Any:
    assert visitor.post("/account/sso", data={"password": "wrong"}).status_code == 422
    assert "去 瑞金统一认证 登录" in visitor.post("/account/sso", data={"password": PASSWORD}).text
    return sign_in(visitor, issuer)


@pytest.mark.long
def test_tied_by_its_owner_and_opened_by_the_issuer(
    app: Flask, client: Callable[..., Critic], sso: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [at_rest(monkeypatch, pages.oidc, step) for step in ("begin", "finish", "leaving")]
    assert "用 瑞金统一认证 登录" in client(None).get("/sign-in").text
    refused = sign_in(client(None), sso)
    assert refused.status_code == 422 and "还没有绑定账号" in refused.text, "an address is no proof"
    lead = client("lead")
    assert tie(lead, sso).status_code == 303
    assert "已绑定 瑞金统一认证" in lead.get("/account").text
    sso.person["email"] = "chair@kjs.example"  # what counts from now on is the subject
    visitor = client(None)
    done = sign_in(visitor, sso, "/sign-in/sso?next=/notifications")
    assert (done.status_code, done.headers["Location"]) == (303, "/notifications")
    assert "lead@kjs.example" in visitor.get("/account").text
    sso.rotate()
    assert sign_in(client(None), sso).status_code == 303, "new keys are read"
    assert tie(client("lead2"), sso).status_code == 422, "tied already"
    out = visitor.post("/sign-out").headers["Location"]
    assert "同时退出 瑞金统一认证" in visitor.get(out).text
    assert visitor.get("/sign-in/sso/leave").headers["Location"].startswith(f"{sso.url}/leave?client_id=")
    assert client("lead").post("/sign-out").headers["Location"] == "/sign-in"
    assert all(asked), "nobody's save waits for the issuer"

    _secret, codes = enrol(lead)
    visitor = client(None)
    page = sign_in(visitor, sso)
    assert page.status_code == 200 and second(visitor, page, codes[0]).status_code == 303
    sso.lies = {"amr": ["pwd", "mfa"]}
    assert sign_in(client(None), sso).status_code == 303, "the issuer asked for it"
    sso.lies = {}
    wrong = {"password": "wrong"}
    assert lead.post("/account/sso/removal", data=wrong).status_code == 422
    assert lead.post("/account/sso/removal", data={"password": PASSWORD}).status_code == 303
    assert sign_in(client(None), sso).status_code == 422
    with app.app_context():
        acts = list(db.session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("%:sso:%"))))
        assert acts == ["accounts:sso:link", "accounts:sso:unlink"]
        methods = set(db.session.scalars(select(SignedInSession.method)))
        assert {"sso", "sso+recovery"} <= methods
        told = (
            select(Outbox.template, Outbox.facts).where(Outbox.to == "lead@kjs.example").order_by(Outbox.id)
        )
        of_factors = told.where(Outbox.template.startswith("accounts:factor-"))
        ways = [(template, facts["factor"]) for template, facts in db.session.execute(of_factors)]
        assert ways == [
            ("accounts:factor-added", "sso"),
            ("accounts:factor-added", "totp"),
            ("accounts:factor-removed", "sso"),
        ], "the owner hears of each way in"
    assert sso.problems == []


LIES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"nonce": "another"}, ""), ({"nonce": None}, ""), ({"aud": "another client"}, ""),
    ({"aud": [CLIENT, "another"]}, ""), ({"aud": [CLIENT, "another"], "azp": "another"}, ""),
    ({"iss": "https://evil.example"}, ""), ({"exp": 1_700_000_000}, ""), ({"exp": None}, ""),
    ({"iat": 4_000_000_000}, ""), ({"sub": None}, ""), ({}, "none"), ({}, "HS256"),
)  # fmt: skip


@pytest.mark.long
def test_what_an_issuer_must_not_say_is_refused(client: Callable[..., Critic], sso: Issuer) -> None:
    assert tie(client("lead"), sso).status_code == 303
    for lies, algorithm in LIES:
        sso.lies, sso.algorithm = lies, algorithm
        answer = sign_in(client(None), sso)
        assert answer.status_code == 422 and "没有通过核验" in answer.text, (lies, algorithm)
    sso.lies, sso.algorithm = {}, ""
    assert sign_in(client(None), sso).status_code == 303
    keys = sso.keys()
    sso.rotate()
    sso.keys = lambda: keys  # type: ignore[method-assign]
    assert sign_in(client(None), sso).status_code == 422, "signed with a key that it does not name"


KNOWN = "/.well-known/openid-configuration"
ODD: tuple[tuple[str, str], ...] = (
    (KNOWN, "[" * 200_000), (KNOWN, '{"issuer": "URL", "authorization_endpoint": "https://["}'),
    (KNOWN, '{"issuer": "URL", "authorization_endpoint": "https://a\\nSet-Cookie: a"}'), (KNOWN, "null"),
    ("/keys", '{"keys": ["a"]}'), ("/keys", '{"keys": 1}'), ("/keys", '{"keys": [{"kty": "EC", "crv": []}]}'),
    ("/token", '{"id_token": 1}'), ("/token", '{"id_token": "a.b.c"}'), ("/token", '{"id_token": "\\ud800"}'), ("/token", "[]"),
)  # fmt: skip
STRANGE: tuple[dict[str, Any], ...] = (
    {"nonce": "\ud800"}, {"sub": "u\ud800"}, {"sub": "u\0"}, {"sub": ["u-1"]}, {"exp": 1e400}, {"amr": 5}, {"aud": 5},
)  # fmt: skip


@pytest.mark.long
def test_whatever_an_issuer_answers_is_no_fault_of_ours(client: Callable[..., Critic], sso: Issuer) -> None:
    assert tie(client("lead"), sso).status_code == 303
    for path, words in ODD:
        visitor = client(None)
        page = there_and_back(visitor, sso)
        sso.odd = {path: words.replace("URL", sso.url).encode()}
        assert finish(visitor, page).status_code in (422, 503), words[:60]
        if path == KNOWN:
            assert client(None).get("/sign-in/sso").status_code == 503, words[:60]
        sso.odd = {}
    for lies in STRANGE:
        sso.lies = lies
        assert sign_in(client(None), sso).status_code in (303, 422), lies
    sso.lies = {"amr": "no mfa"}
    assert oidc.factors_of(sso.lies) == []


@pytest.mark.long
def test_who_has_no_password_shows_otherwise_who_it_is(
    app: Flask, client: Callable[..., Critic], sso: Issuer
) -> None:
    """Tokens and hand-offs ask for what there is: a sign-in of just now, or the second factor."""
    sso.person["sub"] = "u-9"
    member = client("member")
    assert tie(member, sso).status_code == 303
    with app.app_context():
        account = queries.account_by_email("member@kjs.example")
        assert account is not None
        account.password_hash = None
        db.session.commit()
    visitor = client(None)
    assert sign_in(visitor, sso).status_code == 303
    asked = {
        "name": "a",
        "labs": "",
        "projects": "write",
        "committee": "",
        "overview": "",
        "expires_on": "2026-12-01",
    }
    page = visitor.get("/account/tokens/new")
    assert 'name="password"' not in page.text and "您没有密码" in page.text
    later = clock.now() + timedelta(minutes=11)
    with time_machine.travel(later, tick=False):
        assert "重新登录后 10 分钟内" in visitor.post("/account/tokens/new", data=asked).text
        fresh = client(None)
        assert sign_in(fresh, sso).status_code == 303
        token = fresh.post("/account/tokens/new", data=asked).text
        hook = {"name": "a", "address": "https://a.example/x", "kinds": ["milestone"]}
        assert "重新登录后 10 分钟内" in visitor.post("/webhooks/new", data=hook).text
        assert "whsec_" in fresh.post("/webhooks/new", data=hook).text
    secret = re.search(r'value="(kjs_[\w-]{43})"', token)
    assert secret is not None, token
    program = app.test_client()
    headers = {"Authorization": f"Bearer {secret[1]}"}
    with time_machine.travel(later, tick=False):
        seen = program.get("/api/v1/hand-offs/HO-0004", headers=headers)
        given = {"ticked": [1, 2, 3]}
        known = {"If-Match": seen.headers["ETag"]}
        answer = program.post("/api/v1/hand-offs/HO-0004/receipt", json=given, headers=headers | known)
        assert answer.status_code == 422, "a program has not just signed in"
        codes = enrol(fresh)[1]
        form = visited(fresh, "receipt")
        assert "password" not in form
        done = fresh.post("/hand-offs/HO-0004/receipt", data=form | {"code": codes[0]})
        assert done.status_code == 303, done.text
        assert "恢复码" in fresh.get("/hand-offs/HO-0004").text


def visited(visitor: Critic, step: str) -> dict[str, Any]:
    """The form of a step of HO-0004, all ticked."""
    page = html.document_fromstring(visitor.get("/hand-offs/HO-0004").text)
    form = next(one for one in page.forms if (one.action or "").endswith(step))
    ticked = [box.get("value") for box in form.xpath(".//input[@name='ticked']")]
    return {**dict(form.form_values()), "ticked": ticked}


@pytest.mark.long
def test_a_state_works_once_and_in_its_own_browser(client: Callable[..., Critic], sso: Issuer) -> None:
    assert tie(client("lead"), sso).status_code == 303
    visitor = client(None)
    page = there_and_back(visitor, sso)
    stolen = client(None)
    assert finish(stolen, page).status_code == 422, "a link that somebody was sent"
    with visitor.session_transaction() as cookie:
        before = dict(cookie)
    assert finish(visitor, page, state="x").status_code == 422
    with visitor.session_transaction() as cookie:
        cookie.clear()
        cookie.update(before)
    codes = dict(sso.codes)
    assert finish(visitor, page).status_code == 303
    visitor = client(None)
    with visitor.session_transaction() as cookie:
        cookie.update(before)
    sso.codes = codes  # even where an issuer takes a code twice
    replayed = finish(visitor, page)
    assert replayed.status_code == 422 and "已过期或用过" in replayed.text
    with visitor.session_transaction() as cookie:
        cookie.update(before)
    again = there_and_back(client(None), sso)
    assert finish(visitor, again).status_code == 422, "the code of another visit"
    assert client(None).get("/sign-in/sso/back?error=access_denied").status_code == 422


@pytest.mark.long
def test_an_administrator_gives_leave_once_and_the_policy_holds(
    app: Flask, client: Callable[..., Critic], sso: Issuer
) -> None:
    admin, path = client("admin"), "/admin/people/CAST-LEAD/sso"
    assert client("lead").post(path).status_code == 403
    assert admin.post(path).status_code == 303
    sso.person["email_verified"] = False
    assert sign_in(client(None), sso).status_code == 422, "not verified"
    sso.person["email_verified"] = "true"
    assert sign_in(client(None), sso).status_code == 422, "nearly"
    sso.person["email_verified"] = True
    assert sign_in(client(None), sso).status_code == 303
    sso.person["sub"] = "u-2"
    assert sign_in(client(None), sso).status_code == 422, "leave was for once"
    sso.person["sub"] = "u-1"
    page = admin.get("/admin/sign-in")
    data = {"second_for": "nobody", "version": field(page, "version"), "sso_only": "y"}
    assert admin.post("/admin/sign-in", data=data).status_code == 303
    answer = first_step(client(None))
    assert answer.status_code == 422 and "请用单点登录" in answer.text
    assert first_step(client(None), "lead2@kjs.example").status_code == 303, "not tied"
    assert sign_in(client(None), sso).status_code == 303
    with app.app_context():
        db.session.execute(
            update(Account).values(disabled_at=clock.now()).where(Account.id.in_(select(SsoLink.account_id))),
            execution_options=standing.TOLD,
        )
        db.session.commit()
    assert sign_in(client(None), sso).status_code == 422, "a stopped account"
    assert admin.post(f"{path}/removal").status_code == 303


@pytest.mark.long
def test_an_issuer_that_is_down_says_so_and_passwords_go_on(
    client: Callable[..., Critic], sso: Issuer
) -> None:
    visitor = client(None)
    page = there_and_back(visitor, sso)
    sso.stop()
    answer = finish(visitor, page)
    assert answer.status_code == 503 and "暂时无法使用" in answer.text
    assert client(None).get("/sign-in/sso").status_code == 503
    assert client(None).get("/sign-in/sso/leave").headers["Location"].endswith("/sign-in")
    assert first_step(client(None)).status_code == 303


@pytest.mark.long
def test_an_issuer_that_answers_byte_by_byte_holds_nobody(
    client: Callable[..., Critic], sso: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is never silent for as long as a socket waits, and never done."""
    monkeypatch.setattr(oidc, "SECONDS", 0.6)
    for path in (KNOWN, "/token", "/keys"):
        visitor = client(None)
        page = there_and_back(visitor, sso)
        sso.drips, began = path, time.monotonic()
        guard = threading.Timer(8, setattr, [sso, "drips", ""])  # or it would never end without
        guard.start()
        assert finish(visitor, page).status_code == 503, path
        assert time.monotonic() - began < 4, path
        guard.cancel()
        sso.drips = ""


def test_without_an_issuer_there_are_no_such_pages(client: Callable[..., Critic]) -> None:
    for path in ("/sign-in/sso", "/sign-in/sso/back", "/sign-in/sso/leave", "/account/sso"):
        assert client("lead").get(path).status_code == 404
    for wrong in (
        {"KJS_OIDC_CLIENT_ID": ""},
        {"KJS_OIDC_ISSUER": "http://idp.example"},
        {"KJS_OIDC_ISSUER": "x"},
    ):
        given = {
            "KJS_OIDC_ISSUER": "https://idp.example",
            "KJS_OIDC_CLIENT_ID": "a",
            "KJS_OIDC_CLIENT_SECRET": "b",
        }
        with pytest.raises(BadSetting, match="KJS_OIDC"):
            read_settings(given | wrong | {"KJS_SECRET_KEY": "k" * 20})


def test_who_has_no_password_adds_a_factor_soon_after_signing_in(
    app: Flask, client: Callable[..., Critic], sso: Issuer
) -> None:
    with app.app_context():
        lead = queries.account_by_email("lead@kjs.example")
        assert lead is not None
        lead.password_hash, lead.sso_by_email = None, True
        db.session.commit()
    visitor = client(None)
    assert sign_in(visitor, sso).status_code == 303
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        page = visitor.get("/account/second/app")
        late = visitor.post("/account/second/app", data={"ticket": field(page, "ticket"), "code": "1"})
        assert late.status_code == 422 and "重新登录后 10 分钟内" in late.text
    enrol(visitor)
    assert visitor.post("/account/sso/removal").status_code == 422, "the only way in"
