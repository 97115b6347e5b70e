"""Administrators require a second factor; whoever is concerned is told before, and led to add one after."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from tests.accounts.test_second_factor import enrol, field
from tests.support.critic import Critic


def require(admin: Critic, second_for: str, second_from: str = "") -> int:
    version = field(admin.get("/admin/sign-in"), "version")
    data = {"second_for": second_for, "second_from": second_from, "version": version}
    return admin.post("/admin/sign-in", data=data).status_code


def addressed(app: Flask) -> set[str]:
    with app.app_context():
        query = select(Outbox.to).where(Outbox.template == "accounts:factor-required")
        return {to.split("@")[0] for to in db.session.scalars(query)}


@pytest.mark.long
def test_a_requirement_from_its_day_on(app: Flask, client: Callable[..., Critic]) -> None:
    admin, day = client("admin"), clock.today() + timedelta(days=3)
    member = client("member")
    assert client("lead").post("/admin/sign-in", data={}).status_code == 403
    assert require(admin, "signers") == 422, "a requirement has a day"
    assert require(admin, "signers", "2026-11-22") == 422, "and nobody is surprised"
    enrol(member)
    assert require(admin, "signers", day.isoformat()) == 303
    told = addressed(app)
    assert {"admin", "chair", "member2", "secretary"} <= told and not told & {"member", "lead", "outsider"}
    page = client("chair").get("/notifications").text
    assert "请添加第二步验证" in page
    assert (
        client("chair").get("/committee").status_code in (200, 302, 404)
        and admin.get("/admin").status_code == 200
    )
    assert "须有而没有" in admin.get("/admin/sign-in?only=missing").text
    with time_machine.travel(clock.now() + timedelta(days=3)):
        chair, lead, admin = client("chair"), client("lead"), client("admin")
        for address in (
            "/",
            "/projects",
            "/account",
            "/admin/sign-in?only=missing",
            "/meetings/SAC-2026-04/minutes",
        ):
            answer = chair.get(address)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/account/second"), address
        assert chair.post("/account/language", data={"locale": "en"}).status_code == 403
        assert chair.get("/api/v1/projects").status_code == 403
        assert "添加之后才能继续" in chair.get("/account/second").text
        assert admin.get("/admin").status_code == 302
        assert lead.get("/account").status_code == 200, "not concerned"
        enrol(chair)
        assert chair.get("/account").status_code == 200
        enrol(admin)
        with app.app_context():
            acts = list(
                db.session.scalars(select(AuditEntry.after).where(AuditEntry.act == "accounts:policy:edit"))
            )
            assert acts == [{"second_for": "signers", "second_from": day.isoformat(), "sso_only": False}]
        assert require(admin, "everyone", clock.today().isoformat()) == 303
        assert lead.get("/account").status_code == 302, "in open sessions too"
        assert require(admin, "nobody") == 303
        assert lead.get("/account").status_code == 200
