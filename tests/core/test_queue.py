"""Work that was asked for once: done by one worker, with its progress, and begun again when a worker dies."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kangjiansheng import app as roof
from kangjiansheng import serving
from kangjiansheng.core import clock, queue
from kangjiansheng.core.db import db
from kangjiansheng.core.jobs import Job
from kangjiansheng.core.queue import Task
from kangjiansheng.core.transactions import writing


@pytest.fixture
def running(empty_app: Flask) -> Iterator[Flask]:
    with empty_app.app_context():
        yield empty_app


def put(kind: str = "count", **payload: Any) -> int:
    with writing():
        return queue.put(kind, payload).id


def task(number: int) -> Task:
    db.session.rollback()
    return db.session.get_one(Task, number)


def test_a_task_is_done_once_with_its_progress(running: Flask) -> None:
    number = put(to=3)
    seen: list[Any] = []

    def count(payload: Any, report: Any) -> None:
        for step in range(payload["to"]):
            report(step + 1, payload["to"])
            seen.append((task(number).progress, task(number).total, task(number).state))

    assert queue.run_one({"count": count}, "one")
    assert seen == [(1, 3, "running"), (2, 3, "running"), (3, 3, "running")]
    assert (task(number).state, task(number).attempts) == ("done", 1)
    assert not queue.run_one({"count": count}, "one")


def test_tasks_are_done_in_the_order_in_which_they_came_and_others_are_left_alone(running: Flask) -> None:
    first, second, other = put(n=1), put(n=2), put("unknown")
    done: list[int] = []
    while queue.run_one({"count": lambda payload, _report: done.append(payload["n"])}, "one"):
        pass
    assert done == [1, 2]
    assert [task(n).state for n in (first, second, other)] == ["done", "done", "waiting"]


def test_a_task_whose_worker_died_is_begun_again_by_another(running: Flask) -> None:
    number = put()

    class Killed(BaseException):
        """What a kill -9 leaves: nothing is said any more."""

    def dies(_payload: Any, report: Any) -> None:
        report(1, 2)
        raise Killed

    with pytest.raises(Killed):
        queue.run_one({"count": dies}, "dead")
    assert task(number).state == "running"
    assert not queue.run_one({"count": lambda _p, _r: None}, "other"), "its time has not passed yet"
    with writing():
        task(number).locked_until = clock.now() - timedelta(seconds=1)
    assert queue.run_one({"count": lambda _p, _r: None}, "other")
    assert (task(number).state, task(number).attempts, task(number).locked_by) == ("done", 2, "other")


def test_a_worker_that_was_silent_too_long_finds_that_another_has_it(running: Flask) -> None:
    number = put()
    found: list[str] = []

    def slow(_payload: Any, report: Any) -> None:
        with writing():
            task(number).locked_until = clock.now() - timedelta(seconds=1)
        assert queue.run_one({"count": lambda _p, _r: found.append("other")}, "other")
        with pytest.raises(queue.Lost):
            report(1, 1)
        report(1, 1)

    assert queue.run_one({"count": slow}, "slow")
    assert found == ["other"] and (task(number).state, task(number).locked_by) == ("done", "other")


def test_one_that_always_fails_is_given_up(running: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAUSE", timedelta(0))
    number = put()

    def fails(_payload: Any, _report: Any) -> None:
        raise LookupError("never")

    runs = 0
    while queue.run_one({"count": fails}, "one"):
        runs += 1
    assert runs == queue.ATTEMPTS
    assert (task(number).state, task(number).problem) == ("failed", "LookupError")


def test_one_that_kills_each_worker_is_given_up(running: Flask) -> None:
    number = put()
    with writing():
        row = task(number)
        row.state, row.attempts, row.locked_until = (
            "running",
            queue.ATTEMPTS,
            clock.now() - timedelta(seconds=1),
        )
    assert not queue.run_one({"count": lambda _p, _r: None}, "one")
    assert (task(number).state, task(number).problem) == ("failed", "worker-died")


def test_several_workers_never_do_one_twice(running: Flask) -> None:
    for n in range(12):
        put(n=n)
    done: list[int] = []

    def work(name: str) -> None:
        with running.app_context():
            while queue.run_one({"count": lambda payload, _report: done.append(payload["n"])}, name):
                pass

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == list(range(12))
    assert db.session.scalar(select(func.count()).select_from(Task).where(Task.state == "done")) == 12


def test_a_round_that_waits_for_another_machine_holds_up_no_other(
    empty_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker as it runs: one round hangs from its first beginning, the others and the tasks go on."""
    ends: list[Any] = []
    hangs, done = threading.Event(), []

    def quick() -> None:
        done.append("late" if hangs.is_set() else "round")
        if "late" in done or (done.count("round") > 2 and "task" in done):
            hangs.set()
            ends[0](15, None)

    monkeypatch.setattr(serving.signal, "signal", lambda _signal, end: ends.append(end))
    monkeypatch.setattr(serving, "ROUND", 0.05)
    monkeypatch.setattr(serving, "LOOK", 0.01)
    rounds = [
        Job("mail", timedelta(0), hangs.wait, apart=True),
        Job("quick", timedelta(0), quick),
        Job("groups", timedelta(0), lambda: done.append("other"), apart=True),
    ]
    monkeypatch.setattr(roof, "jobs", lambda _app: rounds)
    monkeypatch.setattr(roof, "handlers", lambda: {"count": lambda *_: done.append("task")})
    with empty_app.app_context():
        put()
    late = threading.Timer(10, hangs.set)
    late.start()
    serving.work(empty_app)
    late.cancel()
    assert {"round", "task", "other"} == set(done)
