"""Programs act as pages do: the same forms, rules and words, with versions, keys and problems as JSON."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng.core import budgets
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Obligation
from tests.accounts.test_give_a_program_a_token import bearer, made
from tests.committee.test_import_minutes import OWN
from tests.support.critic import Critic
from tests.support.programs import program

OWED: dict[str, Any] = {
    "name_hans": "共享设备清单", "debtor_code": "RJ", "creditor_code": "KJS", "due_on": "2026-12-31", "detail": "每年一份。",
}  # fmt: skip


@pytest.mark.long
def test_an_obligation_from_a_program(app: Flask, client: Callable[..., Critic]) -> None:
    secret = made(client("executive"), labs="write", projects="")
    program = app.test_client()
    asks: dict[str, Any] = {"headers": bearer(secret)}

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        more = {"headers": asks["headers"] | headers}
        return program.open(f"/api/v1{path}", method=method, json=body, **more)

    wrong = send("POST", "/obligations", {"colour": "red"})
    assert wrong.status_code == 422 and wrong.content_type == "application/problem+json"
    assert wrong.get_json()["errors"] == [{"field": "colour", "detail": "没有这一项。"}]
    for value in (["a"], 5, True, {}):
        shape = send("POST", "/obligations", {"name_hans": value}).get_json()["errors"]
        assert shape == [{"field": "name_hans", "detail": "这一项要文字。"}]
    shape = send("POST", "/obligations", {"debtor_code": ["RJ"]}).get_json()["errors"]
    assert shape == [{"field": "debtor_code", "detail": "这一项要一个值，或者一列值，与表单一样。"}]
    missing = send("POST", "/obligations", {"debtor_code": "RJ"})
    page = client("executive").post("/obligations/new", data={"debtor_code": "RJ"})
    told = missing.get_json()["errors"]
    assert "name_hans" in {one["field"] for one in told}
    assert all(one["detail"] in page.text for one in told)  # word for word

    key = {"Idempotency-Key": "order-1"}
    first = send("POST", "/obligations", OWED, **key)
    assert first.status_code == 201, first.text
    code = first.get_json()["code"]
    assert first.headers["Location"] == f"/api/v1/obligations/{code}"
    again = send("POST", "/obligations", OWED, **key)
    assert (again.status_code, again.data, again.headers["ETag"]) == (201, first.data, first.headers["ETag"])
    assert send("POST", "/obligations", OWED | {"detail": "x"}, **key).status_code == 422
    with app.app_context():
        made_now = db.session.scalar(select(func.count()).where(Obligation.name_hans == OWED["name_hans"]))
        assert made_now == 1
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert entry is not None and entry.act == "labs:obligation:create" and "进度表" in entry.actor_label
        change = db.session.get(ChangeSet, entry.change_set_id)
        assert change is not None and change.source == "api"

    address = f"/obligations/{code}"
    read = send("GET", address)
    tag = read.headers["ETag"]
    assert tag == first.headers["ETag"] and read.get_json() == first.get_json()
    assert send("GET", address, **{"If-None-Match": tag}).status_code == 304
    assert send("PATCH", address, {"detail": "每半年一份。"}).status_code == 428
    changed = send("PATCH", address, {"detail": "每半年一份。"}, **{"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert changed.get_json() == read.get_json() | {"detail": "每半年一份。"}  # what was not sent has stayed
    stale = send("PATCH", address, {"detail": "每月一份。"}, **{"If-Match": tag})
    assert stale.status_code == 412
    assert stale.get_json()["version"] == 2
    assert [one["present"] for one in stale.get_json()["differences"]] == ["每半年一份。"]
    given = send("POST", f"{address}/delivery", {"on": "2026-11-20"}, **{"If-Match": changed.headers["ETag"]})
    assert given.status_code == 200 and given.get_json()["state"] == "delivered"

    for method, path, body, status in (
        ("DELETE", address, None, 405),
        ("POST", address, {}, 405),
        ("POST", f"{address}?as_of=2026-06-30", {}, 405),
        ("GET", f"{address}/delivery", None, 405),
        ("POST", "/nothing", {}, 404),
        ("PATCH", "/obligations/OB-9999", {}, 404),
        ("POST", "/obligations", [1], 400),
    ):
        answer = send(method, path, body)
        assert answer.status_code == status, (method, path, answer.text)
        assert answer.content_type == "application/problem+json"
    assert "PATCH" in send("DELETE", address).headers["Allow"]
    for path, methods in ((address, "GET, PATCH"), ("/projects", "GET, POST"), ("/metrics", "GET")):
        assert send("OPTIONS", path).headers["Allow"] == f"{methods}, OPTIONS"
    assert send("OPTIONS", "/nothing").status_code == 404
    plain = program.post("/api/v1/obligations", data={"a": "b"}, headers=bearer(secret))
    assert plain.status_code == 415
    assert send("GET", "/obligations", Accept="text/csv").status_code == 406


def test_what_was_done_stays_done_when_its_token_does_not_read_what_came_of_it(
    app: Flask, client: Callable[..., Critic]
) -> None:
    secret, program = made(client("executive"), projects="write"), app.test_client()
    path = "/api/v1/obligations/OB-0001"
    linked = program.post(f"{path}/links", json={"target": "KJS-006"}, headers=bearer(secret))
    assert linked.status_code == 204, linked.text
    assert program.get(path, headers=bearer(secret)).status_code == 403
    assert "KJS-006" in client("executive").get("/obligations/OB-0001").text


def test_the_same_key_twice_at_once_is_one_act(
    app: Flask, client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a costly act takes of its budget is committed before the act: another one may come in between."""
    send, spend = program(app, client, "secretary"), budgets.spend
    answers: list[Any] = []

    def ask() -> Any:
        body = {"pasted": OWN, "origin": "存档"}
        return send("POST", "/committees/SAC/imports", body, Idempotency_Key="minutes-1")

    def and_again(view: Any) -> bool:
        taken = spend(view)
        if taken and not answers:
            answers.append(None)
            answers.append(ask())
        return taken

    monkeypatch.setattr(budgets, "spend", and_again)
    late = ask()
    with app.app_context():
        brought = AuditEntry.act.startswith("committee:import:")
        assert db.session.scalar(select(func.count(AuditEntry.id)).where(brought)) == 1
    assert answers[1].status_code == 201 and late.status_code == 409
    again = ask()
    assert again.headers["Idempotency-Replayed"] == "true" and again.data == answers[1].data


def test_lists_go_on_where_they_stopped(app: Flask, client: Callable[..., Critic]) -> None:
    reader = client("executive")
    every = [row["code"] for row in reader.get("/api/v1/obligations").get_json()["data"]]
    first = reader.get("/api/v1/obligations?limit=2").get_json()
    assert [row["code"] for row in first["data"]] == every[:2] and first["total"] == len(every)
    urgent = OWED | {"due_on": "2026-11-01"}
    assert reader.post("/api/v1/obligations", json=urgent).status_code == 201  # stands before the others
    seen, following = every[:2], first["next"]
    while following:
        piece = reader.get(following).get_json()
        seen += [row["code"] for row in piece["data"]]
        following = piece["next"]
    assert seen == every
    for query in ("limit=0", "limit=x", "cursor=!", "cursor=WzFd"):
        answer = reader.get(f"/api/v1/obligations?{query}")
        assert answer.status_code == 400 and answer.content_type == "application/problem+json", query


def test_a_right_that_one_has_not_is_no_program_s_either(app: Flask, client: Callable[..., Critic]) -> None:
    assert client("lead").post("/api/v1/obligations", json=OWED).status_code == 403
    assert client("outsider").patch("/api/v1/obligations/OB-0004", json={}).status_code == 404
    reading = made(client("executive"), labs="read", projects="")
    answer = app.test_client().post("/api/v1/obligations", json=OWED, headers=bearer(reading))
    assert answer.status_code == 403 and "insufficient_scope" in answer.headers["WWW-Authenticate"]
