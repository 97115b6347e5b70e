"""Administration: people, accounts, invitations; and that only administrators do it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic
from tests.support.queries import queries_counted

NEW = {
    "name_hans": "席位 03",
    "email": "seat03@kjs.example",
    "locale": "zh-Hans",
    "account": "mail",
    "role": "",
}
PAGES = ["/admin", "/admin/people/new", "/admin/people/CAST-LEAD", "/admin/people/CAST-LEAD/edit", "/admin/mails",
         "/admin/system", "/admin/start"]  # fmt: skip
ACTS = ["/admin/people/new", "/admin/people/CAST-LEAD/edit", "/admin/people/CAST-LEAD/account",
        "/admin/people/CAST-LEAD/disable", "/admin/people/CAST-LEAD/sessions/end", "/admin/people/CAST-LEAD/enable", "/admin/people/CAST-LEAD/link",
        "/admin/people/CAST-LEAD/roles", "/admin/people/CAST-LEAD/roles/end"]  # fmt: skip
OTHERS = ["executive", "auditor", "lead", "partner", "secretary", "chair", "member", "outsider"]


def person_of(app: Flask, email: str) -> Person:
    with app.app_context():
        found = db.session.scalars(select(Person).where(Person.email == email)).one()
        assert found.account is None or found.account.person_id == found.id
        return found


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_opens_every_page(client: Callable[..., Critic], path: str) -> None:
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert client("admin", language).get(path).status_code == 200


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_opens_any_or_does_anything(app: Flask, client: Callable[..., Critic], who: str) -> None:
    visitor = client(who)
    assert {visitor.get(path).status_code for path in PAGES} == {403}
    assert {visitor.post(path, data=NEW).status_code for path in ACTS} == {403}
    with app.app_context():
        account = queries.account_by_email("lead@kjs.example")
        assert account is not None and account.disabled_at is None


def test_an_administrator_sees_no_project_by_that_office(client: Callable[..., Critic]) -> None:
    assert client("admin").get("/projects/KJS-001").status_code == 404


def test_a_person_is_invited_by_mail(app: Flask, client: Callable[..., Critic]) -> None:
    answer = client("admin").post("/admin/people/new", data=NEW)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin/people/P-0001"
    with app.app_context():
        mail = db.session.scalars(select(Outbox).where(Outbox.to == NEW["email"])).one()
        path = mail.address
        assert mail.template == "accounts:invitation"
    visitor = client(None)
    assert visitor.post(path, data={"password": "seven quiet cranes"}).status_code == 303
    assert visitor.post("/account/notice", data={"number": "0"}).status_code == 303
    assert visitor.get("/account").status_code == 200


def test_without_mail_the_link_is_handed_over_and_shown_once(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    answer = admin.post("/admin/people/new", data={**NEW, "account": "hand"})
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    link = re.search(r"http://localhost(/link/[\w-]+)", answer.text)
    assert link
    assert link[1] not in admin.get("/admin/people/P-0001").text
    assert client(None).post(link[1], data={"password": "seven quiet cranes"}).status_code == 303


def test_a_link_for_somebody_who_has_a_password_is_a_reset(app: Flask, client: Callable[..., Critic]) -> None:
    answer = client("admin").post("/admin/people/CAST-LEAD/link", data={"how": "hand"})
    assert "1 小时内有效" in answer.text
    assert client("admin").post("/admin/people/CAST-LEAD/link", data={"how": "mail"}).status_code == 303


def test_there_is_no_field_for_somebody_elses_password(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    assert not any('type="password"' in admin.get(path).text for path in PAGES)


def test_a_person_without_an_account_is_registered_and_gets_one_later(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    data = {**NEW, "account": "none", "code": "GUEST-03"}
    assert admin.post("/admin/people/new", data=data).headers["Location"] == "/admin/people/GUEST-03"
    assert "此人只被登记" in admin.get("/admin/people/GUEST-03").text
    assert admin.post("/admin/people/GUEST-03/disable").status_code == 404
    assert admin.post("/admin/people/GUEST-03/account").status_code == 303
    assert admin.post("/admin/people/GUEST-03/account").status_code == 422
    assert admin.post("/admin/people/GUEST-03/link", data={"how": "hand"}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name_hans": ""}, "请填写此项"),
        ({"name_hans": "   "}, "请填写此项"),
        ({"email": "LEAD@kjs.example"}, "已属于另一个人"),
        ({"email": ""}, "有账号的人需要工作邮箱"),
        ({"email": "nobody"}, "这不是一个邮箱地址"),
        ({"email": "a@b@c.example"}, "这不是一个邮箱地址"),
        ({"code": "cast lead"}, "编号用大写字母"),
        ({"code": "CAST-LEAD"}, "CAST-LEAD 已被使用"),
        ({"role": "root"}, "有 1 处需要修改"),
        ({"locale": "fr"}, "有 1 处需要修改"),
        ({"name_hans": "x" * 201}, "最多 200 个字符"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    app: Flask, client: Callable[..., Critic], changes: dict[str, str], words: str
) -> None:
    answer = client("admin").post("/admin/people/new", data={**NEW, "title": "被保留的职务", **changes})
    assert answer.status_code == 422
    assert words in answer.text and "被保留的职务" in answer.text
    with app.app_context():
        assert db.session.scalar(select(Person).where(Person.title == "被保留的职务")) is None


def test_more_fields_than_the_form_has_change_nothing(app: Flask, client: Callable[..., Critic]) -> None:
    extra = {"illustrative": "1", "id": "1", "erased_at": "2026-01-01", "password_hash": "x", "version": "9"}
    client("admin").post("/admin/people/new", data={**NEW, **extra})
    assert person_of(app, NEW["email"]).illustrative is False


def test_a_stopped_account_is_out_at_once_and_comes_back(client: Callable[..., Critic]) -> None:
    admin, lead = client("admin"), client("lead")
    assert lead.get("/account").status_code == 200
    assert admin.post("/admin/people/CAST-LEAD/disable", data={"way": "leave"}).status_code == 303
    assert lead.get("/account").status_code == 302
    assert "已停用" in admin.get("/admin/people/CAST-LEAD").text
    assert admin.post("/admin/people/CAST-LEAD/enable").status_code == 303
    assert client("lead").get("/account").status_code == 200
    assert lead.get("/account").status_code == 302  # the old session stays over


def test_nobody_stops_herself(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    assert admin.post("/admin/people/CAST-ADMIN/disable").status_code == 422
    assert admin.get("/admin").status_code == 200


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("q=LEAD2", {"CAST-LEAD2"}),
        ("q=實驗室負責人（兒童）", {"CAST-LEAD2"}),
        ("q=Committee+secretary", {"CAST-SECRETARY"}),
        ("role=auditor", {"CAST-AUDITOR"}),
        ("state=stopped", set()),
        ("q=%25", set()),
        ("q=_", set()),
    ],
)
def test_people_are_found(client: Callable[..., Critic], query: str, codes: set[str]) -> None:
    page = client("admin").get(f"/admin?{query}").text
    assert set(re.findall(r"/admin/people/(CAST-[A-Z0-9]+)\"", page)) == codes


@pytest.mark.long
def test_the_list_costs_the_same_however_long_it_is(app: Flask, client: Callable[..., Critic]) -> None:
    admin = client("admin")
    admin.get("/admin")
    with queries_counted() as few:
        admin.get("/admin")
    with app.app_context(), writing():
        actor = queries.system_actor()
        for number in range(70):
            operations.create_person(actor=actor, name_hans=f"席位 {number}", email=f"n{number}@kjs.example")
    with queries_counted() as many:
        page = admin.get("/admin").text
    assert len(many) == len(few) <= 15, many.shown
    assert "第 1 / 2 页" in page


def test_the_history_says_who_did_what(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    admin.post("/admin/people/CAST-LEAD/disable", data={"way": "leave"})
    page = admin.get("/admin/people/CAST-LEAD").text
    assert "停用账号" in page and "系统管理员" in page


def test_the_person_system_is_nobody_to_administer(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    assert admin.get("/admin/people/system").status_code == 404
    assert "/admin/people/system" not in admin.get("/admin").text


def test_two_people_never_share_an_address_or_a_code(in_app: Flask) -> None:
    actor = queries.system_actor()
    for fields in ({"email": "Lead@KJS.example"}, {"code": "CAST-LEAD", "email": "x@kjs.example"}):
        with pytest.raises(RuleBroken), writing():
            operations.create_person(actor=actor, name_hans="x", **fields)  # type: ignore[arg-type]


def test_a_role_holds_from_its_first_to_its_last_day(
    app: Flask, client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.today()
    first, last = today + timedelta(days=1), today + timedelta(days=2)
    data = {"role": "auditor", "valid_from": first.isoformat(), "valid_to": last.isoformat()}
    assert client("admin").post("/admin/people/CAST-OUTSIDER/roles", data=data).status_code == 303
    allowed = []
    for days in range(4):
        monkeypatch.setattr(clock, "today", lambda days=days: today + timedelta(days=days))
        allowed.append(client("outsider").get("/audit").status_code == 200)
    assert allowed == [False, True, True, False]


def test_a_role_taken_back_ends_at_the_next_request(client: Callable[..., Critic]) -> None:
    admin, auditor = client("admin"), client("auditor")
    assert auditor.get("/audit").status_code == 200
    assert admin.post("/admin/people/CAST-AUDITOR/roles/end", data={"role": "auditor"}).status_code == 303
    assert auditor.get("/audit").status_code == 403


@pytest.mark.parametrize(
    ("code", "path", "data", "words"),
    [
        ("CAST-AUDITOR", "roles", {"role": "auditor"}, "已有这个角色"),
        (
            "CAST-LEAD",
            "roles",
            {"role": "auditor", "valid_from": "2026-02-02", "valid_to": "2026-02-01"},
            "早于",
        ),
        ("CAST-LEAD", "roles", {"role": "system"}, "有 1 处需要修改"),
        ("CAST-ADMIN", "roles/end", {"role": "admin"}, "不能撤回自己的管理员角色"),
    ],
)
def test_a_role_that_cannot_be_is_refused(
    client: Callable[..., Critic], code: str, path: str, data: dict[str, str], words: str
) -> None:
    answer = client("admin").post(f"/admin/people/{code}/{path}", data=data)
    assert answer.status_code == 422 and words in answer.text


def test_an_administrator_ends_all_sessions_of_somebody(client: Callable[..., Critic]) -> None:
    lead, admin = client("lead"), client("admin")
    assert lead.get("/account").status_code == 200
    assert admin.post("/admin/people/CAST-LEAD/sessions/end").status_code == 303
    assert lead.get("/account").status_code == 302
    assert "结束全部登录" in client("auditor").get("/audit").text
    assert client("lead").get("/account").status_code == 200  # the account itself stays open


def test_a_list_in_pages_says_on_each_that_some_of_it_is_illustrative(
    client: Callable[..., Critic], app: Flask
) -> None:
    admin, strip = client("admin"), "此页含示例数据"
    with app.app_context(), writing():
        for number in range(60):
            facts = {"code": f"A-{number:03d}", "name_hans": "席位", "account": False}
            operations.create_person(actor=queries.system_actor(), **facts)
        assert (
            not db.session.scalars(select(Person.illustrative).order_by(Person.code).limit(50))
            .all()
            .count(True)
        )
    for page in (1, 2):
        assert strip in admin.get(f"/admin?page={page}").text
    assert strip not in admin.get("/admin?q=A-0").text
