"""PostgreSQL goes away, comes back, or is cut off at the worst moment, with real processes between us and it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from kangjiansheng.committee.models import Meeting
from kangjiansheng.copies import backup, restore
from kangjiansheng.core import verify
from kangjiansheng.core.copies.reading import opened
from kangjiansheng.core.db import db
from tests.core.test_once import NEW, count, fields
from tests.durability.test_kill import Saver
from tests.support.app import PASSWORD, Databases, make, settings_for
from tests.support.critic import Critic
from tests.support.postgres import Cluster, running
from tests.support.proxy import Proxy, between
from tests.support.server import Server
from tests.support.typed import words
from tests.support.visitor import Visitor

pytestmark = [pytest.mark.soak, pytest.mark.postgres]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of the test's own, to be restarted."""
    with running() as made:
        yield made


@pytest.fixture
def url(cluster: Cluster, databases: Databases, tmp_path: Path) -> str:
    """The demonstration on it, brought there by a copy."""
    source = settings_for(tmp_path / "source", databases.fresh("demo"))
    databases.files_into("demo", source.instance)
    backup(source, tmp_path / "demo.kjs")
    cluster.run("CREATE DATABASE faults TEMPLATE template0")
    restore(settings_for(tmp_path / "there", cluster.url("faults")), tmp_path / "demo.kjs")
    return cluster.url("faults")


def test_database_restart_under_load(cluster: Cluster, url: str, tmp_path: Path) -> None:
    """503 with Retry-After while it is away, never 500; nothing that was acknowledged is lost; no restart of ours."""
    server = Server(tmp_path / "there", url, workers=2)
    server.start()
    journal: list[str] = []
    reader, ended = Visitor(server.base, timeout=20), threading.Event()
    reader.sign_in("lead")
    seen: list[int] = []

    def read() -> None:
        while not ended.is_set():
            seen.append(reader.get("/projects/KJS-003")[0])

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    try:
        for number in range(3):
            saver = Saver(server, journal, number)
            saver.start()
            until = time.monotonic() + 20
            while (
                not any(note.startswith(f"round {number} ") for note in journal) and time.monotonic() < until
            ):
                time.sleep(0.05)
            cluster.restart()
            saver.join(0.1)
            server.wait_until_ready()
        back, until = len(seen), time.monotonic() + 20
        while 200 not in seen[back:] and time.monotonic() < until:
            time.sleep(0.05)
        ended.set()
        reading.join(30)
        assert set(seen) <= {200, 503} and 200 in seen[back:], sorted(set(seen))
        assert journal
    finally:
        server.stop()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        notes = (
            connection.execute(sa.text("SELECT note FROM milestone_entry WHERE note LIKE 'round %'"))
            .scalars()
            .all()
        )
    assert set(journal) <= set(notes) and len(notes) == len(set(notes))
    assert server.command("audit", "verify").returncode == 0


@pytest.fixture
def cut(cluster: Cluster, url: str, tmp_path: Path) -> Iterator[tuple[Flask, Proxy]]:
    """The application with a proxy between it and the database."""
    with between(cluster.folder) as proxy:
        through = f"postgresql+psycopg://tests@127.0.0.1:{proxy.port}/faults"
        app = make(settings_for(tmp_path / "there", through))
        yield app, proxy
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_commit_whose_answer_is_lost(cut: tuple[Flask, Proxy]) -> None:
    """What nobody knows is said as such; the same form sent again makes no second meeting."""
    app, proxy = cut
    secretary = Critic(app)
    secretary.post("/sign-in", data={"email": "secretary@kjs.example", "password": PASSWORD})
    data = fields(secretary, NEW, "held_on") | {"held_on": "2026-12-20"}
    before = count(app, Meeting)
    proxy.lose_commit = True
    answer = secretary.post(NEW, data=data)
    assert (answer.status_code, proxy.lost) == (503, 1) and answer.headers["Retry-After"]
    assert "不知道有没有保存成功" in words(answer)
    assert count(app, Meeting) == before + 1, "it had been saved"
    again = secretary.post(NEW, data=data, headers={"Referer": f"http://localhost{NEW}"})
    assert (again.status_code, again.headers["Location"]) == (303, NEW)
    assert "没有重复保存" in secretary.get(NEW).text and count(app, Meeting) == before + 1
    with app.app_context():
        assert list(verify.problems(db.session())) == []


def test_a_line_that_is_cut(cut: tuple[Flask, Proxy]) -> None:
    """503 while no line is to be had, and on again with the next one."""
    app, proxy = cut
    visitor = Critic(app)
    assert visitor.get("/sign-in").status_code == 200
    visitor.post("/sign-in", data={"email": "lead@kjs.example", "password": PASSWORD})
    assert visitor.get("/projects").status_code == 200
    proxy.refuse = True
    with app.app_context():
        db.engine.dispose()
    answer = visitor.get("/projects")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    proxy.refuse = False
    assert visitor.get("/projects").status_code == 200


def test_backup_during_writes(url: str, tmp_path: Path) -> None:
    """Copies made while a server saves: each is whole, and holds all that was acknowledged before it began."""
    server = Server(tmp_path / "there", url, workers=1)
    server.start()
    journal: list[str] = []
    saver = Saver(server, journal, 1)
    saver.start()
    settings = settings_for(tmp_path / "there", url)
    try:
        for number in range(4):
            time.sleep(1)
            held = set(journal)
            backup(settings, tmp_path / f"{number}.kjs")
            with opened(tmp_path / f"{number}.kjs") as copy:
                copy.check()
                assert held <= {row["note"] for row in copy.rows("milestone_entry")}
    finally:
        server.stop()
    assert journal
    back = settings_for(tmp_path / "back", f"sqlite:///{tmp_path}/back.db")
    restore(back, tmp_path / "3.kjs")
