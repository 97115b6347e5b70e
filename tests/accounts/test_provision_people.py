"""A list of people from a directory: tried out, refused by cell, applied at once, and the same again changes nothing."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.accounts import queries
from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.pages import page
from kangjiansheng.labs.operations import provisioning as operations
from kangjiansheng.labs.views import provisioning
from tests.accounts.test_second_factor import field
from tests.support.acting import who
from tests.support.critic import Critic

PATH = "/admin/people/list"
LIST = """email,name_hans,name_hant,name_en,title,institution,roles,active,sso
new@kjs.example,新来的人,新來的人,Newcomer,研究员,RJ,审计员,是,
lead@kjs.example,,,,首席,,,,
outsider@kjs.example,,,,,,,否,
chair@kjs.example,,,,,,,,是
"""


def send(admin: Critic, text: str, **more: str) -> Any:
    return admin.post(PATH, data={"people": (io.BytesIO(text.encode()), "a.csv"), **more})


def entries(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(AuditEntry.id))) or 0


@pytest.mark.long
def test_from_a_dry_run_to_the_end_of_sessions(app: Flask, client: Callable[..., Critic]) -> None:
    admin, outsider = client("admin"), client("outsider")
    assert client("executive").get(PATH).status_code == 403 and admin.get(PATH).status_code == 200
    before = entries(app)
    shown = send(admin, LIST, invite="y")
    assert shown.status_code == 200 and entries(app) == before, "nothing is written"
    for words in ("new@kjs.example", "新登记", "首席", "可登录", "审计员", "4 人有改动"):
        assert words in shown.text
    with app.app_context():
        assert queries.account_by_email("new@kjs.example") is None
        assert "accounts:invitation" not in db.session.scalars(select(Outbox.template)).all()
    assert outsider.get("/account").status_code == 200
    consent = {"packed": field(shown, "packed"), "seen": field(shown, "seen"), "invite": "y"}
    assert admin.post(f"{PATH}/consent", data=consent | {"seen": "x"}).status_code == 409
    assert admin.post(f"{PATH}/consent", data=consent | {"packed": "%"}).status_code == 422
    assert admin.post(f"{PATH}/consent", data=consent).status_code == 303
    assert outsider.get("/account").status_code == 302, "the next request is refused"
    with app.app_context():
        account = queries.account_by_email("new@kjs.example")
        assert account is not None and account.person.roles_on(clock.today()) == {"auditor"}
        assert account.person.name_hant == "新來的人"
        lead, chair = (queries.account_by_email(f"{who}@kjs.example") for who in ("lead", "chair"))
        assert lead and lead.person.title == "首席" and chair and chair.sso_by_email
        assert "accounts:invitation" in db.session.scalars(select(Outbox.template)).all()
        acts = set(db.session.scalars(select(AuditEntry.act).where(AuditEntry.id > before)))
        assert {"accounts:account:disable", "labs:institution:join", "labs:people:provision"} <= acts
    after = entries(app)
    again = send(admin, LIST, invite="y")
    assert "没有需要写入的内容" in again.text and entries(app) == after, "the same again"
    back = send(admin, "email,active,roles,institution\noutsider@kjs.example,是,,\nnew@kjs.example,,-,SCMC\n")
    consent = {"packed": field(back, "packed"), "seen": field(back, "seen")}
    assert admin.post(f"{PATH}/consent", data=consent).status_code == 303
    assert client("outsider").get("/account").status_code == 200
    with app.app_context():
        account = queries.account_by_email("new@kjs.example")
        assert account is not None and account.person.roles_on(clock.today()) == frozenset()
    leaving = send(admin, "email,active\nlead@kjs.example,否\n").text
    assert "还负责" in leaving and "/admin/people/CAST-LEAD/handover" in leaving


def test_what_is_wrong_is_named_by_line_and_column(client: Callable[..., Critic], app: Flask) -> None:
    admin, before = client("admin"), entries(app)
    wrong = """邮箱,称呼,角色,可登录,机构
x@kjs.example,甲,king,是,RJ
x@kjs.example,乙,,,
,丙,,,
y@kjs.example,,,,
z@kjs.example,丁,,也许,
q@kjs.example,戊,,,NOWHERE
admin@kjs.example,,,否,
not an address,己,,,
"""
    answer = send(admin, wrong)
    assert answer.status_code == 422
    for words in (
        "没有“king”这个角色；可写 admin / security / executive / auditor，", "没有编号或名称为“NOWHERE”的机构", "与第 2 行是同一个邮箱", "每一行都要有工作邮箱", "请填称呼", "请写“是”或“否”", "不能停用自己的账号",
        "这不是一个邮箱地址",
    ):  # fmt: skip
        assert words in answer.text, words
    assert "packed" not in answer.text and entries(app) == before, "none of it is written"
    for text in ("", "name\nx\n", "email,email\n", "\x00\x01"):
        assert send(admin, text).status_code == 422
    assert "大于 256 KB" in send(admin, "email\n" + "x" * 300_000).text


@pytest.mark.parametrize(
    "heading",
    [
        "編號,工作電郵,稱呼（簡體）,稱呼（繁體）,職務,所屬機構,系統角色,可登入",
        "工號,電郵,姓名,稱呼(繁體),職務,機構,角色,在職",
        "编号,工作邮箱,称呼（简体）,称呼（繁体）,职务,所属机构,系统角色,可登录",
    ],
)
def test_a_list_is_read_by_the_words_of_the_page_in_either_script(
    client: Callable[..., Critic], heading: str
) -> None:
    admin = client("admin", "zh-Hant")
    line = "SC-001,sc001@kjs.example,新來的人,新來的人,研究員,SCMC,審計員,是"
    shown = send(admin, f"科研處人員名單,,,,,,,\n\n{heading}\n{line}\n")
    assert shown.status_code == 200, shown.text[-3000:]
    assert "sc001@kjs.example" in shown.text and "審計員" in shown.text
    wrong = send(admin, f"科研處人員名單,,,,,,,\n{heading},血型\n{line},A\n")
    assert wrong.status_code == 422 and "血型" in wrong.text


def test_an_institution_is_known_by_its_code_and_by_each_of_its_names(
    client: Callable[..., Critic], app: Flask
) -> None:
    assert "admin / security / executive / auditor" in client("admin").get(PATH).text
    names = ("RJ", "瑞金医院", "上海交通大學醫學院附屬瑞金醫院", "Ruijin Hospital")
    rows = [f"a{at}@kjs.example,甲,{name};SPH" for at, name in enumerate(names)]
    with app.app_context():
        found = operations.try_out(
            "\n".join(["email,name_hans,institution", *rows]).encode(), actor=who("admin"), invite=False
        )
        db.session.rollback()
    assert not found.problems
    assert {dict((key, new) for key, _old, new in one.changes)["institution"] for one in found.lines} == {
        "RJ;SPH"
    }


def test_a_line_that_is_refused_half_way_leaves_nothing_to_the_next(app: Flask) -> None:
    rows = "email,code,name_hans,institution\nq@kjs.example,NEW-9,戊,NOWHERE\nr@kjs.example,NEW-9,己,RJ\n"
    with app.app_context():
        found = operations.try_out(rows.encode(), actor=who("admin"), invite=False)
        db.session.rollback()
    assert [(one.line, one.column) for one in found.problems] == [(2, "institution")]
    assert [(one.line, one.is_new) for one in found.lines] == [(3, True)]


@pytest.mark.long
def test_the_command_does_the_same(run_command: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,name_hans,roles,institution\na@kjs.example,甲,admin,RJ\n", "utf-8")
    tried = run_command("user", "provision", str(file), "--dry-run")
    assert tried.returncode == 0 and "1 of 1 people would change" in tried.stdout, tried.stderr
    assert "1 of 1 people changed" in run_command("user", "provision", str(file)).stdout
    file.write_text("email,name_hans\nb@kjs.example,\n", "utf-8")
    wrong = run_command("user", "provision", str(file))
    assert wrong.returncode == 1 and "line 2, name_hans" in wrong.stderr
    none = run_command("user", "remove-factors", "a@kjs.example", "--reason", "lost")
    assert none.returncode == 1 and "factors-none" in none.stderr


def test_the_page_of_a_dry_run_holds_up_nobody_who_writes(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[bool] = []

    def look(*given: Any, **more: Any) -> Any:
        shown.append(db.session().in_transaction())
        return page(*given, **more)

    monkeypatch.setattr(provisioning, "page", look)
    assert send(client("admin"), LIST).status_code == 200 and shown == [False]
