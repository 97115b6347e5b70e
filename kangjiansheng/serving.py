"""`kangjiansheng serve`: server and worker under one parent; both end on SIGTERM."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from types import FrameType
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from kangjiansheng.core import alone, queue
from kangjiansheng.core.config import Settings
from kangjiansheng.core.errors import LEAVE
from kangjiansheng.core.jobs import Job, run_due
from kangjiansheng.core.logs import log

ROUND = 2.0  # seconds between two rounds of the worker
LOOK = 0.4  # seconds between two looks for work that somebody waits for
PATIENCE = 6.0  # seconds in which rounds that wait for other machines may end
REST = 20.0  # seconds between two times at which memory that is free is given back
HEAPS = ((-8, 2), (-3, 2**17))  # of glibc: M_ARENA_MAX, how many a process keeps; M_MMAP_THRESHOLD, see below


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
        self.app.extensions[LEAVE] = _leave
        Thread(target=_give_back, args=(Event(),), daemon=True).start()
        return self.app


def _leave() -> None:
    """End this process after what it answers now; the parent starts another."""
    os.kill(os.getpid(), signal.SIGTERM)


def _gone(_server: Any, process: Any) -> None:
    from kangjiansheng.core import measures

    measures.gone(process.pid)


def prepare(settings: Settings) -> None:
    """Bring the database up; put the starting data into an empty one. A process of its own does it and ends: what migrations
    and starting data took would stay with this one, and with each that is forked from it."""
    sys.stdout.flush()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        _end_with(parent)
        _bring_up(settings)
        sys.exit()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:  # it has said why
        sys.exit(abs(code))


def _end_with(parent: int) -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG, where there is one
    if os.getppid() != parent:  # it has gone already
        sys.exit(1)


def _bring_up(settings: Settings) -> None:
    from kangjiansheng import demonstration, starting, upgrading
    from kangjiansheng.app import create_app

    if made := upgrading.upgrade(settings):
        click.echo(f"copied before the upgrade: {made}", err=True)
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
    interpreter anyway can share. What is larger than 128 kB is given back as soon as it is free: left to itself glibc
    keeps the columns of a large portfolio in the heaps. A C library without the settings goes on as it is."""
    with suppress(OSError, AttributeError):
        for setting in HEAPS:
            ctypes.CDLL(None).mallopt(*setting)


def _give_back(ended: Event) -> None:
    """What eight threads needed at once is free afterwards, but scattered: glibc gives back only what lies at the end of
    a heap, unless it is asked to look through all of it."""
    with suppress(OSError, AttributeError):
        trim = ctypes.CDLL(None).malloc_trim
        while not ended.wait(REST):
            trim(0)


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
    """Run due jobs, again and again; ends on SIGTERM and when its parent has gone.

    A round that waits for other machines (mails, groups, webhooks) goes on a thread of its own: one that hangs holds up
    neither the others nor the work that somebody has asked for.
    """
    from kangjiansheng.app import handlers, jobs

    ending = Event()

    def end(_signal: int, _frame: FrameType | None) -> Any:
        ending.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    parent, worker = os.getppid(), queue.name_of_worker()
    rounds = jobs(app)
    apart = [] if once else [job for job in rounds if job.apart]
    with _beside(app, apart, ending):
        while not ending.is_set():
            with app.app_context():
                run_due([job for job in rounds if job not in apart])
            until = time.monotonic() + ROUND
            while not ending.is_set():
                with app.app_context():
                    busy = queue.run_one(handlers(), worker)
                if os.getppid() != parent or (once and not busy):
                    return
                if not busy:
                    time.sleep(LOOK)
                if time.monotonic() >= until:
                    break


@contextmanager
def _beside(app: Flask, rounds: list[Job], ending: Event) -> Iterator[None]:
    """Each round on a thread of its own. What is being sent at the end is noted; what hangs comes again, or counts as
    not known."""
    threads = [Thread(target=_go_on, args=(app, job, ending), daemon=True) for job in rounds]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        until = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))


def _go_on(app: Flask, job: Job, ending: Event) -> None:
    while not ending.is_set():
        try:
            with app.app_context():
                run_due([job])
        except Exception as problem:  # it is tried again, as the others are
            log.exception(
                "round failed", extra={"facts": {"job": job.kind, "problem": type(problem).__name__}}
            )
        ending.wait(ROUND)
