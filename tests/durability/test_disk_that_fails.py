"""The system answers fsync with EIO: what was being saved counts as not known, and the process asks no second time;
the bytes of a file are known not to be saved, and it goes on."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.durability.test_kill import MILESTONE
from tests.support import papers
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


def test_a_file_whose_fsync_fails(serve: Callable[..., Server]) -> None:
    server = serve(workers=1, worker=False)
    (process,) = server.answering()
    visitor = Visitor(server.base, follow=False)
    visitor.sign_in("lead")
    form = form_of(visitor.get(MILESTONE)[1], f"{MILESTONE}/evidence")
    form = {key: value for key, value in form.items() if key != "files"} | {"note": "第 3 批"}
    files = server.folder / "files"
    before = sorted(files.rglob("*"))
    with failing(process):
        status, page = visitor.upload(f"{MILESTONE}/evidence", form, "x.pdf", papers.PDF)
        assert status == 503 and "磁盘出错，这次没有保存" in page.text_content()
        assert "第 3 批" in page.text_content() and "附件请重新选择" in page.text_content()
        assert [one for one in sorted(files.rglob("*")) if one.is_file()] == [
            one for one in before if one.is_file()
        ]
    assert server.answering() == [process], "nothing is unknown: it goes on"
    status, _page = visitor.upload(f"{MILESTONE}/evidence", form, "x.pdf", papers.PDF)
    assert status == 303
