"""What operators see: figures for Prometheus, slow statements, and a log line that says what a request cost."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from kangjiansheng.core import measures
from kangjiansheng.core.db import db
from kangjiansheng.core.logs import JsonLines
from tests.support.critic import Critic


def _read(said: str) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in said.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_requests_and_statements_are_counted_by_floor(client: Callable[..., Critic]) -> None:
    visitor = client("lead")
    label = 'kangjiansheng_requests_total{floor="projects",method="GET",status="2xx"}'
    before = _read(visitor.get("/metrics").text).get(label, 0)
    visitor.get("/projects")
    after = _read(visitor.get("/metrics").text)
    assert after[label] == before + 1
    assert after['kangjiansheng_statements_total{floor="projects"}'] > 0
    assert after['kangjiansheng_request_seconds_count{floor="projects"}'] >= after[label]
    assert {"kangjiansheng_outbox_waiting", "kangjiansheng_tasks_failed", "kangjiansheng_audit_head"} <= set(
        after
    )


def test_figures_are_for_this_machine_and_hold_no_name(client: Callable[..., Critic]) -> None:
    visitor = client("lead")
    visitor.get("/projects/KJS-003")
    said = visitor.get("/metrics").text
    assert "KJS-003" not in said and "lead" not in said
    assert visitor.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert visitor.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404


def test_a_slow_statement_is_logged_without_its_values(
    own_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "kangjiansheng")
    logging.getLogger("kangjiansheng").addHandler(caplog.handler)
    try:
        with own_app.app_context():
            measures.watch(db.engine, 0)  # from no time at all
            db.session.execute(text("SELECT :word"), {"word": "planted-secret"})
    finally:
        logging.getLogger("kangjiansheng").removeHandler(caplog.handler)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    (found,) = [line for line in lines if "SELECT" in line.get("statement", "")]
    assert found["event"] == "slow statement" and found["ms"] >= 0
    assert "planted-secret" not in json.dumps(lines)


def test_the_log_says_what_a_request_cost(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr("kangjiansheng.core.logs.log.info", lambda _event, extra: said.append(extra["facts"]))
    client("lead").get("/projects?q=planted-secret")
    assert said[-1]["statements"] > 0 and said[-1]["ms"] >= said[-1]["sql_ms"] > 0
    assert "planted-secret" not in json.dumps(said)
