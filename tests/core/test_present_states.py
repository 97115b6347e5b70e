"""What things say now is what was last recorded of them: verification names each that was altered, put in or taken away
behind the application's back."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from kangjiansheng.core import verify
from kangjiansheng.core.db import db
from tests.support.critic import Critic
from tests.support.tampering import behind


def found(app: Flask) -> list[str]:
    with app.app_context():
        return list(verify.problems(db.session()))


def altered(app: Flask, *statements: str) -> list[str]:
    behind(app, *statements)
    return found(app)


def test_the_demonstration_is_as_it_was_recorded(app: Flask) -> None:
    assert found(app) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE decision SET votes_for = votes_for + 1 WHERE id = 1", "decision id 1: is not as it was last recorded (votes_for)"),
        ("UPDATE action SET due_on = '2027-01-01' WHERE id = 1", "action id 1: is not as it was last recorded (due_on)"),
        ("UPDATE evidence SET verdict = 'refused' WHERE id = 1", "evidence id 1: is not as it was last recorded (verdict)"),
        ("UPDATE file_ref SET name = 'x.pdf' WHERE id = 1", "evidence id 1: is not as it was last recorded (name)"),
        ("UPDATE file_blob SET sha256 = 'ab' WHERE id = 1", "evidence id 1: is not as it was last recorded (sha256)"),
        ("UPDATE minutes SET life = 'draft' WHERE id = 1", "minutes id 1: is not as it was last recorded (life)"),
        ("UPDATE attendance SET mode = 'absent' WHERE id = (SELECT min(id) FROM attendance WHERE mode = 'on_site')", "is not as it was last recorded (attendance)"),
        ("UPDATE project SET confidentiality = 'open' WHERE id = 1", "project id 1: is not as it was last recorded (confidentiality)"),
        ("UPDATE amendment SET text = 'x' WHERE id = 1", "amendment id 1: is not what was frozen"),
        ("UPDATE amendment SET life = 'review' WHERE id = 1", "amendment id 1: counts, or does not"),
        ("DELETE FROM amendment WHERE id = 1", "its amendment was removed"),
        ("UPDATE milestone SET forecast = '2031-01-01' WHERE id = 1", "milestone id 1: is not what the ledger says last (forecast)"),
        ("UPDATE paragraph SET agenda_item_id = NULL WHERE id = (SELECT min(p.id) FROM paragraph p JOIN draft_version d ON d.minutes_id = p.minutes_id WHERE p.agenda_item_id IS NOT NULL)", "belongs to another item"),
        ("DELETE FROM risk_milestone WHERE risk_id = (SELECT min(risk_id) FROM risk_milestone) AND milestone_id = (SELECT min(milestone_id) FROM risk_milestone WHERE risk_id = (SELECT min(risk_id) FROM risk_milestone))", "is not as it was last recorded (milestones)"),
        ("UPDATE system_role SET role = 'executive' WHERE role = 'auditor'", "executive of person id 3 is not what was granted"),
        ("UPDATE system_role SET person_id = 5 WHERE role = 'auditor'", "auditor was granted to person id 3 and is gone"),
        ("DELETE FROM lab_member WHERE id = (SELECT max(id) FROM lab_member)", "is not as it was last recorded (members)"),
        ("DELETE FROM booking WHERE id = (SELECT max(id) FROM booking)", "was removed"),
    ],
)  # fmt: skip
def test_what_was_altered_is_named(app: Flask, statement: str, named: str) -> None:
    problems = altered(app, statement)
    assert any(named in line for line in problems), problems


def test_what_was_put_in_is_named(app: Flask) -> None:
    with app.app_context():
        names = ", ".join(column for column in _columns("obligation") if column not in ("id", "code"))
    put = f"INSERT INTO obligation (id, code, {names}) SELECT 9999, 'OB-9999', {names} FROM obligation WHERE id = 1"
    assert "obligation id 9999: belongs to no audit entry" in altered(app, put)


def _columns(table: str) -> list[str]:
    row = db.session.execute(text(f"SELECT * FROM {table} LIMIT 1"))
    return list(row.keys())


def test_a_role_that_ended_is_whole_and_one_that_was_made_longer_is_named(
    app: Flask, client: Callable[..., Critic]
) -> None:
    admin = client("admin")
    with app.app_context():
        person = db.session.scalar(text("SELECT code FROM person WHERE email = 'lead2@kjs.example'"))
    assert admin.post(f"/admin/people/{person}/roles", data={"role": "executive"}).status_code == 303
    assert admin.post(f"/admin/people/{person}/roles/end", data={"role": "executive"}).status_code == 303
    assert found(app) == []
    longer = altered(app, "UPDATE system_role SET valid_to = NULL WHERE valid_to IS NOT NULL")
    assert [line for line in longer if "executive" in line]


def test_what_was_taken_back_or_removed_by_the_application_is_whole(
    app: Flask, client: Callable[..., Critic]
) -> None:
    lead = client("lead")
    lead.post("/views", data={"list": "milestones", "name": "x", "query": "status=late"})
    with app.app_context():
        number = db.session.scalar(text("SELECT max(id) FROM saved_view"))
    assert lead.post(f"/views/{number}/delete").status_code == 303
    assert found(app) == []
