"""Administrators see what the worker does and who is signed in, begin again what was given up, and end a session."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from kangjiansheng.accounts.models import SignedInSession
from kangjiansheng.app import WORK, handlers, jobs
from kangjiansheng.core import clock, queue
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.config import Issuer
from kangjiansheng.core.db import db
from kangjiansheng.core.jobs import Job, Round, run_due
from kangjiansheng.core.queue import Task
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic

Client = Callable[..., Critic]


@pytest.fixture
def given_up(app: Flask) -> Iterator[int]:
    """A task that has failed as often as it may."""
    with app.app_context():
        with writing():
            task = queue.put("sheet-read", {"batch": 0})
            task.state, task.attempts, task.problem = "failed", queue.ATTEMPTS, "LookupError"
            task.ended_at = clock.now()
            number = task.id
        yield number


def test_every_round_and_task_has_a_name(app: Flask) -> None:
    assert {job.kind for job in jobs(app)} | set(handlers()) == set(WORK) | {"mail", "groups"}


def test_what_was_given_up_is_begun_again(app: Flask, client: Client, given_up: int) -> None:
    admin = client("admin")
    page = admin.get("/admin/work?state=failed").text
    assert "读取表格" in page and "LookupError" in page and "再试一次" in page
    assert admin.post(f"/admin/work/{given_up}/again").status_code == 303
    task = db.session.get_one(Task, given_up)
    assert (task.state, task.attempts, task.ended_at) == ("waiting", 0, None)
    assert admin.post(f"/admin/work/{given_up}/again").status_code == 422
    assert "再试一次" not in admin.get("/admin/work").text
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert entry.act == "accounts:task:again"


def test_a_worker_that_is_away_is_said(app: Flask, client: Client) -> None:
    admin = client("admin")
    with app.app_context():
        with writing():
            db.session.execute(delete(Round))
        run_due([Job("mail", timedelta(seconds=5), lambda: None)])
        assert "没有在运行" not in admin.get("/admin/work").text
        with writing():
            db.session.execute(update(Round).values(due_at=clock.now() - timedelta(minutes=3)))
    assert "没有在运行" in admin.get("/admin/work").text


def test_a_round_that_fails_says_so_until_it_goes_well(app: Flask, client: Client) -> None:
    admin = client("admin")
    going: list[str] = []

    def work() -> None:
        if not going:
            raise LookupError

    job = Job("digest", timedelta(0), work, apart=True)
    with app.app_context():
        run_due([job])
        assert "上次失败" in admin.get("/admin/work").text
        going.append("well")
        run_due([job])
    assert "上次失败" not in admin.get("/admin/work").text


def test_one_session_is_ended_at_once(app: Flask, client: Client) -> None:
    admin, lead = client("admin"), client("lead")
    assert lead.get("/account").status_code == 200
    assert ">2<" in admin.get("/admin/system").text, "two sessions are open"
    with app.app_context():
        rows = db.session.scalars(select(SignedInSession).where(SignedInSession.ended_at.is_(None))).all()
        number = next(row.id for row in rows if row.account.person.email == "lead@kjs.example")
    assert f"/admin/sessions/{number}/end" in admin.get("/admin/sessions").text
    assert admin.post(f"/admin/sessions/{number}/end").status_code == 303
    assert lead.get("/account").status_code == 302
    assert f"/admin/sessions/{number}/end" not in admin.get("/admin/sessions").text
    assert admin.post(f"/admin/sessions/{number}/end").status_code == 404


@pytest.mark.parametrize("path", ["/admin/work", "/admin/sessions"])
def test_only_administrators_look(client: Client, path: str) -> None:
    assert client("lead").get(path).status_code == 403
    assert client("auditor").get(path).status_code == 403


def test_the_system_page_says_what_lies_on_the_disk(client: Client) -> None:
    assert "，" not in client("admin", "en").get("/admin/system").text
    page = client("admin").get("/admin/system").text
    assert "磁盘剩余" in page and "GB" in page and "存放的文件" in page


def test_the_page_of_the_system_says_what_is_set_up(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = client("admin").get("/admin/system").text
    assert "未配置<" in bare and "还没有设定备份文件夹" in bare
    issuer = Issuer("https://id.hospital.example", "kangjiansheng", "a secret of its own", "院内账号")
    known = replace(app.config["SETTINGS"], issuer=issuer, backup_folder=Path("/mnt/copies"))
    monkeypatch.setitem(app.config, "SETTINGS", known)
    shown = client("admin").get("/admin/system").text
    assert "https://id.hospital.example" in shown and "/mnt/copies" in shown
    assert "a secret of its own" not in shown and "还没有设定备份文件夹" not in shown
