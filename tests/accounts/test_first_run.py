"""The first run without demonstration: whoever started it becomes the first administrator, once."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng import starting
from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models import Account
from kangjiansheng.core.db import db
from tests.support.critic import Critic

FIRST = {"name_hans": "管理员", "email": "first@kjs.example", "password": "seven quiet cranes"}


@pytest.fixture
def path(empty_app: Flask) -> str:
    with empty_app.app_context():
        return starting.first_run_path()


@pytest.mark.long
def test_the_secret_is_kept_for_the_operator_alone(empty_app: Flask, path: str) -> None:
    file: Path = empty_app.config["SETTINGS"].instance / "first_run"
    assert file.stat().st_mode & 0o077 == 0
    assert len(path) > 40
    with empty_app.app_context():
        assert starting.first_run_path() == path  # the same until it is used


def test_the_first_administrator_is_set_up_and_signed_in(empty_app: Flask, path: str) -> None:
    visitor = Critic(empty_app)
    assert "首次启用" in visitor.get(path).text
    answer = visitor.post(path, data=FIRST)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/start")
    told = visitor.get("/admin/start")
    assert told.status_code == 302, "the first administrator is told, too, how personal data are processed"
    assert visitor.post(told.location, data={"number": "0"}).headers["Location"] == "/admin/start"
    page = visitor.get("/admin/start").text
    for way in ("/admin/privacy", "/partners", "/admin/people/new", "/import/portfolio"):
        assert f'href="{way}"' in page
    assert visitor.get("/admin").status_code == 200
    with empty_app.app_context():
        assert queries.has_admin()


def test_it_works_once(empty_app: Flask, path: str) -> None:
    Critic(empty_app).post(path, data=FIRST)
    late = Critic(empty_app)
    assert late.get(path).status_code == 404
    assert late.post(path, data={**FIRST, "email": "second@kjs.example"}).status_code == 404
    with empty_app.app_context():
        assert db.session.scalar(select(func.count(Account.id))) == 1


@pytest.mark.parametrize("secret", ["x", "", "%00", "é" * 20])
def test_a_wrong_secret_opens_nothing(empty_app: Flask, path: str, secret: str) -> None:
    visitor = Critic(empty_app)
    assert visitor.get(f"/first-run/{secret}").status_code in (400, 404)
    assert visitor.post(f"/first-run/{secret}", data=FIRST).status_code in (400, 404)


@pytest.mark.parametrize(
    "changes",
    [{"password": "short"}, {"email": "x"}, {"name_hans": ""}, {"password": "first@kjs.example"[:5] * 3}],
)
def test_a_wrong_entry_sets_nobody_up(empty_app: Flask, path: str, changes: dict[str, str]) -> None:
    assert Critic(empty_app).post(path, data={**FIRST, **changes}).status_code == 422
    with empty_app.app_context():
        assert not queries.has_admin()
        assert db.session.scalar(select(func.count(Account.id))) == 0


def test_the_demonstration_has_no_first_run(app: Flask) -> None:
    with app.app_context():
        path = starting.first_run_path()
    assert Critic(app).get(path).status_code == 404
