"""Several nodes over one PostgreSQL behind nginx, as deploy/ lays them out: one may go at any moment."""

import json
import random
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.app import Databases
from tests.support.server import Server, free_port
from tests.support.visitor import Visitor, form_of

DEPLOY = Path(__file__).parents[2] / "deploy"
TLS = Path(__file__).parents[1] / "support" / "tls"
SECONDS = 60
CLIENTS = 4
pytestmark = [pytest.mark.soak, pytest.mark.postgres]


def front(folder: Path, port: int, nodes: list[Server]) -> subprocess.Popen[bytes]:
    """nginx with the file of deploy/, but for the names of what is there."""
    conf = (DEPLOY / "nginx.conf").read_text("utf-8")
    for number, node in enumerate(nodes, 1):
        conf = conf.replace(f"app{number}:8000", f"127.0.0.1:{node.port}")
    conf = re.sub(r"listen 443", f"listen 127.0.0.1:{port}", conf)
    conf = re.sub(r"listen 80;", f"listen 127.0.0.1:{free_port()};", conf)
    conf = conf.replace("kjs.hospital.example", "localhost")
    conf = conf.replace("/etc/nginx/tls/kangjiansheng.crt", str(TLS / "certificate.pem"))
    conf = conf.replace("/etc/nginx/tls/kangjiansheng.key", str(TLS / "key.pem"))
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"worker_processes 1;\nerror_log {folder}/nginx.log;\npid {folder}/nginx.pid;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{conf}}}\n"
    )
    (folder / "nginx.conf").write_text(whole, "utf-8")
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"])
    for _look in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    raise AssertionError((folder / "nginx.log").read_text())


class Client(threading.Thread):
    """Saves a milestone again and again; whatever fails is sent once more, with the same form."""

    def __init__(self, base: str, number: int, code: str, until: float) -> None:
        super().__init__(daemon=True)
        self.number, self.code, self.until = number, code, until
        self.saved: list[str] = []
        self.errors: list[str] = []
        self.visitor = Visitor(base, timeout=20)
        self.visitor.sign_in("lead")

    def run(self) -> None:
        """Until the time is over."""
        visitor, number = self.visitor, 0
        while time.monotonic() < self.until:
            number += 1
            self._save(visitor, f"client {self.number} save {number}", number)

    def _save(self, visitor: Visitor, note: str, number: int) -> None:
        page = self._twice(lambda: visitor.get(f"{self.code}/edit"), note)
        if page is None:
            return
        form = form_of(page, f"{self.code}/update")
        day = date(2027, 3, 1) + timedelta(days=number % 200)
        form |= {"choice": "will_slip", "date": day.isoformat(), "reason": "OTHER", "note": note}
        form.pop("quick", None)
        if self._twice(lambda: visitor.post(f"{self.code}/update", form), note) is not None:
            self.saved.append(note)

    def _twice(self, ask: Callable[[], tuple[int, object]], note: str) -> object | None:
        said = ""
        for pause in (0.0, 1.0):
            time.sleep(pause)
            try:
                status, page = ask()
            except OSError as problem:
                said = f"{type(problem).__name__}: {problem}"
                continue
            if status < 400:
                return page
            said = str(status)
        self.errors.append(f"{note}: {said}")
        return None


@pytest.fixture
def nodes(
    tmp_path: Path, new_postgres_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, list[Server], Server]]:
    """The address of nginx, two nodes without a worker, and a node that is only a worker's home."""
    port = free_port()
    base = f"https://localhost:{port}"
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
    databases = Databases(tmp_path, new_postgres_database())
    url = databases.fresh("demo")
    settings = {
        "KJS_SECRET_KEY": "the same on all nodes", "KJS_BASE_URL": base, "KJS_PROXIES": "127.0.0.1",
    }  # fmt: skip
    instance = tmp_path / "instance"
    instance.mkdir()
    databases.files_into("demo", instance)
    made = [Server(instance, url, workers=2, worker=number == 3, settings=settings) for number in (1, 2, 3)]
    process = None
    try:
        for node in made:
            node.start()
        process = front(tmp_path, port, made[:2])
        yield base, made[:2], made[2]
    finally:
        if process:
            process.terminate()
            process.wait(10)
        for node in made:
            node.stop()


@pytest.mark.nginx
def test_a_node_killed_each_second_loses_nothing(nodes: tuple[str, list[Server], Server]) -> None:
    base, pair, worker = nodes
    until = time.monotonic() + SECONDS
    clients = [
        Client(base, number, milestone, until)
        for number, milestone in enumerate(_of_their_own(worker, CLIENTS))
    ]
    for client in clients:
        client.start()
    kills = _kill_each_second(pair, worker, until)
    for client in clients:
        client.join(60)
    errors = [error for client in clients for error in client.errors]
    saved = [note for client in clients for note in client.saved]
    print(json.dumps({"saves": len(saved), "kills": kills, "errors": errors[:10]}))
    assert kills >= SECONDS / 10 and len(saved) > SECONDS
    assert errors == []
    _compare(worker, saved)


def _of_their_own(server: Server, count: int) -> list[str]:
    """Open milestones of different projects of the lead's: what one client saves moves no other's."""
    engine = sa.create_engine(server.url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT x.code, min(m.code) AS milestone FROM milestone m JOIN plan p ON p.id = m.plan_id "
                "JOIN project x ON x.id = p.project_id JOIN project_lab b ON b.project_id = x.id AND b.leads "
                "JOIN joint_lab l ON l.id = b.lab_id "
                "WHERE m.state = 'open' AND l.code = 'JL-01' AND m.forecast IS NOT NULL "
                "GROUP BY x.code ORDER BY x.code LIMIT :count"
            ),
            {"count": count},
        ).all()
    engine.dispose()
    return [f"/projects/{row.code}/milestones/{row.milestone}" for row in rows]


def _kill_each_second(pair: list[Server], worker: Server, until: float) -> int:
    """A node in turn, now and then the worker, each second in which all of them are whole; what was killed is started
    again, as systemd or the composition would, and takes seconds to be there."""
    chance, count = random.Random(20261126), 0
    while time.monotonic() < until:
        began = time.monotonic()
        victim = worker if chance.random() < 0.15 else pair[count % 2]
        victim.kill()
        victim.start()
        count += 1
        time.sleep(max(0.0, 1 - (time.monotonic() - began)))
    return count


def _compare(server: Server, saved: list[str]) -> None:
    engine = sa.create_engine(server.url)
    with engine.connect() as connection:
        stored = list(
            connection.execute(
                sa.text("SELECT note FROM milestone_entry WHERE note LIKE 'client %'")
            ).scalars()
        )
        orphans = connection.execute(
            sa.text(
                "SELECT e.id FROM milestone_entry e LEFT JOIN audit_entry a ON a.change_set_id = e.change_set_id "
                "WHERE a.id IS NULL"
            )
        ).all()
    engine.dispose()
    assert len(stored) == len(set(stored)), "a save is there twice"
    assert set(saved) <= set(stored), f"lost: {sorted(set(saved) - set(stored))}"
    assert orphans == []
    verdict = server.command("audit", "verify")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
