"""The notice on personal data: nothing else opens before it is accepted; a new version asks again; it says by whom."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Account, NoticeAcceptance, PrivacyNotice
from kangjiansheng.accounts.operations import privacy
from kangjiansheng.accounts.queries import account_by_email
from kangjiansheng.accounts.queries.privacy import in_force
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.accounts.test_give_a_program_a_token import bearer, made
from tests.accounts.test_second_factor import field
from tests.support.acting import who
from tests.support.critic import Critic

OPEN = "【由本机构填写：期限】"
TEXTS = {"text_hans": "处理者：本机构。", "text_hant": "處理者：本機構。", "text_en": "Controller: **us**."}


def never_told(app: Flask) -> None:
    """The lead as somebody who signs in for the first time, where the installation has written its notice."""
    with app.app_context(), writing():
        privacy.publish(actor=who("admin"), version=0, **TEXTS)
        found = account_by_email("lead@kjs.example")
        assert found is not None
        found.notice_number = None


def publish(admin: Critic, **texts: str) -> int:
    data = {"version": field(admin.get("/admin/privacy"), "version"), **TEXTS, **texts}
    return admin.post("/admin/privacy", data=data).status_code


@pytest.mark.long
def test_nothing_else_is_open_until_it_is_accepted(app: Flask, client: Callable[..., Critic]) -> None:
    secret = made(client("lead"))
    never_told(app)
    lead = client("lead")
    for address in (
        "/",
        "/projects/KJS-003?as_of=2026-06-30",
        "/account",
        "/account/second",
        "/projects.csv",
    ):
        led = lead.get(address)
        assert led.status_code == 302 and led.location.startswith("/account/notice?next="), address
    assert lead.post("/account/sessions/end").status_code == 403
    assert lead.get("/api/v1/me").status_code == 403
    refused = client(None).get("/api/v1/projects", headers=bearer(secret))
    assert refused.status_code == 403 and "个人信息告知" in refused.text
    for address in ("/privacy", "/overview/definitions", "/language/en?back=/account/notice"):
        assert lead.get(address).status_code in (200, 303), address
    page = lead.get(led.location)
    assert "Before you begin" in page.text and "Controller: <strong>us</strong>" in page.text
    assert 'href="/projects"' not in page.text
    assert lead.post("/account/notice", data={}).status_code == 422, "which version was read?"
    assert lead.post("/account/notice", data={"number": "0"}).status_code == 422
    done = lead.post("/account/notice?next=/projects.csv", data={"number": "1"})
    assert done.status_code == 303 and done.location == "/projects.csv"
    assert lead.get("/projects.csv").status_code == 200
    assert client(None).get("/api/v1/projects", headers=bearer(secret)).status_code == 200
    with app.app_context():
        row = db.session.scalars(select(NoticeAcceptance).order_by(NoticeAcceptance.id.desc())).first()
        assert row is not None and (row.number, row.language) == (1, "en")
        assert row.text_digest == in_force().digest("en")


@pytest.mark.long
def test_a_new_version_asks_again_and_loses_nothing(app: Flask, client: Callable[..., Critic]) -> None:
    admin, lead = client("admin"), client("lead")
    assert lead.get("/admin/privacy").status_code == 403
    assert "软件自带的文本" in admin.get("/admin/privacy").text
    assert publish(admin, text_hans=OPEN) == 422, "what only the institution knows is not completed"
    stale = {"version": "0", **TEXTS, "text_en": "Another."}
    assert publish(admin) == 303
    said = admin.get("/admin/privacy")
    assert said.status_code == 302, "whoever published it reads it too"
    assert admin.post("/account/notice", data={"number": "1"}).status_code == 303
    assert admin.post("/admin/privacy", data=stale).status_code == 409
    assert publish(admin) == 422, "the same again is none"

    saved = lead.post("/account/language", data={"locale": "en"})
    assert saved.status_code == 303, "what was typed before it came is saved"
    assert lead.get("/search/suggestions?q=x", headers={"HX-Request": "true"}).status_code == 200
    assert lead.get("/api/v1/me").status_code == 403
    asked = lead.get("/account", follow_redirects=True).text
    assert "There is a new version" in asked and "<strong>us</strong>" in asked
    assert lead.post("/account/notice?next=//elsewhere", data={"number": "1"}).location == "/"
    mine = lead.get("/account").text
    assert "Version 1" in mine and "/privacy/0" in mine
    told = lead.get("/account/data.json").get_json()
    assert [one["edition"] for one in told["notices_accepted"]] == [1, 0]
    assert told["person"]["code"] == "CAST-LEAD" and "hash" not in str(told)
    assert "第 1 版" in admin.get("/admin/people/CAST-LEAD").text
    assert "To be completed by the institution" in lead.get("/privacy/0").text
    assert lead.get("/privacy/2").status_code == 404
    waiting = admin.get("/admin/privacy").text
    assert "CAST-PARTNER" in waiting and '/admin/people/CAST-LEAD"' not in waiting
    with app.app_context():
        acts = db.session.scalars(
            select(AuditEntry.act)
            .where(AuditEntry.act.like("accounts:privacy:%"))
            .order_by(AuditEntry.seq.desc())
        ).all()
        assert acts[:3] == ["accounts:privacy:accept", "accounts:privacy:accept", "accounts:privacy:publish"]
        assert db.session.scalars(select(PrivacyNotice.number)).all() == [1]
        lead_account = db.session.scalars(
            select(Account).join(Account.person).filter_by(code="CAST-LEAD")
        ).one()
        assert lead_account.notice_number == 1
