"""The system answers fsync with EIO: what was being saved counts as not known, and the process asks no second time."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.durability.test_kill import MILESTONE
from tests.support.server import Server
from tests.support.visitor import Visitor, form_of

pytestmark = [pytest.mark.soak, pytest.mark.strace]


@contextmanager
def failing(process: int) -> Iterator[None]:
    """Each fsync and fdatasync of a process fails with EIO, but not those of the process that follows it."""
    calls = "fsync,fdatasync"
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(process), "-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO"],
        stderr=subprocess.PIPE,
    )
    assert tracer.stderr is not None and b"attached" in tracer.stderr.readline()
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate(timeout=10)


def test_a_save_whose_fsync_fails(serve: Callable[..., Server]) -> None:
    server = serve(workers=1, worker=False)
    (process,) = server.answering()
    visitor = Visitor(server.base, follow=False)
    visitor.sign_in("lead")
    _status, page = visitor.get(f"{MILESTONE}/edit")
    form = form_of(page, f"{MILESTONE}/update")
    form.pop("quick", None)
    sent = form | {"choice": "will_slip", "date": "2027-03-09", "reason": "OTHER", "note": "the disk fails"}
    with failing(process):
        status, page = visitor.post(f"{MILESTONE}/update", sent)
        assert status == 503 and "不知道有没有保存成功" in page.text_content()
        until = time.monotonic() + 30
        while server.answering() == [process] or not server.answering():
            assert time.monotonic() < until, "the process goes on"
            time.sleep(0.05)
    server.wait_until_ready()
    status, _page = visitor.post(f"{MILESTONE}/update", sent)
    assert status == 303, "the same form sent again is taken, or was saved before"
    engine = sa.create_engine(server.url)
    with engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT count(*) FROM milestone_entry WHERE note = 'the disk fails'")
        )
        assert found.scalar() == 1
    engine.dispose()
    verdict = server.command("audit", "verify")
    assert verdict.returncode == 0, verdict.stdout
