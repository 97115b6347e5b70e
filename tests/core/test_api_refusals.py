"""What programs are refused before anything is asked of a floor: each refusal with its words."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from kangjiansheng.core import standing
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import InstitutionMember, LabMember
from kangjiansheng.projects.models import Ask, Project
from tests.support.acting import who
from tests.support.critic import Critic

API = "/api/v1"
RISKS, EVIDENCE = f"{API}/projects/KJS-003/risks", f"{API}/projects/KJS-003/milestones/A140/evidence"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/projects/KJS-003?as_of=1900-01-01", "之前的日期"),
        ("/notifications?as_of=2026-11-01", "这里只有今天的情况"),
        ("/projects?limit=501", "1 到 500"),
        ("/projects?limit=00000001000", "1 到 500"),
        ("/meetings?limit=000000001" + "0" * 20, "1 到 500"),
    ],
)
def test_days_and_lengths_that_cannot_be_read(client: Callable[..., Critic], path: str, words: str) -> None:
    answer = client("lead").get(f"{API}{path}")
    assert answer.status_code == 400 and words in answer.get_json()["detail"]


def test_what_was_not_there_on_a_past_day(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context():
        code = db.session.scalars(select(Ask.code).order_by(Ask.id)).first()
    executive = client("executive")
    assert executive.get(f"{API}/asks/{code}").status_code == 200
    assert executive.get(f"{API}/asks/{code}?as_of=2025-01-02").status_code == 404


@pytest.mark.parametrize(
    ("path", "sent", "status", "words"),
    [
        (EVIDENCE, {"data": "x", "content_type": "text/plain"}, 415, "multipart/form-data"),
        (RISKS, {"data": "x", "content_type": "text/plain"}, 415, "application/json 发送。"),
        (RISKS, {"data": "{", "content_type": "application/json"}, 400, "这不是 JSON"),
        (RISKS, {"data": "[]", "content_type": "application/json"}, 400, "JSON 对象"),
        *(
            (
                RISKS,
                {
                    "data": f'{{"title": {deep}}}',
                    "content_type": "application/json",
                    "headers": {"Idempotency-Key": "x"},
                },
                400,
                "JSON 对象",
            )
            for deep in ("[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900)
        ),
        (RISKS, {"json": {}, "headers": {"Idempotency-Key": "x" * 201}}, 400, "Idempotency-Key"),
        (RISKS, {"json": {}, "headers": {"Idempotency-Key": ""}}, 400, "Idempotency-Key"),
    ],
)
def test_what_cannot_be_read(
    client: Callable[..., Critic], path: str, sent: dict[str, Any], status: int, words: str
) -> None:
    answer = client("lead").post(path, **sent)
    assert answer.status_code == status and words in answer.get_json()["detail"]


def test_a_version_that_no_answer_gave(client: Callable[..., Critic]) -> None:
    answer = client("lead").patch(f"{API}/projects/KJS-003", json={}, headers={"If-Match": "nonsense"})
    assert answer.status_code == 412 and "If-Match" in answer.get_json()["detail"]


def test_who_asks_again_after_a_right_has_ended_is_told_no_more_than_that_it_was_done(
    client: Callable[..., Critic], app: Flask
) -> None:
    lead = client("lead")
    risk = {
        "kind": "risk",
        "title": "病毒载体供应",
        "likelihood": "3",
        "impact": "3",
        "review_on": "2026-12-20",
    }
    ask = lambda: lead.post(RISKS, json=risk, headers={"Idempotency-Key": "risk-1"})  # noqa: E731
    first, again = ask(), ask()
    assert (first.status_code, again.status_code) == (201, 201) and again.data == first.data
    with app.app_context():
        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        project.confidentiality, project.members = "team", []
        for kind in (LabMember, InstitutionMember):
            db.session.execute(
                delete(kind).where(kind.person_id == who("lead").id), execution_options=standing.TOLD
            )
        db.session.commit()
    late = ask()
    assert lead.get("/projects/KJS-003").status_code == 404
    assert (late.status_code, late.data) == (204, b"") and late.headers["Idempotency-Replayed"] == "true"
    assert "Location" not in late.headers and "ETag" not in late.headers
