"""The real server in processes of its own, over a fresh database: for browsers, and to be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import Databases

START = 30.0  # seconds


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command_of(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


class Server:
    """`kangjiansheng serve` with its worker, in a process group of its own."""

    def __init__(
        self,
        folder: Path,
        url: str,
        *,
        demo: bool = True,
        workers: int = 1,
        smtp: str = "",
        worker: bool = True,
        settings: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.folder, self.url, self.workers, self.worker = folder, url, workers, worker
        self.port = free_port()
        self.base = f"http://{host}:{self.port}"
        self.environment = {
            **os.environ,
            "KJS_INSTANCE": str(folder),
            "KJS_DATABASE_URL": url,
            "KJS_DEMO": "1" if demo else "0",
            "KJS_TEST_CHEAP_HASH": "1",
            "HOST": host,
            "PORT": str(self.port),
            **(settings or {}),
        }
        self.environment.pop("KJS_SMTP_URL", None)
        if smtp:
            self.environment["KJS_SMTP_URL"] = smtp
        self.process: subprocess.Popen[bytes] | None = None
        self.before: list[str] = []  # a command that starts the server's

    def start(self) -> None:
        """Start, and wait until it is ready."""
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [
                    *self.before,
                    str(Path(sys.executable).with_name("kangjiansheng")),
                    "serve",
                    "--workers",
                    str(self.workers),
                    "--worker" if self.worker else "--no-worker",
                ],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Ask /readyz until it answers 200."""
        until = time.monotonic() + START
        while time.monotonic() < until:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.base}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log()[-3000:]}")

    def kill(self) -> None:
        """kill -9 of the server, its processes and its worker, without warning."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def answering(self) -> list[int]:
        """The processes that answer requests: forks of the parent, for the worker is a program of its own."""
        assert self.process is not None
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        started = Path(f"/proc/{parent}/cmdline").read_bytes()
        return [int(child) for child in children if _command_of(child) == started]

    def kill_answering(self, most: int = 16) -> int:
        """kill -9 of processes that answer requests, all at once; their parent starts others. How many they were."""
        chosen = self.answering()[:most]
        for child in chosen:
            os.kill(child, signal.SIGKILL)
        return len(chosen)

    def stop(self) -> int:
        """SIGTERM to the parent, as `make run` and systemd do it; the exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def travel(self, days: int) -> None:
        """Stop, let so many days pass, and start again."""
        self.stop()
        later = float(self.environment["KJS_TEST_SHIFT"]) + days * 86400
        self.environment["KJS_TEST_SHIFT"] = str(later)
        self.start()

    def log(self) -> str:
        """What the server wrote."""
        return (self.folder / "server.log").read_text("utf-8", "replace")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command over the same database."""
        script = str(Path(sys.executable).with_name("kangjiansheng"))
        return subprocess.run(
            [script, *arguments], env=self.environment, capture_output=True, text=True, timeout=300
        )


@pytest.fixture
def serve(databases: Databases, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve()`: a running server over a fresh demonstration; stopped after the test."""
    made: list[Server] = []

    def start(kind: str = "demo", **options: Any) -> Server:
        folder = tmp_path / f"instance-{len(made)}"
        folder.mkdir()
        server = Server(folder, databases.fresh(kind), demo=kind == "demo", **options)
        databases.files_into(kind, folder)
        server.start()
        made.append(server)
        return server

    yield start
    for server in made:
        server.stop()
