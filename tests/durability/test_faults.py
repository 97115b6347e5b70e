"""What breaks around the application, one test for each fault: what is said, what is kept, how it goes on."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from kangjiansheng.accounts import operations, queries
from kangjiansheng.committee.models import Meeting
from kangjiansheng.core import alone, audit, clock, schema, verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db, make_engine
from kangjiansheng.core.transactions import writing
from tests.core.test_once import NEW, count, fields
from tests.support.app import PASSWORD, make
from tests.support.critic import Critic
from tests.support.typed import words

FULL = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room' "
    "USING ERRCODE = 'disk_full'; END $$",
    "CREATE TRIGGER no_room BEFORE INSERT ON meeting FOR EACH ROW EXECUTE FUNCTION no_room()",
)


def fill_the_disk(app: Flask) -> Callable[[], None]:
    """Let the database grow no more; what makes room again."""
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":

            def limit(pages: int) -> Callable[..., None]:
                return lambda connection, *_rest: connection.execute(f"PRAGMA max_page_count={pages}").close()

            full = limit(1)  # not below what is there
            sa.event.listen(engine, "checkout", full)

            def room() -> None:
                sa.event.remove(engine, "checkout", full)
                sa.event.listen(engine, "checkout", limit(1_000_000))

            return room
        with engine.begin() as connection:
            for statement in FULL:
                connection.exec_driver_sql(statement)

        def drop() -> None:
            with app.app_context(), engine.begin() as connection:
                connection.exec_driver_sql("DROP TRIGGER no_room ON meeting")

        return drop


@pytest.mark.long
def test_disk_full(own_app: Flask) -> None:
    """A save is refused with 507 and words, reads go on, and with room again it goes on without a restart."""
    secretary = Critic(own_app)
    secretary.post("/sign-in", data={"email": "secretary@kjs.example", "password": PASSWORD})
    data = fields(secretary, NEW, "held_on") | {"held_on": "2026-12-20", "title": "x" * 300}
    before, room = count(own_app, Meeting), fill_the_disk(own_app)
    for number in range(60):
        answer = secretary.post(NEW, data=data | {"title": f"{number} {'x' * 300}"})
        if answer.status_code != 303:
            break
        before += 1
    assert answer.status_code == 507 and answer.headers["Retry-After"]
    assert "磁盘已满，这次没有保存" in words(answer)
    assert secretary.get("/committees/SAC").status_code == 200 and count(own_app, Meeting) == before
    room()
    assert secretary.post(NEW, data=data).status_code == 303 and count(own_app, Meeting) == before + 1
    with own_app.app_context():
        assert list(verify.problems(db.session())) == []


@pytest.mark.long
def test_clock_stepping_back(app: Flask, client: Callable[..., Critic]) -> None:
    """The trail says it once, in an order that is that of its numbers; nobody is signed out."""
    lead = client("lead")

    def add(code: str) -> None:
        with app.app_context(), writing():
            operations.create_person(actor=queries.system_actor(), code=code, name_hans="x", account=False)

    add("BEFORE")
    now = clock.now()
    with time_machine.travel(now - timedelta(hours=1)):
        add("BACK")
        add("AGAIN")
        assert lead.get("/").status_code == 200
    with time_machine.travel(now + timedelta(hours=1)):
        add("AFTER")
        assert lead.get("/").status_code == 200
    with app.app_context():
        last = list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(5)))[::-1]
        assert [entry.act for entry in last].count(audit.CLOCK_BACK) == 1 and last[1].act == audit.CLOCK_BACK
        assert last[1].after["clock"] < last[1].before["clock"]
        assert [entry.recorded_at for entry in last] == sorted(entry.recorded_at for entry in last)
        assert list(verify.problems(db.session())) == []


@pytest.mark.long
def test_secret_key_lost_or_changed(app: Flask, client: Callable[..., Critic]) -> None:
    """Sessions end; signatures and the trail stay valid, for nothing of them comes from it."""
    member = client("member")
    another = make(replace(app.config["SETTINGS"], secret_key="a wholly other key"))
    visitor = Critic(another)
    for cookie in member._cookies.values():
        visitor.set_cookie(cookie.key, cookie.value)
    assert visitor.get("/account").status_code in (302, 401)
    assert (
        visitor.post("/sign-in", data={"email": "member@kjs.example", "password": PASSWORD}).status_code
        == 303
    )
    assert visitor.get("/account").status_code == 200
    with another.app_context():
        assert list(verify.problems(db.session())) == []
        db.session.remove()
        db.engine.dispose()


def test_older_version_on_newer_data(run_command: Callable[..., object]) -> None:
    engine = sa.create_engine(run_command.url, poolclass=sa.NullPool)  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for command in ("serve", "metrics"):
        done = run_command(command)
        said = done.stderr  # type: ignore[attr-defined]
        assert done.returncode == 1 and said.count("\n") == 1 and "made by a newer version" in said  # type: ignore[attr-defined]


def test_two_servers_on_one_sqlite_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "LETS_GO", 0.2)
    url = f"sqlite:///{tmp_path}/one.db"
    held = alone.hold(url)
    assert held is not None
    with pytest.raises(alone.Held, match="another server uses"):
        alone.hold(url)
    os.close(held)
    again = alone.hold(url)
    assert again is not None
    os.close(again)
    assert alone.hold("postgresql+psycopg://localhost/x") is None


@pytest.mark.long
def test_read_only_disk_or_wrong_owner(run_command: Callable[..., object], tmp_path: Path) -> None:
    """One line, exit 1: a folder that cannot be made, a database that cannot be written."""
    there = f"sqlite:///{tmp_path}/there.db"
    assert run_command("db", "upgrade", KJS_DATABASE_URL=there).returncode == 0  # type: ignore[attr-defined]
    for environment in (
        {"KJS_INSTANCE": "/proc/no/such"},
        {"KJS_DATABASE_URL": f"sqlite:///file:{tmp_path}/there.db?mode=ro&uri=true"},
        {"KJS_DATABASE_URL": "sqlite:////proc/no/such.db"},
    ):
        done = run_command("serve", **environment)
        assert done.returncode == 1, environment  # type: ignore[attr-defined]
        assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr  # type: ignore[attr-defined]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/half.db"
    return str(request.getfixturevalue("new_postgres_database")())


@pytest.mark.long
def test_migration_that_fails_half_way(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of many statements breaks in its middle: nothing of it is there, and the next try does it whole."""
    schema.upgrade(empty, "0030")
    engine = make_engine(empty, migrating=True)
    before = look(engine)
    statements: list[str] = []

    def breaks(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)
        if statement.lstrip().startswith("CREATE TABLE dissent"):
            raise RuntimeError("the power went off")

    sa.event.listen(sa.Engine, "before_cursor_execute", breaks)
    try:
        with pytest.raises(RuntimeError, match="power"):
            schema.upgrade(empty, "0031")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", breaks)
    assert sum(statement.lstrip().startswith("CREATE TABLE") for statement in statements) > 1
    assert look(engine) == before and schema.level(engine) == "0030"
    schema.upgrade(empty, "0031")
    assert schema.level(engine) == "0031" and look(engine) != before
    engine.dispose()


def look(engine: sa.Engine) -> object:
    """Tables and columns."""
    found = sa.inspect(engine)
    return {
        table: [column["name"] for column in found.get_columns(table)] for table in found.get_table_names()
    }


@pytest.mark.long
def test_a_database_that_never_answers(tmp_path: Path) -> None:
    """Three seconds, not for ever."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        url = f"postgresql+psycopg://x@127.0.0.1:{deaf.getsockname()[1]}/x"
        began = time.monotonic()
        with pytest.raises(sa.exc.OperationalError):
            make_engine(url).connect()
        assert time.monotonic() - began < 6


@pytest.mark.postgres
def test_a_statement_that_never_ends(new_postgres_database: Callable[[], str]) -> None:
    engine = make_engine(new_postgres_database())
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "15s"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "8s"
    engine.dispose()
