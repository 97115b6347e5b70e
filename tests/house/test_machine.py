"""The ground the tests stand on: a browser and a database that work, and no way to the outside."""

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa

from tests.support import office

PAGE = '<!doctype html><html lang="zh-Hans"><title>康健生</title><h1>项目</h1>'.encode()
DRAW = """word => {
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  context.font = "40px sans-serif"; context.fillText(word, 0, 50);
  return canvas.toDataURL();
}"""


class OnePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.postgres
def test_each_postgres_database_is_its_own(new_postgres_database: Callable[[], str]) -> None:
    engines = [sa.create_engine(new_postgres_database(), poolclass=sa.NullPool) for _ in range(2)]
    with engines[0].begin() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (name text)")
        connection.exec_driver_sql("INSERT INTO thing VALUES ('康健生')")
        assert connection.exec_driver_sql("SELECT char_length(name) FROM thing").scalar_one() == 3
    assert sa.inspect(engines[0]).has_table("thing")
    assert not sa.inspect(engines[1]).has_table("thing")


@pytest.mark.browser
def test_the_browser_shows_chinese_in_shanghai(page) -> None:
    server = HTTPServer(("127.0.0.1", 0), OnePage)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        assert page.locator("h1").inner_text() == "项目"
        assert page.evaluate("navigator.language") == "zh-CN"
        assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"
        # Without a Chinese font every character is drawn as the same box.
        assert page.evaluate(DRAW, "项") != page.evaluate(DRAW, "目")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_test_cannot_reach_another_machine() -> None:
    with pytest.raises(RuntimeError, match="stay on this machine"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 25))
    with pytest.raises(RuntimeError, match="stay on this machine"):
        socket.create_connection(("mail.example", 25))


@pytest.mark.parametrize(
    ("parts", "is_there"), [(("writer", "impress"), True), (("writer",), False), (None, False)]
)
def test_an_office_program_without_its_parts_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: tuple[str, ...] | None, is_there: bool
) -> None:
    programs = tmp_path / "bin"
    for name in ("office/program/soffice", "bin/pdftotext") if parts else ("bin/pdftotext",):
        (file := tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o755)
    if parts:
        (programs / "soffice").symlink_to(tmp_path / "office/program/soffice")
    (registry := tmp_path / "office/share/registry").mkdir(parents=True)
    for part in parts or ():
        (registry / f"{part}.xcd").touch()
    monkeypatch.setenv("PATH", str(programs))
    assert office.is_available() is is_there
