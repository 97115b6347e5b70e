"""One value that cannot be read does not keep the check of the trail from naming what else was altered."""

from collections.abc import Callable

import pytest
from flask import Flask

from kangjiansheng.core import verify
from kangjiansheng.core.db import db
from tests.support.critic import Critic
from tests.support.tampering import behind

ALTERED = "UPDATE lab_partner SET role = 'x' WHERE id = 1"
UNREADABLE = {
    "company": ("contact_roles", "'{'"),
    "lab_paper": ("valid_from", "'someday'"),
    "clause": ("number", "CAST(X'ff3c' AS TEXT)"),
    "project": ("baseline_start", "'someday'"),
    "milestone_entry": ("recorded_at", "'someday'"),
    "audit_entry": ("before", "'{'"),
}


def named(app: Flask) -> list[str]:
    with app.app_context():
        return list(verify.problems(db.session()))


@pytest.mark.sqlite  # PostgreSQL keeps no such value
@pytest.mark.parametrize("table", UNREADABLE)
def test_it_is_named_and_so_is_the_rest(app: Flask, table: str) -> None:
    column, value = UNREADABLE[table]
    of_one = f"(SELECT max(id) FROM {table} WHERE {column} IS NOT NULL)"
    behind(app, f"UPDATE {table} SET {column} = {value} WHERE id = {of_one}", ALTERED)
    found = named(app)
    assert any(table in line and column in line and "无法读出" in line for line in found), found
    assert any("lab_partner id 1" in line for line in found), found


def test_what_has_another_shape_ends_the_check_of_its_kind_alone(app: Flask) -> None:
    """A state that is a list: the database takes it, and the digest names it."""
    last = "(SELECT max(id) FROM revision WHERE thing = 'row:clause')"
    behind(app, f"UPDATE revision SET state = '[1]' WHERE id = {last}", ALTERED)
    found = named(app)
    assert any("revision id" in line and "was changed" in line for line in found)
    assert any("lab_partner id 1" in line for line in found)
    assert any("检查没有完成" in line for line in found)


@pytest.mark.sqlite
def test_an_auditor_sees_it_on_the_page(app: Flask, client: Callable[..., Critic]) -> None:
    auditor = client("auditor", "en")
    behind(app, "UPDATE lab_paper SET valid_from = 'someday' WHERE id = 1")
    assert "cannot be read" in auditor.get("/audit/verify").text
