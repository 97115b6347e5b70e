"""One commit per request, in one place: what is kept, what is not, what survives a refusal."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from sqlalchemy import func, select, text

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.core import transactions
from kangjiansheng.core.access import public
from kangjiansheng.core.db import db
from kangjiansheng.core.throttle import Throttle, count
from tests.support.critic import Critic


def add(code: str) -> None:
    operations.create_person(actor=queries.system_actor(), code=code, name_hans="x", account=False)


@pytest.fixture
def there(own_app: Flask) -> Callable[[str], bool]:
    def look(code: str) -> bool:
        with own_app.app_context():
            return db.session.scalar(select(Person.id).where(Person.code == code)) is not None

    return look


@pytest.fixture
def visitor(own_app: Flask) -> Critic:
    @own_app.route("/probe/<code>/<int:status>", methods=["GET", "POST", "PUT", "DELETE"])
    @public
    def probe(code: str, status: int) -> tuple[str, int]:
        add(code)
        transactions.afterwards(
            lambda: count(f"after-{code}", window=__import__("datetime").timedelta(hours=1))
        )
        if status == 0:
            raise ZeroDivisionError
        if status >= 400:
            abort(status)
        return "", status

    return Critic(own_app)


@pytest.mark.long
@pytest.mark.parametrize("status", [200, 204, 303])
def test_a_success_is_kept(visitor: Critic, there: Callable[[str], bool], status: int) -> None:
    visitor.post(f"/probe/KEPT/{status}")
    assert there("KEPT")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503])
def test_a_refusal_keeps_nothing(visitor: Critic, there: Callable[[str], bool], status: int) -> None:
    assert visitor.post(f"/probe/LOST/{status}").status_code == status
    assert not there("LOST")


@pytest.mark.long
def test_a_fault_keeps_nothing(visitor: Critic, there: Callable[[str], bool]) -> None:
    with pytest.raises(ZeroDivisionError):
        visitor.post("/probe/LOST/0")
    assert not there("LOST")


def test_a_get_writes_nothing(visitor: Critic, there: Callable[[str], bool]) -> None:
    assert visitor.get("/probe/LOST/200").status_code == 200
    assert not there("LOST")


@pytest.mark.parametrize("status", [200, 404])
def test_what_must_survive_a_refusal_does(visitor: Critic, own_app: Flask, status: int) -> None:
    visitor.post(f"/probe/XX/{status}")
    with own_app.app_context():
        assert db.session.scalar(select(Throttle.failures).where(Throttle.key == "after-XX")) == 1


def test_a_command_that_fails_keeps_nothing(own_app: Flask, there: Callable[[str], bool]) -> None:
    with own_app.app_context(), pytest.raises(KeyboardInterrupt), transactions.writing():
        add("HALF")
        raise KeyboardInterrupt
    assert not there("HALF")


@pytest.mark.long
def test_opening_every_page_changes_no_table(app: Flask, client: Callable[..., Critic]) -> None:
    """Only traces may move: sessions seen, notices read, the entry of an export and what it takes of a budget."""
    visitors = [client("auditor"), client("admin"), client("lead")]
    pages = [r.rule for r in app.url_map.iter_rules() if not r.arguments and "GET" in (r.methods or ())]

    traces = ("audit_entry", "change_set", "throttle", "budget")

    def counts() -> dict[str, int]:
        with app.app_context():
            names = [t for t in db.metadata.tables if t not in traces]
            return {n: db.session.scalar(select(func.count()).select_from(text(n))) or 0 for n in names}

    before = counts()
    for visitor in visitors:
        for path in pages:
            visitor.get(path)
    assert counts() == before
