"""Copies on a schedule: made by the worker, read back, let go; failures told; a drill that an administrator runs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Drill, KeptCopy
from kangjiansheng.accounts.operations import copies as operations
from kangjiansheng.accounts.queries import copies as queries
from kangjiansheng.accounts.rules import retention
from kangjiansheng.app import handlers, jobs
from kangjiansheng.core import clock, queue
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.copies.reading import opened
from kangjiansheng.core.db import db
from kangjiansheng.core.jobs import Round, run_due
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic
from tests.support.holding import at_rest
from tests.support.typed import opened as form_at
from tests.support.typed import send, words

PAGE = "/admin/copies"
KEY = "four parties at one table"


@pytest.fixture
def kept(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """A folder for copies; they are encrypted."""
    folder = tmp_path / "copies"
    folder.mkdir()
    known = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(known, backup_folder=folder, backup_key=KEY, backup_keep=(1, 0, 0))
    yield folder


def work(app: Flask) -> None:
    """One round of the worker: what is due, then what was asked for."""
    with app.app_context():
        with writing():
            for due in db.session.scalars(select(Round)):
                due.due_at = clock.now()
        run_due([job for job in jobs(app) if job.kind == "copies"])
        while queue.run_one(handlers(), "worker"):
            pass


def states(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(KeptCopy.state).order_by(KeptCopy.id)))


def acts(app: Flask) -> list[str]:
    with app.app_context():
        found = select(AuditEntry.act).where(AuditEntry.thing.in_(("kept_copy", "copy_drill")))
        return [act.removeprefix("accounts:") for act in db.session.scalars(found.order_by(AuditEntry.seq))]


def told(app: Flask) -> list[str]:
    with app.app_context():
        return [row.template for row in db.session.scalars(select(Notification)) if row.address == PAGE]


def test_without_a_folder_there_are_none(client: Callable[..., Critic], app: Flask) -> None:
    admin = client("admin")
    assert "KJS_BACKUP_FOLDER" in words(admin.get(PAGE))
    assert admin.post(PAGE).status_code == 422
    work(app)
    assert states(app) == []


@pytest.mark.long
def test_a_day_in_the_life_of_copies(
    client: Callable[..., Critic], app: Flask, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock and on request, encrypted and read back; the head beside; the older goes; a drill says it in words;
    a trail that lost its tail, a damaged copy and a lost folder are told to administrators."""
    slow = [
        at_rest(monkeypatch, operations.queue, "holding"),
        at_rest(monkeypatch, operations.making, "make"),
    ]
    work(app)
    work(app)  # once a day only
    (first,) = kept.glob("*.kjs")
    with opened(first, KEY) as copy:
        copy.check()
        head = copy.manifest["head"]
    beside = orjson.loads(first.with_name(f"{first.name}.head.json").read_bytes())
    assert (beside["seq"], beside["hash"]) == (head["seq"], head["hash"])
    admin = client("admin")
    assert first.name in words(admin.get(PAGE)) and head["hash"] in words(admin.get(PAGE))
    send(admin, PAGE, form_at(admin, PAGE, PAGE))
    assert admin.post(PAGE).status_code == 422, "one at a time"
    work(app)
    (second,) = kept.glob("*.kjs")
    assert second != first and states(app) == ["gone", "whole"]
    answer = admin.post(f"{PAGE}/1/drill")
    assert answer.status_code == 422 and "完好" in words(answer)

    assert admin.post(f"{PAGE}/2/drill").status_code == 303
    work(app)
    page = words(admin.get(PAGE))
    assert "已恢复并逐项核对" in page and re.search(r"[1-9]\d* 个签名、[1-9]\d* 个文件，全部完好", page)
    assert not list(app.config["SETTINGS"].instance.glob("drill*")) and told(app) == []

    data = second.read_bytes()
    second.write_bytes(data[:-1])
    last = second.with_name(f"{second.name}.head.json")
    last.write_bytes(orjson.dumps(orjson.loads(last.read_bytes()) | {"seq": 10_000}))
    admin.post(f"{PAGE}/2/drill")
    admin.post(PAGE)
    work(app)
    assert "没有通过" in words(admin.get(PAGE))
    assert sorted(told(app)) == ["accounts:drill-failed", "accounts:trail-cut"]

    for file in kept.iterdir():
        file.unlink()
    kept.rmdir()
    admin.post(PAGE)
    work(app)
    assert states(app) == ["gone", "whole", "whole", "failed"] and "accounts:copy-failed" in told(app)
    assert "is no folder" in words(admin.get(PAGE))
    assert acts(app)[:6] == ["copy:make", "copy:ask", "copy:make", "copy:end", "drill:ask", "drill:end"]
    with app.app_context():
        assert {drill.state for drill in db.session.scalars(select(Drill))} == {"whole", "failed"}
    assert all(slow)


def test_the_hour_and_the_night(app: Flask) -> None:
    """The hour is that of Shanghai; what was due yesterday is due until today's hour."""
    for now, due in (
        ("2026-11-22T18:59:00", "2026-11-21T19:00:00"),
        ("2026-11-22T19:00:00", "2026-11-22T19:00:00"),
    ):
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        assert queries.due_at(moment, 3) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.long
def test_after_a_failure_it_is_tried_again_each_hour(app: Flask, kept: Path) -> None:
    kept.rmdir()
    work(app)
    work(app)
    assert states(app) == ["failed"]
    kept.mkdir()
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        work(app)
    assert states(app) == ["failed", "whole"]


@pytest.mark.long
def test_a_copy_that_somebody_asked_for_outlives_the_copy_of_the_night(
    client: Callable[..., Critic], app: Flask, kept: Path
) -> None:
    admin = client("admin")
    send(admin, PAGE, form_at(admin, PAGE, PAGE))
    work(app)  # makes it, and the first one of the clock
    work(app)
    assert states(app) == ["whole", "whole"] and len(list(kept.glob("*.kjs"))) == 2


def test_which_copies_are_kept() -> None:
    """One a day for a year and a bit: the last of 7 days, 5 weeks and 12 months; two of one day count once."""
    first = datetime(2025, 10, 1, 19, tzinfo=UTC)
    made = {number: first + timedelta(days=number) for number in range(400)}
    stay = retention.kept(made | {400: made[399] + timedelta(hours=1)}, (7, 5, 12))
    days = sorted(made.get(key, made[399]).date().isoformat() for key in stay)
    assert days[-7:] == [
        f"2026-{day}" for day in ("10-29", "10-30", "10-31", "11-01", "11-02", "11-03", "11-04")
    ]
    assert 399 not in stay and len(stay) == 7 + 3 + 10
    assert retention.kept({1: first}, (1, 0, 0)) == {1} and retention.kept({}, (7, 5, 12)) == set()
