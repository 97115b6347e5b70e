"""The whole life of minutes, through pages: draft, review, comment, changes, signatures, frozen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core import verify
from kangjiansheng.core.db import db
from tests.support.critic import Critic

BASE = "/meetings/SAC-2026-05/minutes"
PASSWORD = "kangjiansheng"


def fingerprint(page: str) -> str:
    found = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', page)
    assert found, "the page shows no form to sign"
    return found.group(1)


def paragraph_of(app: Flask) -> str:
    with app.app_context():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        return next(p.public_id for p in writing.standing_paragraphs(minutes) if p.kind == "text")


def give(client: Critic, draft: int, **changes: str) -> Any:
    page = client.get(BASE).get_data(as_text=True)
    data = {"meaning": "approve", "password": PASSWORD, "sha256": fingerprint(page)} | changes
    return client.post(f"{BASE}/drafts/{draft}/signature", data=data)


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_from_draft_to_frozen(client: Callable[..., Critic], app: Flask, language: str) -> None:
    secretary, chair = client("secretary", language), client("chair", language)
    member, member2 = client("member", language), client("member2", language)
    public_id = paragraph_of(app)
    address = f"{BASE}/paragraphs/{public_id}"

    assert member.get(BASE).status_code == 403, "what was never put to review is not shown"
    assert secretary.get(f"{BASE}/review").status_code == 200
    assert secretary.post(f"{BASE}/review", data={"due_on": "2026-12-20"}).status_code == 303
    assert secretary.post(address, data={"text": "偷改", "version": "1"}).status_code == 422

    assert member.post(f"{address}/comments", data={"text": ""}).status_code == 422
    assert member.post(f"{address}/comments", data={"text": "请写明人数。"}).status_code == 303
    assert member2.post(f"{address}/comments", data={"text": "同意。"}).status_code == 303
    assert "请写明人数" in chair.get(BASE).get_data(as_text=True)
    assert give(member, 1).status_code == 303
    assert give(member2, 1, meaning="request_changes", note="请写明人数").status_code == 303

    page = secretary.get(f"{BASE}/edit").get_data(as_text=True)
    assert "请写明人数" in page
    assert secretary.post(address, data={"text": "应到 9 人，实到 8 人。", "version": "1"}).status_code == 303
    assert secretary.post(f"{BASE}/review").status_code == 303

    assert chair.get(f"{BASE}?compare=1").status_code == 200
    assert "<del>" in chair.get(f"{BASE}?compare=1").get_data(as_text=True)
    stale = fingerprint(chair.get(BASE).get_data(as_text=True))[::-1]
    assert give(chair, 2, sha256=stale).status_code == 422
    for one in (chair, member, member2):
        assert give(one, 2).status_code == 303
    assert give_again(chair) == 422

    page = chair.get(BASE).get_data(as_text=True)
    assert 'name="sha256"' not in page
    assert page.count('class="seal"') == 3
    assert secretary.post(address, data={"text": "偷改", "version": "2"}).status_code == 422
    assert secretary.post(f"{BASE}/paragraphs", data={"kind": "text", "text": "加"}).status_code == 422
    assert "偷改" not in chair.get(BASE).get_data(as_text=True)
    with app.app_context():
        assert list(verify.problems(db.session())) == []


def give_again(client: Critic) -> int:
    data = {"meaning": "approve", "password": PASSWORD, "sha256": "0" * 64}
    return client.post(f"{BASE}/drafts/2/signature", data=data).status_code


@pytest.mark.long
def test_wrong_passwords_are_counted(client: Callable[..., Critic]) -> None:
    member = client("member")
    base = "/meetings/SAC-2026-04/minutes"
    sha256 = fingerprint(member.get(base).get_data(as_text=True))
    data = {"meaning": "approve", "password": "not the password", "sha256": sha256}
    for _ in range(5):
        answer = member.post(f"{base}/drafts/2/signature", data=data)
        assert answer.status_code == 422
        assert "密码不正确" in answer.get_data(as_text=True)
    right = member.post(f"{base}/drafts/2/signature", data=data | {"password": PASSWORD})
    assert right.status_code == 429
    assert "未处理" in member.get(base).get_data(as_text=True)


def test_history_names_void_consents(client: Callable[..., Critic]) -> None:
    page = client("member").get("/meetings/SAC-2026-04/minutes/history").get_data(as_text=True)
    assert "第 1 稿" in page
    assert "第 3.1 段请写明补充资料的范围" in page


@pytest.mark.long
@pytest.mark.parametrize(
    ("table", "column"),
    [("paragraph_revision", "text"), ("signature", "printed_name"), ("draft_version", "sha256")],
)
def test_verification_names_what_was_altered(in_app: Flask, table: str, column: str) -> None:
    """With the triggers dropped, one character changed by SQL does not go unseen."""
    engine = db.engine
    names = {"sqlite": f"{table}_no_update", "postgresql": f"{table}_append_only ON {table}"}
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {names[engine.dialect.name]}")
        row = connection.exec_driver_sql(f"SELECT max(id) FROM {table}").scalar()
        connection.exec_driver_sql(
            f"UPDATE {table} SET {column} = substr({column}, 2) || 'x' WHERE id = {row}"
        )
    found = list(verify.problems(db.session()))
    assert any(table in problem and str(row) in problem for problem in found), found
