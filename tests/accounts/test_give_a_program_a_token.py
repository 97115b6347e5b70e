"""A token for a program: made with the password once more, shown once, narrower than its owner, ended at once."""

import re
from collections.abc import Callable
from datetime import date, datetime

import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import ApiToken, SignInPolicy
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support.app import PASSWORD
from tests.support.critic import Critic

ASKED = {"name": "进度表", "expires_on": "2027-02-01", "password": PASSWORD} | {
    "labs": "", "projects": "read", "committee": "", "overview": "",
}  # fmt: skip


def made(visitor: Critic, **changes: str) -> str:
    """A new token, as the page shows it once."""
    page = visitor.post("/account/tokens/new", data=ASKED | changes)
    found = re.search(r'value="(kjs_[\w-]{43})"', page.text)
    assert found, page.text
    return found[1]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_from_its_making_to_its_end(app: Flask, client: Callable[..., Critic]) -> None:
    lead, program = client("lead"), app.test_client()
    wrong = {
        "登录密码": {"password": "wrong"},
        "最长一年": {"expires_on": "2027-12-01"},
        "已经过去": {"expires_on": "2026-11-22"},
        "至少选一项": {"projects": ""},
    }
    for words, change in wrong.items():
        answer = lead.post("/account/tokens/new", data=ASKED | change)
        assert answer.status_code == 422 and words in answer.text
    secret = made(lead)
    own = lead.get("/account").text
    assert secret not in own and secret[:9] in own and "读项目与里程碑" in own and "还没有用过" in own

    seen = {one["code"] for one in lead.get("/api/v1/projects").get_json()["data"]}
    answer = program.get("/api/v1/projects", headers=bearer(secret))
    assert {one["code"] for one in answer.get_json()["data"]} == seen
    assert "Set-Cookie" not in answer.headers
    beyond = program.get("/api/v1/labs", headers=bearer(secret))
    assert beyond.status_code == 403 and "insufficient_scope" in beyond.headers["WWW-Authenticate"]
    assert "令牌" in beyond.get_json()["detail"]
    for page in ("/account", "/projects"):  # a token opens no page, so it makes no token either
        assert program.get(page, headers=bearer(secret)).status_code == 302
    assert program.post("/account/tokens/new", headers=bearer(secret), data=ASKED).status_code == 401
    assert "2026-11-23" in lead.get("/account").text

    admin = client("admin").get("/admin/tokens").text
    assert "进度表" in admin and secret not in admin
    number = re.search(r"/admin/tokens/(\d+)/revocation", admin)
    assert number and client("lead2").post(f"/account/tokens/{number[1]}/revocation").status_code == 404
    assert client("lead2").post(number[0]).status_code == 403
    assert client("admin").post(number[0]).status_code == 303
    refused = program.get("/api/v1/projects", headers=bearer(secret))
    assert refused.status_code == 401 and "invalid_token" in refused.headers["WWW-Authenticate"]
    with app.app_context():
        stored = db.session.scalars(select(ApiToken)).one()
        assert stored.secret_sha256 == rules.secret_digest(secret)
        acts = db.session.scalars(select(AuditEntry.act).where(AuditEntry.thing == "api_token"))
        assert list(acts) == ["accounts:token:make", "accounts:token:revoke"]
        assert secret not in str([entry.after for entry in db.session.scalars(select(AuditEntry))])


def test_a_token_ends_with_its_day_and_with_the_account(app: Flask, client: Callable[..., Critic]) -> None:
    program, admin = app.test_client(), client("admin")
    secret, short = made(client("lead")), made(client("lead"), expires_on="2026-11-23")
    assert program.get("/api/v1/projects", headers=bearer(short)).status_code == 200
    admin.post("/admin/people/CAST-LEAD/disable", data={"way": "leave"})
    assert program.get("/api/v1/projects", headers=bearer(secret)).status_code == 401
    admin.post("/admin/people/CAST-LEAD/enable")
    assert program.get("/api/v1/projects", headers=bearer(secret)).status_code == 401
    other = made(client("lead2"), expires_on="2026-11-24")
    for instant, status in (("2026-11-24T23:59:00+08:00", 200), ("2026-11-25T00:01:00+08:00", 401)):
        with time_machine.travel(datetime.fromisoformat(instant)):
            assert program.get("/api/v1/projects", headers=bearer(other)).status_code == status


def test_wrong_tokens_are_slowed_down_and_right_ones_are_not(
    app: Flask, client: Callable[..., Critic]
) -> None:
    secret, program = made(client("lead")), app.test_client()
    answers = [
        program.get("/api/v1/projects", headers=bearer("kjs_wrong")).status_code
        for _n in range(rules.WRONG_TOKENS + 1)
    ]
    assert answers == [401] * rules.WRONG_TOKENS + [429]
    assert program.get("/api/v1/projects", headers=bearer(secret)).status_code == 200
    wrong = [client("lead").post("/account/tokens/new", data=ASKED | {"password": "x"}) for _n in range(6)]
    assert [answer.status_code for answer in wrong] == [422] * 5 + [429]
    with app.app_context():
        noted = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "accounts:account:guess")).all()
        assert [one.actor_label for one in noted] == ["实验室负责人（血液肿瘤）"] * 5, "in the trail"


def test_of_whom_a_second_step_is_required_no_program_goes_on_without(
    app: Flask, client: Callable[..., Critic]
) -> None:
    secret, program = made(client("chair"), committee="read"), app.test_client()
    with app.app_context(), writing():
        db.session.add(SignInPolicy(second_for="signers", second_from=date(2026, 11, 23)))
    answer = program.get("/api/v1/meetings", headers=bearer(secret))
    assert answer.status_code == 403 and "第二步验证" in answer.get_json()["detail"]
