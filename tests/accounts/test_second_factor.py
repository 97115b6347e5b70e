"""A second factor: enrolled, asked for, used once, lost, and taken away by an administrator."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select, update

from kangjiansheng.accounts import queries, rules
from kangjiansheng.accounts.models import AuthenticatorApp, RecoveryCode
from kangjiansheng.accounts.queries import factors as found
from kangjiansheng.accounts.rules import factors
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox, words_of
from tests.support.app import PASSWORD
from tests.support.critic import Critic

LEAD = "lead@kjs.example"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def field(answer: Any, name: str) -> str:
    hit = re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.text)
    assert hit, answer.text[:2000]
    return hit[1]


def code(secret: str, later: int = 0) -> str:
    return factors.code_of(secret, factors.step_of(clock.now()) + later)


def enrol(visitor: Critic) -> tuple[str, list[str]]:
    """The secret and the recovery codes of somebody who has just added an app."""
    page = visitor.get("/account/second/app")
    secret = re.search(r'id="app-secret"[^>]*>([A-Z2-7 ]+)</textarea>', page.text)
    bare = secret.group(1).replace(" ", "") if secret else ""
    assert re.search(rf'href="otpauth://totp/[^"]*secret={bare}&', page.text), (
        "on the phone itself nothing is scanned"
    )
    assert re.search(rf'aria-controls="app-secret" data-v="{bare}"', page.text)
    assert secret and "data:image/svg+xml" in page.text
    key = secret[1].replace(" ", "")
    done = visitor.post(
        "/account/second/app",
        data={"password": PASSWORD, "code": code(key, -1), "ticket": field(page, "ticket")},
    )
    assert done.status_code == 200, done.text
    codes = re.search(r"<textarea[^>]*>([^<]*)<", done.text)
    assert codes
    return key, codes[1].split()


def first_step(visitor: Critic, email: str = LEAD, **more: str) -> Any:
    return visitor.post("/sign-in", data={"email": email, "password": PASSWORD, **more})


def second(visitor: Critic, page: Any, typed: str) -> Any:
    return visitor.post(
        "/sign-in/second", data={"ticket": field(page, "ticket"), "next": field(page, "next"), "code": typed}
    )


@pytest.mark.parametrize(
    ("at", "expected"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037"), (20000000000, "353130")]
)  # fmt: skip
def test_codes_are_those_of_rfc_6238(at: int, expected: str) -> None:
    """Appendix B, SHA-1, the last six of its eight digits."""
    assert factors.code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at // 30) == expected


@pytest.mark.long
def test_the_life_of_a_second_factor(app: Flask, client: Callable[..., Critic]) -> None:
    here, elsewhere = client("lead"), client("lead")
    page = here.get("/account/second/app")
    ticket = field(page, "ticket")
    shown = re.search(r'id="app-secret"[^>]*>([^<]+)<', page.text)
    assert shown
    wrong = here.post("/account/second/app", data={"password": "x", "code": "1", "ticket": ticket})
    assert wrong.status_code == 422 and shown[1] in wrong.text, "nobody has to scan twice"
    secret, codes = enrol(here)
    assert len(codes) == 10 == len(set(codes))
    assert elsewhere.get("/account").status_code == 302, "other sessions end"
    with app.app_context():
        stored = db.session.scalars(select(AuthenticatorApp)).one()
        everything = str([db.session.execute(table.select()).all() for table in db.metadata.sorted_tables])
        assert secret not in everything and not any(one in everything for one in codes)
        assert found.secret_of(stored) == secret

    visitor = client(None)
    page = first_step(visitor, next="/notifications")
    assert page.status_code == 200 and visitor.get("/account").status_code == 302, "half way is not in"
    assert second(visitor, page, "000000").status_code == 422
    right = code(secret)
    done = second(visitor, page, f" {right[:3]} {right[3:].translate(FULL_WIDTH)} ")
    assert done.status_code == 303 and done.headers["Location"] == "/notifications"
    for spelling in (f"{right[:3]} {right[3:]}", right.translate(FULL_WIDTH), code(secret, -1)):
        again = client(None)
        assert second(again, first_step(again), spelling).status_code == 422, "a code works once"
    with time_machine.travel(clock.now() + timedelta(seconds=30), tick=False):
        again = client(None)
        page = first_step(again)
        assert second(again, page, code(secret, 2)).status_code == 422
        assert second(again, page, code(secret, 1)).status_code == 303, "half a minute early is fine"

    visitor = client(None)
    assert second(visitor, first_step(visitor), codes[0].lower().replace("-", " ")).status_code == 303
    assert (
        "登录密码和恢复码" in visitor.get("/account").text and "还有 9 个可用" in visitor.get("/account").text
    )
    other = client(None)
    assert second(other, first_step(other), codes[0]).status_code == 422, "a recovery code works once"
    with app.app_context():
        told = select(Outbox).where(Outbox.template == "accounts:recovery-used")
        (mail,) = db.session.scalars(told).all()
        subject, text = words_of(mail.template, mail.facts)
        assert (
            (mail.to, subject) == (LEAD, "您的一个恢复码已用掉")
            and "还剩 9 个" in text
            and codes[0] not in text
        )
    renewed = visitor.post("/account/second/recovery", data={"password": PASSWORD, "code": codes[1]})
    new = re.search(r"<textarea[^>]*>([^<]*)<", renewed.text)
    assert renewed.status_code == 200 and new and not set(new[1].split()) & set(codes)
    assert visitor.post("/account/second/app/removal", data={"password": PASSWORD}).status_code == 422
    bad = {"password": PASSWORD, "code": codes[2]}
    assert visitor.post("/account/second/app/removal", data=bad).status_code == 422, "the old ones are over"
    good = {"password": PASSWORD, "code": new[1].split()[0]}
    assert visitor.post("/account/second/app/removal", data=good).status_code == 303
    assert first_step(client(None)).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(RecoveryCode)).all() == []
        acts = set(db.session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("%:factor:%"))))
        assert acts == {f"accounts:factor:{act}" for act in ("add", "fail", "recovery", "remove")}
        trail = str(db.session.execute(select(AuditEntry.before, AuditEntry.after)).all())
        assert secret not in trail and codes[0] not in trail
        mails = list(db.session.scalars(select(Outbox.template).where(Outbox.to == LEAD).order_by(Outbox.id)))
        kinds = [one.removeprefix("accounts:") for one in mails]
        used = "recovery-used"  # to sign in, to renew the codes, to remove the app
        assert kinds == ["factor-added", used, used, "factor-added", used, "factor-removed"]


@pytest.mark.parametrize(
    ("language", "left", "last"),
    [
        ("zh-Hans", "还有 9 个可用", "最后一个恢复码已经用了"),
        ("zh-Hant", "還有 9 個可用", "最後一個恢復碼已經用了"),
        ("en", "9 are left", "That was the last recovery code"),
    ],
)
def test_a_recovery_code_can_be_typed_on_a_phone_and_says_how_many_are_left(
    app: Flask, client: Callable[..., Critic], language: str, left: str, last: str
) -> None:
    """Where digits are asked for a phone offers nothing else: letters have a field of their own."""
    _secret, codes = enrol(client("lead"))
    visitor = client(None, language)
    page = first_step(visitor)
    form = html.document_fromstring(page.text).forms[0]
    assert [form.inputs[name].get("inputmode") for name in ("code", "recovery")] == ["numeric", None]
    typed = {**dict(form.form_values()), "recovery": "ABCD-EFGH-2345"}
    wrong = html.document_fromstring(visitor.post("/sign-in/second", data=typed).text).forms[0]
    assert [wrong.inputs[name].get("aria-invalid") for name in ("code", "recovery")] == [None, "true"]
    assert wrong.xpath(".//details[@open]"), "what was typed is seen"
    done = visitor.post("/sign-in/second", data=typed | {"recovery": codes[0].lower()}, follow_redirects=True)
    assert done.status_code == 200 and left in done.text
    with app.app_context():
        db.session.execute(
            update(RecoveryCode).where(RecoveryCode.used_at.is_(None)).values(used_at=clock.now())
        )
        again = db.session.scalars(select(RecoveryCode).order_by(RecoveryCode.id.desc())).first()
        assert again is not None
        again.used_at = None
        db.session.commit()
    visitor = client(None, language)
    data = {"ticket": field(first_step(visitor), "ticket"), "recovery": codes[-1]}
    assert last in visitor.post("/sign-in/second", data=data, follow_redirects=True).text


def test_guessing_is_slowed_per_account_and_its_owner_hears_of_it(
    app: Flask, client: Callable[..., Critic]
) -> None:
    secret, codes = enrol(client("lead"))
    for number in range(factors.FAILURES):
        stranger = client(None)
        stranger.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert second(stranger, first_step(stranger), "000000").status_code == 422
    visitor = client(None)
    page = first_step(visitor)
    answer = second(visitor, page, code(secret))
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) == 900
    assert second(visitor, page, codes[0]).status_code == 429
    with app.app_context():
        assert (
            db.session.scalars(select(Outbox.template).where(Outbox.to == LEAD)).all()[-1].endswith("guessed")
        )
    with time_machine.travel(clock.now() - timedelta(seconds=2), tick=False):
        assert second(visitor, page, codes[0]).status_code == 429, "the other node's clock is a moment behind"
    with time_machine.travel(clock.now() + rules.FAILURE_WINDOW + timedelta(seconds=1)):
        late = second(visitor, page, code(secret))
        assert late.status_code == 422 and "请重新登录" in late.text
        assert second(visitor, first_step(visitor), code(secret)).status_code == 303


def test_whoever_holds_a_session_does_not_guess_the_password(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """At every page that asks for it once more they count together, and nobody is told of a code."""
    lead = client("lead")
    for number in range(rules.FAILURES_AT_SIGNING):
        path, name = (("/account/second/app", "password"), ("/account/password", "old"))[number % 2]
        data = {"code": "000000", "password": "seven quiet cranes", name: "wrong"}
        assert "当前密码不正确" in lead.post(path, data=data).text
    for path, name in (("/account/second/app", "password"), ("/account/password", "old")):
        data = {"code": "000000", "password": "seven quiet cranes", name: PASSWORD}
        answer = lead.post(path, data=data)
        assert answer.status_code == 422 and "密码错误次数过多" in answer.text, path
    with app.app_context():
        assert not db.session.scalars(select(Outbox).where(Outbox.to == LEAD)).all()
        noted = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "accounts:account:guess")).all()
        assert [one.after for one in noted] == [{"from": "127.0.0.1"}] * rules.FAILURES_AT_SIGNING, (
            "in the trail"
        )
    with time_machine.travel(clock.now() + rules.FAILURE_WINDOW + timedelta(seconds=1), tick=False):
        enrol(lead)


def test_a_reset_link_does_not_go_round_the_second_step(app: Flask, client: Callable[..., Critic]) -> None:
    secret, _codes = enrol(client("lead"))
    visitor, thief = client(None), client(None)
    half_way = first_step(thief)
    visitor.post("/forgot", data={"email": LEAD})
    with app.app_context():
        link = db.session.scalars(select(Outbox.address).where(Outbox.template == "accounts:reset")).one()
    page = visitor.post(link, data={"password": "seven quiet cranes"})
    assert page.status_code == 200 and visitor.get("/account").status_code == 302
    assert second(visitor, page, code(secret)).status_code == 303
    assert second(thief, half_way, code(secret, 1)).status_code == 422, "the old password is good for nothing"


def test_an_administrator_takes_lost_factors_away_and_never_sees_them(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead = client("lead")
    secret, codes = enrol(lead)
    admin, path = client("admin"), "/admin/people/CAST-LEAD/second/removal"
    seen = admin.get("/admin/people/CAST-LEAD").text + admin.get(path).text
    assert secret not in seen and not any(one in seen for one in codes)
    assert client("executive").post(path, data={"reason": "手机遗失"}).status_code == 403
    assert admin.post(path, data={"reason": " "}).status_code == 422
    assert admin.post(path, data={"reason": "手机遗失，已当面核实"}).status_code == 303
    assert lead.get("/account").status_code == 302, "sessions end at once"
    assert first_step(client(None)).status_code == 303
    assert admin.post(path, data={"reason": "再来"}).status_code == 404
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "accounts:factor:take")).one()
        assert entry.after["reason"] == "手机遗失，已当面核实"
        mail = db.session.scalars(select(Outbox).where(Outbox.template == "accounts:factors-taken")).one()
        assert (mail.to, mail.facts["reason"]) == (LEAD, "手机遗失，已当面核实")
    enrol(admin)
    assert admin.post("/admin/people/CAST-ADMIN/second/removal", data={"reason": "x"}).status_code == 422


def test_a_lost_secret_key_leaves_recovery_codes(app: Flask, client: Callable[..., Critic]) -> None:
    from dataclasses import replace

    secret, codes = enrol(client("lead"))
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], secret_key="another key, years later")
    visitor = client(None)
    page = first_step(visitor)
    assert second(visitor, page, code(secret)).status_code == 422, "never quietly without"
    assert second(visitor, page, codes[0]).status_code == 303
    assert "系统密钥换过" in visitor.get("/account").text
    gone = {"password": PASSWORD, "code": codes[1]}
    assert visitor.post("/account/second/app/removal", data=gone).status_code == 303
    enrol(visitor)
    with app.app_context():
        account = queries.account_by_email(LEAD)
        assert account and found.of(account).kinds == ("totp",)


def test_a_signature_asks_for_the_second_factor_and_names_it(
    app: Flask, client: Callable[..., Critic]
) -> None:
    member, base = client("member"), "/meetings/SAC-2026-04/minutes"
    secret, codes = enrol(member)
    page = member.get(base)
    typed = {"meaning": "approve", "password": PASSWORD, "sha256": field(page, "sha256")}
    path = f"{base}/drafts/2/signature"
    assert "请输入" in member.post(path, data=typed).text
    assert member.post(path, data=typed | {"code": "000000"}).status_code == 422
    right = code(secret)
    assert member.post(path, data=typed | {"password": "wrong", "code": right}).status_code == 422
    assert member.post(path, data=typed | {"code": f"{right[:3]} {right[3:]}"}).status_code == 303
    assert "登录密码和验证器动态码" in member.get(base).text
    signed = member.get(f"{base}.json").get_json()
    given = [s["row"] for s in signed["draft"]["signatures"] if s["row"]["method"] != "password"]
    assert [row["method"] for row in given] == ["password+totp"]

    path = "/hand-offs/HO-0004/receipt"
    page = member.get("/hand-offs/HO-0004")
    form = next(f for f in html.document_fromstring(page.text).forms if (f.action or "").endswith("receipt"))
    ticked = [box.get("value") for box in form.xpath(".//input[@name='ticked']")]
    data = {**dict(form.form_values()), "ticked": ticked, "password": PASSWORD}
    assert member.post(path, data=data).status_code == 422, "the password alone is not enough"
    assert member.post(path, data=data | {"code": codes[0]}).status_code == 303
    assert "登录密码和恢复码" in member.get("/hand-offs/HO-0004").text
