"""A program elsewhere that takes webhooks: what it got, and how it answers next."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body as it reads."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        """What tells the message from others."""
        return self.headers["webhook-id"]


class Receiver:
    """What came, and how the next requests are answered: a status each, or `hang`; else 204."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: list[Any] = []
        self.ending = threading.Event()
        self.origin = ""

    def types(self) -> list[str]:
        """The types of what came, which is forgotten."""
        found = [one.said["type"] for one in self.got]
        self.got.clear()
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    them = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            them.got.append(Got(self.path, headers, body))
            answer = them.answers.pop(0) if them.answers else 204
            if answer == "hang":
                them.ending.wait(30)
                return
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    them.origin = f"http://127.0.0.1:{server.server_port}"
    try:
        yield them
    finally:
        them.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
