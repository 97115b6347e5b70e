"""Work that somebody has asked for once: too long for a request, done by the worker, with its progress.

A worker takes a task for some seconds and takes them anew with each step that it reports. One that dies lets
them pass, and another worker begins the task again; so a handler must bear to be begun twice. Each step is a
transaction of its own; a task is never done by two.
"""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from flask import Flask, current_app
from sqlalchemy import CursorResult, Index, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.db import Base, Word, db
from kangjiansheng.core.logs import log
from kangjiansheng.core.transactions import writing

LEASE = timedelta(seconds=60)
PAUSE = timedelta(seconds=5)  # before a task that failed is begun again, times the attempts
ATTEMPTS = 3

Report = Callable[[int, int], None]
Handler = Callable[[Mapping[str, Any], Report], object]


class Task(Base):
    """One thing to do: waiting, running, done or failed."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(Word, default="waiting")
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    locked_by: Mapped[str] = mapped_column(Word, default="")
    locked_until: Mapped[datetime | None]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Word, default="")


@contextmanager
def holding(report: Report) -> Iterator[None]:
    """Keep a task through a long step that cannot report by itself: a thread of its own says that it goes on."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    ended = Event()

    def keep() -> None:
        while not ended.wait(LEASE.total_seconds() / 3):
            with app.app_context():
                try:
                    report(0, 0)
                except Lost:
                    return
                except OperationalError as problem:
                    log.warning("task not kept", extra={"facts": {"problem": str(problem)[:200]}})

    beside = Thread(target=keep, daemon=True)
    beside.start()
    try:
        yield
    finally:
        ended.set()
        beside.join()


class Lost(Exception):
    """The task has been taken up by another worker, since this one was silent for too long."""


def put(kind: str, payload: Mapping[str, Any]) -> Task:
    """Ask for a piece of work, in the caller's transaction."""
    now = clock.now()
    task = Task(kind=kind, payload=dict(payload), due_at=now, created_at=now)
    db.session.add(task)
    db.session.flush()
    return task


def name_of_worker() -> str:
    """A name that no other worker has."""
    return f"{socket.gethostname()[:16]}-{os.getpid()}-{secrets.token_hex(4)}"


def run_one(handlers: Mapping[str, Handler], worker: str) -> bool:
    """Do the task that has waited longest; False when none is waiting.

    One that fails is begun again after a pause, and given up after some attempts.
    """
    taken = _take(handlers, worker)
    if taken is None:
        return False
    task_id, kind, payload = taken

    def report(progress: int, total: int) -> None:
        values = {"progress": progress, "total": total, "locked_until": clock.now() + LEASE}
        with writing():
            _keep(task_id, worker, values)

    try:
        handlers[kind](payload, report)
        with writing():
            _keep(task_id, worker, {"state": "done", "ended_at": clock.now(), "locked_until": None})
    except Lost:
        log.warning("task was taken up by another worker", extra={"facts": {"task": task_id}})
    except Exception as problem:
        facts = {"task": task_id, "kind": kind, "problem": type(problem).__name__}
        log.exception("task failed", extra={"facts": facts})
        _put_off(task_id, worker, type(problem).__name__)
    return True


def _take(handlers: Mapping[str, Handler], worker: str) -> tuple[int, str, dict[str, Any]] | None:
    now = clock.now()
    due = or_(
        (Task.state == "waiting") & (Task.due_at <= now),
        (Task.state == "running") & (Task.locked_until < now),
    )
    query = select(Task).where(Task.kind.in_(list(handlers)), due).order_by(Task.due_at, Task.id).limit(1)
    db.session.rollback()
    if db.session.scalar(query.with_only_columns(Task.id)) is None:  # without a lock: mostly there is nothing
        db.session.rollback()
        return None
    with writing():
        task = db.session.scalar(query.with_for_update(skip_locked=True))
        if task is None:
            return None
        if task.attempts >= ATTEMPTS:
            task.state, task.ended_at, task.problem = "failed", now, task.problem or "worker-died"
            return None
        task.state, task.attempts = "running", task.attempts + 1
        task.locked_by, task.locked_until = worker, now + LEASE
        return task.id, task.kind, dict(task.payload)


def _keep(task_id: int, worker: str, values: Mapping[str, Any]) -> None:
    """Write to a task that is still this worker's."""
    mine = (Task.id == task_id) & (Task.locked_by == worker) & (Task.state == "running")
    found: CursorResult[Any] = db.session.execute(update(Task).where(mine).values(**values))  # type: ignore[assignment]
    if found.rowcount == 0:
        raise Lost(task_id)


def _put_off(task_id: int, worker: str, problem: str) -> None:
    with writing():
        task = db.session.get_one(Task, task_id)
        if task.locked_by != worker or task.state != "running":
            return
        task.problem, task.locked_until = problem[:40], None
        if task.attempts >= ATTEMPTS:
            task.state, task.ended_at = "failed", clock.now()
        else:
            task.state, task.due_at = "waiting", clock.now() + PAUSE * task.attempts
