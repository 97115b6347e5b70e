"""What a worker and a start hold until the commit: no two take the same mail, task, message or round."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import clock, installation, jobs, numbering, outbox, queue
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.messengers import Post, Robot, delivery
from kangjiansheng.core.transactions import writing
from tests.support.holding import held


def test_what_a_start_and_a_worker_hold(in_app: Flask, actor: Callable[[str], Actor]) -> None:
    known = in_app.config["SETTINGS"]
    with held() as rows:
        installation.note_start(known, actor=actor("admin"))
    assert rows == ["installation"]
    with held() as rows:
        outbox.claim(1)
    assert rows == ["outbox"]
    with held() as rows:
        jobs._claim(jobs.Job("nothing", timedelta(days=1), lambda: None))
    assert rows == [jobs.Round.__tablename__]
    robot = Robot(
        messenger="wecom", name="群", kinds=["song"], rhythm="each", hour=9, quiet_from=20, quiet_to=8,
        locale="zh-Hans", address="https://a.example", secret="", enabled=True, keys_set_at=clock.now(),
    )  # fmt: skip
    with held() as rows:
        numbering.next_number(Robot.id, Robot.id, robot)
    assert rows == [Robot.__tablename__]
    db.session.add(robot)
    db.session.commit()
    for step, tables in (
        (delivery._give_up_on_the_dead, [Post.__tablename__]),
        (delivery._sum_up, [Robot.__tablename__, Post.__tablename__]),
        (lambda: delivery._take(known), [Post.__tablename__]),
    ):
        with held() as rows:
            step()
        assert rows == tables
    db.session.rollback()
    with writing():
        queue.put("nothing", {})
    done: list[Any] = []
    with held() as rows:
        queue.run_one({"nothing": lambda payload, _report: done.append(payload)}, "worker")
    assert done == [{}] and queue.Task.__tablename__ in rows


def test_a_worker_sees_what_is_asked_for_meanwhile_and_rests_with_nothing_open(app: Flask) -> None:
    done: list[Any] = []
    handlers: dict[str, queue.Handler] = {"nothing": lambda payload, _report: done.append(payload)}
    with app.app_context():
        assert not queue.run_one(handlers, "worker")
        assert not db.session().in_transaction(), "a worker that waits holds no old state"
        db.session.scalar(select(queue.Task.id))  # what was left open by who came before
        asking = threading.Thread(target=_ask, args=(app,))
        asking.start()
        asking.join(20)
        assert queue.run_one(handlers, "worker")
    assert done == [{}]


def _ask(app: Flask) -> None:
    with app.app_context(), writing():
        queue.put("nothing", {})
