"""The security administrator sees whose sign-ins failed, where from and when, and lets somebody try again at once."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import rules
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from tests.accounts.test_sign_in import LEAD, sign_in
from tests.accounts.test_three_administrators import OUTSIDER, switch
from tests.support.critic import Critic
from tests.support.typed import words

FAILURES = "/admin/failures"


def from_there(visitor: Critic, email: str) -> int:
    data, there = {"email": email, "password": "wrong"}, {"REMOTE_ADDR": "192.0.2.9"}
    return visitor.post("/sign-in", data=data, environ_overrides=there).status_code


@pytest.mark.long
def test_failures_are_seen_and_a_lock_is_released(app: Flask, client: Callable[..., Critic]) -> None:
    admin = client("admin")
    assert "现在没有人被限制" in words(admin.get(FAILURES))
    visitor = client(None)
    for _ in range(rules.FAILURES_PER_ACCOUNT):
        assert sign_in(visitor, password="wrong").status_code == 422
    assert sign_in(visitor).status_code == 429
    from_there(visitor, LEAD), from_there(visitor, "my-secret@kjs.example")

    page = admin.get(FAILURES)
    text = words(page)
    assert "10 次失败" in text and "现在有 1 项限制" in text and "没有这个账号" in text
    assert "/admin/people/CAST-LEAD" in page.text and "192.0.2.9" in text and "my-secret" not in page.text
    assert re.search(r"实验室负责人（血液肿瘤） 9 0 2 ", words(admin.get(f"{FAILURES}?by=account")))
    assert re.search(r"192\.0\.2\.9 2 0 2 ", words(admin.get(f"{FAILURES}?by=address&days=1")))

    found = re.search(r"/admin/failures/(\d+)/release", page.text)
    assert found is not None
    assert client("auditor").post(found[0]).status_code == 404
    assert admin.post(found[0]).status_code == 303
    assert sign_in(visitor).status_code == 303, "at once"
    assert admin.post(found[0]).status_code == 404
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "accounts:lock:release")).one()
        assert entry.after == {"failures": 0, "lock": "account", "from": "127.0.0.1"}


def test_where_the_three_are_apart_it_is_the_security_administrators(client: Callable[..., Critic]) -> None:
    admin, auditor, security = client("admin"), client("auditor"), client("outsider")
    assert auditor.get(FAILURES).status_code == client("lead").get(FAILURES).status_code == 403
    admin.post(f"{OUTSIDER}/roles", data={"role": "security"})
    assert switch(security, True) == 303
    assert (admin.get(FAILURES).status_code, security.get(FAILURES).status_code) == (403, 200)
