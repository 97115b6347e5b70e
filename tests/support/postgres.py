"""A PostgreSQL of the tests' own: a cluster in a temporary folder, spoken to by socket only, gone at the end.

Also as root, under whom the server refuses to start: then only its programs run as another user.
"""

import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

UNSAFE_AND_FAST = "fsync=off synchronous_commit=off full_page_writes=off wal_level=minimal max_wal_senders=0 autovacuum=off max_connections=200 shared_buffers=64MB"
ROOM = 4 << 30  # bytes; two workers have a cluster each, of some hundreds of megabytes


def program(name: str) -> str | None:
    """The newest server program of that name, on the path or where Debian keeps them; else None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    on_path = shutil.which(name)
    if on_path:
        return os.path.realpath(on_path)
    return str(found[-1]) if found else None


def is_available() -> bool:
    """Whether this machine can start a server for the tests."""
    as_other_user = os.geteuid() != 0 or (shutil.which("setpriv") is not None and other_user() is not None)
    return program("initdb") is not None and program("pg_ctl") is not None and as_other_user


def other_user() -> str | None:
    """The user under whom root starts the server."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


def _lives(process: str) -> bool:
    """Whether it runs; one that has ended and that nobody has asked after counts as gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(frozen=True)
class Cluster:
    """A running server. Its one user is `tests`, without a password: only the socket's folder lets one in."""

    folder: Path
    start: Callable[[], None]
    restart: Callable[[], None]

    def url(self, database: str) -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://tests@/{database}?host={self.folder}"

    def kill(self) -> None:
        """kill -9 of its first process; back when those that it had started have gone, too."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        started = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        os.kill(postmaster, signal.SIGKILL)
        until = time.monotonic() + 30
        while any(_lives(one) for one in (str(postmaster), *started)):
            assert time.monotonic() < until, "what the server had started lives on"
            time.sleep(0.02)
        # A process that nobody has asked after would be taken for a running server.
        for left in (self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            left.unlink()

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction, as CREATE DATABASE wants it."""
        with psycopg.connect(
            host=str(self.folder), user="tests", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One cluster for the session (under xdist: for the worker), started when the first test asks for it."""
    with running() as made:
        yield made


def _in_memory() -> Path | None:
    """A folder that is held in memory, where there is room for it: a database is three hundred files, and a disk may
    take a second to make them. What must outlive the machine is no matter of a cluster that is not safe anyway."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        return None
    available = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    free = min(shutil.disk_usage(memory).free, int(available[1]) * 1024 if available else 0)
    return memory if free >= ROOM else None


@contextmanager
def running(settings: str = UNSAFE_AND_FAST) -> Iterator[Cluster]:
    """A cluster in a folder of its own; both are gone afterwards."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.fail(
            "A test that needs PostgreSQL lacks the mark `postgres`: there are no server programs here."
        )
    folder = Path(
        tempfile.mkdtemp(prefix="kjs-pg-", dir=_in_memory() if settings == UNSAFE_AND_FAST else None)
    )
    prefix: list[str] = []
    if os.geteuid() == 0:
        user = other_user()
        assert user is not None
        shutil.chown(folder, user)
        group = pwd.getpwnam(user).pw_gid
        prefix = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--"]

    def run(*command: str) -> None:
        done = subprocess.run(
            [*prefix, *command],
            cwd=folder,
            env={**os.environ, "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            log = folder / "log"
            raise RuntimeError(done.stderr.decode() + (log.read_text() if log.exists() else ""))

    data = str(folder / "data")
    options = " ".join(f"-c {setting}" for setting in settings.split())
    try:
        run(initdb, "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-c listen_addresses='' -k {folder} {options}"
        control = (pg_ctl, "-D", data, "-w", "-l", str(folder / "log"), "-o", options)
        run(*control, "start")
        try:
            yield Cluster(
                folder, lambda: run(*control, "start"), lambda: run(*control, "-m", "fast", "restart")
            )
        finally:
            run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres_database(postgres_cluster: Cluster) -> Callable[[], str]:
    """Make an empty database and return its address; the cluster's end takes it away."""
    numbers = itertools.count(1)

    def make() -> str:
        name = f"t{next(numbers)}"
        postgres_cluster.run(f"CREATE DATABASE {name} TEMPLATE template0")
        return postgres_cluster.url(name)

    return make


@pytest.fixture(scope="session")
def postgres_url(new_postgres_database: Callable[[], str]) -> str:
    """The address of one database, empty at first, for the session (under xdist: for the worker)."""
    return new_postgres_database()
