"""Files and crashes: what was acknowledged is there with its bytes; a slow sender holds nobody up."""

import socket
import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.support import papers
from tests.support.server import Server
from tests.support.visitor import Visitor, form_of

MILESTONE = "/projects/KJS-003/milestones/A170"


class Bringer(threading.Thread):
    """Brings one file after another; the words of each acknowledged one are kept."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.kept, self.tried = server, list[str](), 0

    def run(self) -> None:
        """Until the server is gone."""
        try:
            visitor = Visitor(self.server.base, timeout=10)
            visitor.sign_in("lead")
            form = _form(visitor)
            while True:
                self.tried += 1
                data = papers.pdf(f"file {self.tried} " + "x" * 300_000)
                status, _page = visitor.upload(f"{MILESTONE}/evidence", form, f"{self.tried}.pdf", data)
                if status == 200:
                    self.kept.append(f"{self.tried}.pdf")
        except (OSError, AssertionError, ConnectionError, ValueError):
            return
        except Exception as problem:  # http.client's own family
            if type(problem).__module__ != "http.client":
                raise


def _form(visitor: Visitor) -> dict[str, str]:
    form = form_of(visitor.get(MILESTONE)[1], f"{MILESTONE}/evidence")
    form.pop("files", None)
    return form


@pytest.mark.long
def test_a_kill_in_the_middle_of_uploads_loses_no_byte(serve: Callable[..., Server]) -> None:
    server = serve()
    bringer = Bringer(server)
    bringer.start()
    until = time.monotonic() + 20
    while len(bringer.kept) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    server.kill()
    bringer.join(15)
    server.start()
    engine = sa.create_engine(server.url)
    with engine.connect() as connection:
        stored = set(connection.scalars(sa.text("SELECT name FROM file_ref")))
        lost = connection.scalar(sa.text("SELECT count(*) FROM evidence WHERE file_id IS NULL"))
    engine.dispose()
    assert len(bringer.kept) >= 2 and set(bringer.kept) <= stored and lost == 0
    verdict = server.command("audit", "verify")  # reads every stored file
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert server.command("files", "sweep").returncode == 0
    left = [path.name for path in (server.folder / "files").glob("*/*/*")]
    assert len(left) == len(stored), "each is there once, and nothing else"


@pytest.mark.long
def test_a_slow_sender_holds_nobody_up(serve: Callable[..., Server]) -> None:
    """A telephone that needs a minute for its photograph must not keep the database's one writer."""
    server = serve()
    visitor = Visitor(server.base)
    visitor.sign_in("lead")
    cookie = "; ".join(f"{one.name}={one.value}" for one in visitor.jar)
    form = _form(visitor)
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(
            f"POST {MILESTONE}/evidence HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Length: 900000\r\n"
            "Content-Type: multipart/form-data; boundary=e\r\n\r\n--e\r\nContent-Disposition: form-data; "
            'name="files"; filename="a.pdf"\r\n\r\n%PDF-'.encode()
        )
        time.sleep(0.5)
        began = time.monotonic()
        status, _page = visitor.upload(f"{MILESTONE}/evidence", form, "b.pdf", papers.PDF)
        assert status == 200 and time.monotonic() - began < 4
