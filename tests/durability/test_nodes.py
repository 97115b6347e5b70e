"""Several nodes over one PostgreSQL behind nginx, as deploy/ lays them out: one may go at any moment."""

import http.client
import json
import random
import re
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from kangjiansheng.core import roles
from tests.support import composition
from tests.support.postgres import Cluster
from tests.support.server import Server, free_port
from tests.support.visitor import Visitor, form_of

DEPLOY = Path(__file__).parents[2] / "deploy"
TLS = Path(__file__).parents[1] / "support" / "tls"
BEATS = 60
LONGEST = 240.0  # seconds
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
    """Saves a milestone again and again; whatever fails is sent once more, with the same form, a tenth of a beat later."""

    def __init__(self, base: str, number: int, code: str) -> None:
        super().__init__(daemon=True)
        self.number, self.code = number, code
        self.until, self.beat = time.monotonic() + LONGEST, 1.0
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
        for pause in (0.0, self.beat / 10):
            time.sleep(pause)
            try:
                status, page = ask()
            except (OSError, http.client.HTTPException) as problem:
                said = f"{type(problem).__name__}: {problem}"
                continue
            if status < 400:
                return page
            said = str(status)
        self.errors.append(f"{note}: {said}")
        return None


SECRETS = {
    "OWNER_PASSWORD": "0wner", "APP_PASSWORD": "4pp", "KJS_SECRET_KEY": "the same on all nodes",
}  # fmt: skip


@pytest.fixture
def nodes(
    tmp_path: Path, postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, list[Server], Server]]:
    """The composition in real processes: the address of nginx, two nodes without a worker, and a node that is only a
    worker's home; each with the environment that the file gives it, over the demonstration."""
    port = free_port()
    base = f"https://localhost:{port}"
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
    postgres_cluster.run("CREATE ROLE kangjiansheng_owner LOGIN CREATEROLE")
    postgres_cluster.run("CREATE DATABASE kangjiansheng OWNER kangjiansheng_owner")
    instance = tmp_path / "instance"
    instance.mkdir()

    def settings(service: str) -> dict[str, str]:
        given = composition.environment(service, SECRETS | {"KJS_BASE_URL": base})
        here = {
            name: value.replace("@database/kangjiansheng", f"@/kangjiansheng?host={postgres_cluster.folder}")
            for name, value in given.items()
        }
        return here | {"KJS_PROXIES": "127.0.0.1", "KJS_BACKUP_FOLDER": str(tmp_path / "copies")}

    def server(service: str, *, worker: bool = False) -> Server:
        given = settings(service)
        return Server(instance, given["KJS_DATABASE_URL"], workers=2, worker=worker, settings=given)

    made = [server("app1"), server("app2"), server("worker", worker=True)]
    for one, words in ((server("level"), ("db", "upgrade")), (made[2], ("seed",))):
        done = one.command(*words)
        assert done.returncode == 0, done.stdout + done.stderr
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
        postgres_cluster.run("DROP DATABASE kangjiansheng WITH (FORCE)")
        for role in ("kangjiansheng_app", "kangjiansheng_owner"):
            postgres_cluster.run(f"DROP ROLE {role}")


@pytest.mark.nginx
def test_a_node_killed_each_second_loses_nothing(nodes: tuple[str, list[Server], Server]) -> None:
    base, pair, worker = nodes
    clients = [
        Client(base, number, milestone) for number, milestone in enumerate(_of_their_own(worker, CLIENTS))
    ]
    for client in clients:
        client.start()
    beat = _beat(clients)
    until = time.monotonic() + min(BEATS * beat, LONGEST)
    for client in clients:
        client.until, client.beat = until, beat
    kills = _kill_at_each_beat(pair, worker, until, beat)
    for client in clients:
        client.join(60)
    _only_the_owner_may_change_the_trail(worker)
    errors = [error for client in clients for error in client.errors]
    saved = [note for client in clients for note in client.saved]
    print(json.dumps({"beat": beat, "saves": len(saved), "kills": kills, "errors": errors[:10]}))
    assert kills.total() >= 0.8 * min(BEATS, LONGEST / beat) and kills["nodes"] >= 3 and len(saved) > BEATS
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


def _beat(clients: list[Client]) -> float:
    """Seconds between two kills: one, or as long as six saves take on a machine that is busy with other things."""
    began = time.monotonic()
    while (saved := min(len(client.saved) for client in clients)) < 4:
        assert time.monotonic() - began < LONGEST, [client.errors[:3] for client in clients]
        time.sleep(0.05)
    return max(1.0, round(6 * (time.monotonic() - began) / saved, 1))


def _kill_at_each_beat(pair: list[Server], worker: Server, until: float, beat: float) -> Counter[str]:
    """At each beat something dies: a whole node (now and then the worker's) as soon as both are whole, else a process
    that answers on the other one. What was killed is started again, as systemd or the composition would, and takes
    seconds to be there."""
    chance, count = random.Random(20261126), Counter[str]()
    starting: threading.Thread | None = None
    while time.monotonic() < until:
        began = time.monotonic()
        if starting is None or not starting.is_alive():
            victim = worker if chance.random() < 0.15 else pair[count["nodes"] % 2]
            victim.kill()
            starting = threading.Thread(target=victim.start, daemon=True)
            starting.start()
            count["workers" if victim is worker else "nodes"] += 1
        else:
            whole = chance.choice([node for node in pair if node is not victim])
            count["processes"] += whole.kill_answering(1)
        time.sleep(max(0.0, beat - (time.monotonic() - began)))
    if starting:
        starting.join()
    return count


def _only_the_owner_may_change_the_trail(server: Server) -> None:
    engine = sa.create_engine(server.url)
    with engine.connect() as connection:
        assert roles.holds_apart(connection)
    engine.dispose()


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
