"""Minutes as data: what one may see, verifiable by others, and a trace that they were taken."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.rules import verification
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from tests.support.critic import Critic

AMENDED, SIGNED, PARTLY = "SAC-2026-01", "SAC-2026-03", "SAC-2026-02"


@pytest.fixture
def taken(client: Callable[..., Critic]) -> Callable[..., dict[str, Any]]:
    """`taken("member", "SAC-2026-03")`: the export that somebody gets."""

    def take(short: str, code: str, **asked: Any) -> dict[str, Any]:
        answer = client(short).get(f"/meetings/{code}/minutes.json", query_string=asked)
        assert answer.status_code == 200
        return orjson.loads(answer.data)

    return take


def faults(export: dict[str, Any]) -> list[str]:
    return [f.code for f in verification.check(export) if f.fault]


@pytest.mark.parametrize("code", [AMENDED, SIGNED])
def test_an_export_is_whole(taken: Callable[..., dict[str, Any]], code: str) -> None:
    found = taken("member", code)
    assert (found["whole"], found["state"], verification.check(found)) == (True, "approved", [])
    assert len(found["amendments"]) == (code == AMENDED)
    assert found["illustrative"] is True


def test_a_part_is_withheld_and_the_rest_still_verifies(taken: Callable[..., dict[str, Any]]) -> None:
    found = taken("partner", PARTLY)
    assert (found["whole"], faults(found)) == (False, [])
    assert "审议并通过第4次会议纪要" not in str(found), "an item that is not hers"
    assert "十五年随访" in str(found)
    hidden = [
        h for h, b in zip(found["text"]["signed"]["blocks"], found["text"]["blocks"], strict=True) if not b
    ]
    whole = taken("member", PARTLY)
    assert hidden
    assert found["draft"]["sha256"] == whole["draft"]["sha256"]
    assert found["text"]["signed"] == whole["text"]["signed"]


def test_a_draft_under_review_and_one_that_came_back(taken: Callable[..., dict[str, Any]]) -> None:
    now, before = taken("member", "SAC-2026-04"), taken("member", "SAC-2026-04", draft=1)
    assert (now["state"], before["state"]) == ("review", "returned")
    assert faults(now) == faults(before) == []
    assert now["draft"]["number"] == 2


def test_what_nobody_froze_says_so(taken: Callable[..., dict[str, Any]]) -> None:
    writing, record = taken("secretary", "SAC-2026-05"), taken("outsider", "SAC-2024-01")
    assert (writing["state"], record["state"]) == ("draft", "record")
    assert [f.code for f in verification.check(writing)] == ["unsigned"]
    assert "number" not in record["text"]["header"]


def test_who_may_not_read_takes_nothing(client: Callable[..., Critic]) -> None:
    assert client("outsider").get(f"/meetings/{SIGNED}/minutes.json").status_code == 404
    assert client("lead").get("/meetings/SAC-2026-04/minutes.json").status_code == 403
    assert client("executive").get("/meetings/SAC-2026-05/minutes.json").status_code == 403


def test_that_it_was_taken_is_in_the_trail(taken: Callable[..., dict[str, Any]], app: Flask) -> None:
    taken("member", SIGNED)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert entry is not None
        assert (entry.act, entry.after) == ("committee:minutes:export", {"kind": "JSON", "draft": 1})
