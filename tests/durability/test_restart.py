"""Starting anew behind a socket that systemd holds: no request is refused meanwhile, none is cut off."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.app import Databases
from tests.support.server import Server

pytestmark = pytest.mark.soak
SCRIPT = str(Path(sys.executable).with_name("kangjiansheng"))
# As systemd hands it over: the socket is descriptor 3, and the process that may take it is named.
TAKE = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve --no-worker --workers 2'


def _begin(server: Server, listening: socket.socket) -> "subprocess.Popen[bytes]":
    def descriptor_three() -> None:
        os.dup2(listening.fileno(), 3)

    with open(server.folder / "server.log", "ab") as log:
        return subprocess.Popen(
            ["sh", "-c", TAKE, SCRIPT], env=server.environment, stdout=log, stderr=log,
            pass_fds=(3,), preexec_fn=descriptor_three,
        )  # fmt: skip


class Asker(threading.Thread):
    """Asks again and again, a new connection each time; keeps what went wrong."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.done, self.answers, self.wrong = address, False, 0, list[str]()

    def run(self) -> None:
        """Until it is told to end."""
        while not self.done:
            try:
                with urllib.request.urlopen(self.address, timeout=60) as answer:
                    assert answer.status == 200 and b"</html>" in answer.read()
                self.answers += 1
            except (OSError, AssertionError) as problem:
                self.wrong.append(f"{type(problem).__name__}: {problem}")


def test_three_restarts_lose_no_request(databases: Databases, tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    instance.mkdir()
    server = Server(instance, databases.fresh("demo"), worker=False)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", server.port))
        listening.listen(512)
        server.process = _begin(server, listening)
        server.wait_until_ready()
        askers = [Asker(f"{server.base}/sign-in") for _number in range(3)]
        for asker in askers:
            asker.start()
        for _restart in range(3):
            time.sleep(2)
            before = sum(asker.answers for asker in askers)
            assert server.process is not None
            server.process.terminate()
            assert server.process.wait(30) == 0
            server.process = _begin(server, listening)
            server.wait_until_ready()
            assert sum(asker.answers for asker in askers) >= before
        time.sleep(1)
        for asker in askers:
            asker.done = True
        for asker in askers:
            asker.join(60)
        server.stop()
    assert [wrong for asker in askers for wrong in asker.wrong] == []
    assert sum(asker.answers for asker in askers) > 30
