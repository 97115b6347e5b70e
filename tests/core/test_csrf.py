"""No form of ours can be sent from elsewhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter

from tests.support.app import PASSWORD, make
from tests.support.critic import Critic

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    made = make(app.config["SETTINGS"])
    made.config["WTF_CSRF_ENABLED"] = True
    yield made
    from kangjiansheng.core.db import db

    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def token(visitor: Critic, path: str) -> str:
    found = TOKEN.search(visitor.get(path).text)
    assert found, f"{path} has no token"
    return found[1]


def enter(guarded: Flask, email: str) -> Critic:
    visitor = Critic(guarded)
    data = {"email": email, "password": PASSWORD, "csrf_token": token(visitor, "/sign-in")}
    assert visitor.post("/sign-in", data=data).status_code == 303
    return visitor


def test_signing_in_needs_the_token_of_the_page(guarded: Flask) -> None:
    visitor = Critic(guarded)
    data = {"email": "lead@kjs.example", "password": PASSWORD}
    answer = visitor.post("/sign-in", data=data)
    assert answer.status_code == 400
    assert "校验码" in answer.text
    assert visitor.get("/account").status_code == 302


def test_no_route_that_changes_something_works_without_a_token(guarded: Flask) -> None:
    visitor = enter(guarded, "lead@kjs.example")
    foreign = token(enter(guarded, "admin@kjs.example"), "/account")
    tried = 0
    for rule in guarded.url_map.iter_rules():
        if not (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            continue
        values = {name: _value(converter) for name, converter in rule._converters.items()}
        path = rule.build(values, append_unknown=False)
        assert path is not None, rule.rule
        method = next(iter((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}))
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "wrong"}, {"csrf_token": foreign}):
            answer = visitor.open(path[1], method=method, data=data)
            assert answer.status_code == 400, f"{method} {rule.rule} answers {answer.status_code} to {data}"
            tried += 1
    assert tried > 60


def _value(converter: Any) -> Any:
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 1 if isinstance(converter, IntegerConverter) else "x"


@pytest.mark.long
def test_with_the_token_it_works(guarded: Flask) -> None:
    visitor = enter(guarded, "lead@kjs.example")
    data = {"locale": "en", "csrf_token": token(visitor, "/account")}
    assert visitor.post("/account/language", data=data).status_code == 303


@pytest.mark.long
def test_a_token_may_come_in_a_header(guarded: Flask) -> None:
    visitor = enter(guarded, "lead@kjs.example")
    headers = {"X-CSRFToken": token(visitor, "/account")}
    assert visitor.post("/account/language", data={"locale": "en"}, headers=headers).status_code == 303
