"""三员分立: who runs the system, who decides on rights and who reads the trail are three; rights are looked through."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import operations, queries
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import writing
from tests.accounts.test_second_factor import field
from tests.support.critic import Critic

OUTSIDER, PARTNER = "/admin/people/CAST-OUTSIDER", "/admin/people/CAST-PARTNER"


def switch(who: Critic, separate: bool, every: str = "180") -> int:
    data = {"version": field(who.get("/admin/rights"), "version"), "review_every": every}
    return who.post("/admin/rights", data=data | ({"separate": "y"} if separate else {})).status_code


@pytest.mark.long
def test_three_who_are_kept_apart(app: Flask, client: Callable[..., Critic]) -> None:
    admin, security, auditor = client("admin"), client("outsider"), client("auditor")
    assert client("lead").get("/admin/rights").status_code == 403
    assert auditor.get("/admin/rights").status_code == 200
    assert auditor.post("/admin/rights", data={}).status_code == 403
    assert switch(admin, True) == 422, "nobody holds the second of them"
    assert admin.post(f"{OUTSIDER}/roles", data={"role": "security"}).status_code == 303
    assert switch(admin, True) == 422, "the security administrator switches, nobody else"
    assert admin.post(f"{OUTSIDER}/roles", data={"role": "auditor"}).status_code == 303
    assert switch(security, True) == 422, "one holds two"
    assert security.post("/admin/people/CAST-AUDITOR/roles/end", data={"role": "auditor"}).status_code == 303
    assert security.post(f"{OUTSIDER}/roles/end", data={"role": "auditor"}).status_code == 303
    assert switch(security, True) == 422, "nobody holds the third"
    assert security.post("/admin/people/CAST-AUDITOR/roles", data={"role": "auditor"}).status_code == 303
    in_the_hand = (
        admin.post(f"{OUTSIDER}/link", data={"how": "hand"})
        .text.split("/link/")[1]
        .split("<")[0]
        .split('"')[0]
    )
    assert client(None).get(f"/link/{in_the_hand}").status_code == 200
    assert switch(security, True) == 303
    assert client(None).get(f"/link/{in_the_hand}").status_code in (404, 410), "ends with the separation"

    # Each of the three has what is theirs, and nothing else.
    for address in ("/admin/sign-in", "/admin/sessions", "/admin/tokens"):
        assert (admin.get(address).status_code, security.get(address).status_code) == (403, 200), address
    for address in ("/admin/people/new", "/admin/mails", "/admin/work", "/admin/copies", "/admin/system"):
        assert (admin.get(address).status_code, security.get(address).status_code) == (200, 403), address
    assert security.get("/audit").status_code == admin.get("/audit").status_code == 403
    assert "安全管理员授予" in admin.get(PARTNER).text and 'name="role"' not in admin.get(PARTNER).text
    assert security.get(PARTNER).status_code == security.get("/admin").status_code == 200
    assert admin.post(f"{PARTNER}/roles", data={"role": "executive"}).status_code == 403
    assert security.post(f"{PARTNER}/disable").status_code == 403
    new = {
        "name_hans": "席位 03",
        "email": "s3@kjs.example",
        "locale": "zh-Hans",
        "account": "none",
        "role": "executive",
    }
    assert admin.post("/admin/people/new", data=new).status_code == 303
    with app.app_context():
        made = queries.person(actor=queries.system_actor(), code="P-0001")
        assert made is not None and made.roles == [], "a role that slips in with a new person is none"
    assert 'name="role"' not in admin.get("/admin/people/new").text

    # They exclude each other; nobody decides on their own rights; none of the three goes without a holder.
    said = security.post("/admin/people/CAST-AUDITOR/roles", data={"role": "admin"})
    assert said.status_code == 422 and "不能再兼任另一个" in said.text
    assert security.post(f"{OUTSIDER}/roles", data={"role": "executive"}).status_code == 422
    last = security.post("/admin/people/CAST-ADMIN/roles/end", data={"role": "admin"})
    assert last.status_code == 422 and "最后一位能登录的系统管理员" in last.text
    assert admin.post(f"{OUTSIDER}/disable").status_code == 422
    assert security.post(f"{PARTNER}/roles", data={"role": "admin"}).status_code == 303
    assert client("partner").post("/admin/people/CAST-ADMIN/disable").status_code == 303
    assert client("partner").post("/admin/people/CAST-ADMIN/enable").status_code == 303

    # Nobody gets into the account of one of the three: no link in the hand, no other address for mails.
    admin = client("admin")
    assert admin.post(f"{OUTSIDER}/link", data={"how": "hand"}).status_code == 422
    assert admin.post(f"{OUTSIDER}/link", data={"how": "mail"}).status_code == 303
    page = admin.get(f"{OUTSIDER}/edit")
    moved = {
        "name_hans": "局外人",
        "email": "mine@kjs.example",
        "locale": "zh-Hans",
        "version": field(page, "version"),
    }
    said = admin.post(f"{OUTSIDER}/edit", data=moved)
    assert said.status_code == 422 and "邮箱也不能由别人修改" in said.text

    assert admin.post("/admin/rights", data={"review_every": "180"}).status_code == 403
    assert switch(security, False) == 303
    assert admin.get("/admin/tokens").status_code == 200
    with app.app_context():
        rule = (
            select(AuditEntry.after).where(AuditEntry.act == "accounts:rights:rule").order_by(AuditEntry.seq)
        )
        assert [after["separate"] for after in db.session.scalars(rule)] == [True, False]
        assert db.session.scalars(select(Outbox.to).where(Outbox.to == "mine@kjs.example")).all() == []


def test_what_comes_past_the_pages_keeps_to_it_too(app: Flask, client: Callable[..., Critic]) -> None:
    client("admin").post(f"{OUTSIDER}/roles", data={"role": "security"})
    assert switch(client("outsider"), True) == 303
    with app.app_context(), writing():
        admin, partner = (
            queries.actor_by_email("admin@kjs.example"),
            queries.account_by_email("partner@kjs.example"),
        )
        assert admin is not None and partner is not None and not admin.has("security")
        with pytest.raises(RuleBroken, match="rights-security"):
            operations.grant_role(partner.person, "executive", actor=admin)
        operations.grant_role(
            partner.person, "executive", actor=queries.system_actor()
        )  # the operator, by command
    with app.test_request_context():
        assert queries.actor_by_email("outsider@kjs.example").has("security")  # type: ignore[union-attr]


@pytest.mark.long
def test_rights_are_looked_through(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    assert "该复核权限了" in admin.get("/").text and "还没有复核过" in admin.get("/admin/rights").text
    kinds = {
        "system": "执行管理层",
        "institution": "RJ",
        "lab": "JL-01",
        "project": "KJS-003",
        "committee": "主任委员",
    }
    text = "".join(admin.get(f"/admin/rights?kind={kind}").text for kind in kinds)
    for right in (*kinds.values(), "项目负责人", "SAC"):
        assert right in text, right
    assert "主任委员" not in admin.get("/admin/rights?kind=project").text
    assert admin.get("/admin/rights?day=2020-01-01&page=9&kind=x").status_code == 200
    assert "CAR" not in text, "of projects that one may not see, codes alone"
    remark = {"day": clock.today().isoformat(), "remark": "两人已离岗，角色已撤回"}
    assert admin.post("/admin/rights/review", data=remark).status_code == 303
    assert remark["remark"] in admin.get("/admin/rights").text
    assert "该复核权限了" not in admin.get("/").text
    assert switch(admin, False, "5") == 422
    assert switch(admin, False, "30") == 303
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert "该复核权限了" in client("admin").get("/").text
