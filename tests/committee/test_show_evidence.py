"""A file that shows that an action was done: brought with closing it or later, read by who sees the action."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Action
from kangjiansheng.committee.operations import evidence, outcomes
from kangjiansheng.committee.queries.evidence import files_of
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import commit
from tests.support.critic import Critic
from tests.support.papers import PDF

NUMBER = "A-2026-07-01"


@pytest.fixture
def action(in_app: Flask) -> Action:
    """An open action of approved minutes."""
    found = db.session.scalars(select(Action).where(Action.number == NUMBER)).one()
    assert found.life == "open"
    return found


def file(name: str = "证明.pdf", data: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_brought_while_closing(action: Action, client: Callable[..., Critic]) -> None:
    here, page = f"/actions/{NUMBER}", client("secretary")
    typed = {"version": action.version, "done_on": "2026-11-23"}
    wrong = page.post(
        here, data=typed | {"files": file("x.exe", b"MZ\x00")}, content_type="multipart/form-data"
    )
    assert wrong.status_code == 422
    db.session.refresh(action)
    assert action.life == "open", "nothing is half done"
    done = page.post(here, data=typed | {"files": file()}, content_type="multipart/form-data")
    assert done.status_code == 303
    assert "证明.pdf" in page.get(here).text
    assert page.get(f"{here}/evidence/1").data == PDF
    assert "证明.pdf" in client("member2").get("/actions?show=all").text
    assert client("member2").get(f"{here}/evidence/1").data == PDF
    assert client("outsider").get(f"{here}/evidence/1").status_code == 404
    assert client("secretary").get(f"{here}/evidence/2").status_code == 404


def test_more_later_and_taken_back(
    action: Action, actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    secretary = actor("secretary")
    with pytest.raises(RuleBroken, match="evidence-open"):
        evidence.attach(action, "a.pdf", PDF, actor=secretary)
    outcomes.finish_action(action, actor=secretary, version=action.version, done_on=clock.today())
    commit()
    here, page = f"/actions/{NUMBER}", client("secretary")
    none = page.post(f"{here}/evidence", data={}, content_type="multipart/form-data")
    assert none.status_code == 422
    assert "请选择一份文件" in none.text
    for name, data in (("一.pdf", PDF), ("二.pdf", PDF + b"%2")):
        sent = page.post(
            f"{here}/evidence", data={"files": file(name, data)}, content_type="multipart/form-data"
        )
        assert sent.status_code == 303
    again = page.post(f"{here}/evidence", data={"files": file()}, content_type="multipart/form-data")
    assert "这份文件已经附过" in again.text
    for number in range(2, evidence.MOST):
        evidence.attach(action, f"{number}.pdf", PDF + b"%%%d" % number * 2, actor=secretary)
    with pytest.raises(RuleBroken, match="evidence-many"):
        evidence.attach(action, "more.pdf", PDF + b"%more", actor=secretary)
    commit()
    assert client("member2").post(f"{here}/evidence/1/withdrawal").status_code in (403, 404)
    page = client("secretary")
    assert page.post(f"{here}/evidence/1/withdrawal").status_code == 303
    assert page.get(f"{here}/evidence/1").status_code == 404
    assert "一.pdf" not in page.get(here).text
    page.post(f"{here}/reopening")
    assert page.get(f"{here}/evidence/2").status_code == 404, "an open action shows nothing as done"
    db.session.expire_all()
    assert files_of([action], actor=secretary) == {}
