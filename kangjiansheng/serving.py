"""`kangjiansheng serve`: server and worker under one parent; both end on SIGTERM."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from kangjiansheng.core import alone, queue, roles
from kangjiansheng.core.config import Settings
from kangjiansheng.core.jobs import run_due

ROUND = 2.0  # seconds between two rounds of the worker
LOOK = 0.4  # seconds between two looks for work that somebody waits for
ARENAS = -8, 2  # M_ARENA_MAX of glibc, and how many heaps a process keeps


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads: keep-alive, no access log of its own (it would hold query strings)."""

    def __init__(self, app: Flask, settings: Settings, workers: int) -> None:
        self.app, self.settings, self.workers = app, settings, workers
        super().__init__()

    def load_config(self) -> None:
        """Settings of gunicorn."""
        shown = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        values = {
            "bind": f"{shown}:{self.settings.port}",
            "workers": self.workers,
            "threads": 8,
            "worker_class": "gthread",
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "forwarded_allow_ips": "",
            "preload_app": False,
            "child_exit": _gone,
        }
        for key, value in values.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        """The application, for each worker process."""
        from kangjiansheng.core.db import db

        with self.app.app_context():
            db.engine.dispose()  # no connection crosses a fork
        return self.app


def _gone(_server: Any, process: Any) -> None:
    from kangjiansheng.core import measures

    measures.gone(process.pid)


def prepare(settings: Settings) -> None:
    """Bring the database up; put the starting data into an empty one."""
    from kangjiansheng import demonstration, starting
    from kangjiansheng.app import create_app

    roles.upgrade(settings)
    with create_app(settings).app_context():
        starting.load_reference()
        if settings.demo and starting.is_empty():
            _only_here(settings)
            click.echo("Loading the demonstration (illustrative data) ...", err=True)
            demonstration.load()


def _only_here(settings: Settings) -> None:
    if not settings.is_loopback:
        raise click.ClickException(
            "the demonstration has well-known passwords: it is served on this machine only "
            "(HOST and KJS_BASE_URL must be loopback, or use an installation with KJS_DEMO=0)"
        )


def run(app: Flask, settings: Settings, workers: int, *, beside: bool = True) -> None:
    """Serve until SIGTERM; `beside`: with the worker. A socket that systemd has opened is taken over, so that a restart
    loses no request. Refuses a demonstration that others on the network could reach."""
    from kangjiansheng import demonstration

    held = _hold(settings)
    _keep_few_heaps()
    with app.app_context():
        shown = demonstration.is_loaded()
        if shown:
            _only_here(settings)
        _note_start(settings)
        _greet(settings, shown)
    _dispose(app)
    parent, worker = os.getpid(), _start_worker() if beside else None
    try:
        Server(app, settings, workers).run()
    finally:
        # Each forked server process comes by here, too.
        if worker and os.getpid() == parent and worker.poll() is None:
            _end(worker)
        if held is not None:
            os.close(held)


def _keep_few_heaps() -> None:
    """Each thread of a process gets a heap of its own and keeps what its largest page needed; threads that wait for the
    interpreter anyway can share. A C library without the setting goes on as it is."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(*ARENAS)


def _hold(settings: Settings) -> int | None:
    try:
        return alone.hold(settings.database_url)
    except alone.Held as problem:
        raise click.ClickException(str(problem)) from None


def _note_start(settings: Settings) -> None:
    """Two nodes may start a new installation at once: the second finds the row of the first."""
    from sqlalchemy.exc import IntegrityError

    from kangjiansheng.accounts.queries import system_actor
    from kangjiansheng.core import installation
    from kangjiansheng.core.transactions import writing

    for last in (False, True):
        try:
            with writing():
                installation.note_start(settings, actor=system_actor())
            return
        except IntegrityError:
            if last:
                raise


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "from kangjiansheng.cli import main; main()", "worker"])


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Let the worker finish what it does; one that waits for another machine is not waited for long."""
    worker.terminate()
    try:
        worker.wait(8)
    except subprocess.TimeoutExpired:  # what it was sending counts as not known
        worker.kill()
        worker.wait(5)


def _dispose(app: Flask) -> None:
    from kangjiansheng.core.db import db

    with app.app_context():
        db.engine.dispose()


def _greet(settings: Settings, shown: bool) -> None:
    from kangjiansheng import demonstration
    from kangjiansheng.accounts import queries

    lines = ["", f"  康健生 Kangjiansheng  {settings.base_url}", ""]
    if shown:
        lines.append("  示例数据 Illustrative data. Sign in with any of these; the password of all is "
                     f"{demonstration.PASSWORD}")  # fmt: skip
        lines += [f"    {member.email:<24} {member.name_hans}" for member in demonstration.CAST]
    elif not queries.has_admin():
        from kangjiansheng import starting

        lines.append(f"  First run: {settings.base_url}{starting.first_run_path()}")
    click.echo("\n".join([*lines, ""]))
    sys.stdout.flush()


def work(app: Flask, *, once: bool = False) -> None:
    """Run due jobs, again and again; ends on SIGTERM and when its parent has gone."""
    from kangjiansheng.app import handlers, jobs

    ending: list[bool] = []

    def end(_signal: int, _frame: FrameType | None) -> Any:
        ending.append(True)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    parent, worker = os.getppid(), queue.name_of_worker()
    while not ending:
        with app.app_context():
            run_due(jobs(app))
        until = time.monotonic() + ROUND
        while not ending:
            with app.app_context():
                busy = queue.run_one(handlers(), worker)
            if os.getppid() != parent or (once and not busy):
                return
            if not busy:
                time.sleep(LOOK)
            if time.monotonic() >= until:
                break
