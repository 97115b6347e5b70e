"""The application over a fresh database, the cast signed in, and the engines."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["KJS_TEST_CHEAP_HASH"] = "1"

import pytest
import sqlalchemy as sa
from flask import Flask

from kangjiansheng import demonstration, starting
from kangjiansheng.accounts import queries
from kangjiansheng.app import create_app
from kangjiansheng.core import roles, schema
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.config import Settings, read_settings
from tests.support import forked
from tests.support.critic import Critic

PASSWORD = demonstration.PASSWORD


def pytest_addoption(parser: pytest.Parser) -> None:
    """The engine on which the tests' databases lie."""
    parser.addoption("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.addoption(
        "--as-app", action="store_true", help="on PostgreSQL as a role that does not own the tables"
    )


def address(short: str) -> str:
    """`lead` → lead@kjs.example."""
    return short if "@" in short else f"{short}@kjs.example"


def settings_for(folder: Path, url: str, *, demo: bool = True, **environment: str) -> Settings:
    """Settings of a test installation in a folder of its own."""
    return read_settings(
        {
            "KJS_INSTANCE": str(folder),
            "KJS_DATABASE_URL": url,
            "KJS_SECRET_KEY": "a key for the tests only",
            "KJS_BASE_URL": "http://localhost",
            "KJS_DEMO": "1" if demo else "0",
            **environment,
        }
    )


def make(settings: Settings, **overrides: object) -> Flask:
    """The application as tests use it: CSRF is off but for the test that is about it."""
    return create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, **overrides)


def _fill(url: str, folder: Path, *, demo: bool) -> None:
    settings = settings_for(folder, url, demo=demo)
    schema.upgrade(url)
    app = make(settings)
    with app.app_context():
        starting.load_reference()
        if demo:
            demonstration.load()
        from kangjiansheng.core.db import db

        db.session.remove()
        db.engine.dispose()


class Databases:
    """Fresh databases: each is a copy of a filled one that is made once."""

    def __init__(self, folder: Path, server: str | None, *, apart: bool = False) -> None:
        self.folder, self.server, self.made, self.count = folder, server, set[str](), 0
        self.apart = apart

    def fresh(self, kind: str) -> str:
        """The address of a new copy; `kind` is demo or reference."""
        self.count += 1
        return self._postgres(kind) if self.server else self._sqlite(kind)

    def _sqlite(self, kind: str) -> str:
        template = self.folder / f"{kind}.db"
        if kind not in self.made:
            _fill(f"sqlite:///{template}", self.folder, demo=kind == "demo")
            self.made.add(kind)
        copy = self.folder / f"{kind}-{self.count}.db"
        shutil.copyfile(template, copy)
        return f"sqlite:///{copy}"

    def _postgres(self, kind: str) -> str:
        name = f"{kind}_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
        if kind not in self.made:
            self._run(f'CREATE DATABASE "{name}"')
            _fill(self._address(name), self.folder, demo=kind == "demo")
            self.made.add(kind)
        copy = f"{name}_{self.count}"
        self._run(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        return self._entered(self._address(copy))

    def _entered(self, owner: str) -> str:
        """The address as which tests use a database: its owner's, or that of a role without her rights."""
        if not self.apart:
            return owner
        app = sa.make_url(owner).set(username="kjs_app").render_as_string(hide_password=False)
        roles.separate(settings_for(self.folder, app, KJS_OWNER_URL=owner))
        return app

    def files_into(self, kind: str, instance: Path) -> None:
        """Lay the files of the filled database of a kind into the instance folder of an application."""
        if kind == "demo" and (self.folder / "files").exists():
            shutil.copytree(self.folder / "files", instance / "files", dirs_exist_ok=True)

    def same(self, kind: str) -> str:
        """The address that is always the same for a kind; its content becomes that of the filled one again."""
        if self.server:
            name = f"{kind}_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
            if kind not in self.made:
                self._postgres(kind)
            self._run(f'DROP DATABASE IF EXISTS "{name}_same" WITH (FORCE)')
            self._run(f'CREATE DATABASE "{name}_same" TEMPLATE "{name}"')
            return self._entered(self._address(f"{name}_same"))
        if kind not in self.made:
            self._sqlite(kind)
        path = self.folder / f"{kind}-same.db"
        for left in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            left.unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{kind}.db", path)
        return f"sqlite:///{path}"

    def _address(self, name: str) -> str:
        url = sa.make_url(self.server or "").set(database=name)
        return url.render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self.server or "", isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Where fresh databases come from, on the engine of this run."""
    on_postgres = request.config.getoption("--engine") == "postgresql"
    server = request.getfixturevalue("postgres_url") if on_postgres else None
    apart = bool(request.config.getoption("--as-app"))
    return Databases(tmp_path_factory.mktemp("databases"), server, apart=apart)


class Applications:
    """One application for each kind of database: its templates are compiled once, its data are fresh each time."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.databases, self.folder = databases, folder
        self.made: dict[str, Flask] = {}

    def running(self, kind: str) -> Iterator[Flask]:
        """The application of a kind over fresh data; what a test changed of its settings is put back."""
        url = self.databases.same(kind)
        if kind not in self.made:
            folder = self.folder / kind
            folder.mkdir()
            self.made[kind] = make(settings_for(folder, url, demo=kind == "demo"))
        app = self.made[kind]
        self.databases.files_into(kind, app.config["SETTINGS"].instance)
        app.extensions.pop("traces", None)  # what it remembers was written to data that are gone
        before = dict(app.config)
        yield from _running(app)
        app.config.clear()
        app.config.update(before)
        for left in app.config["SETTINGS"].instance.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.fixture(scope="session")
def applications(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Applications:
    """The applications that tests share, one after another."""
    return Applications(databases, tmp_path_factory.mktemp("applications"))


def _running(app: Flask) -> Iterator[Flask]:
    yield app
    from kangjiansheng.core.db import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(applications: Applications) -> Iterator[Flask]:
    """The application over fresh reference data and demonstration."""
    yield from applications.running("demo")


@pytest.fixture
def empty_app(applications: Applications) -> Iterator[Flask]:
    """The application over fresh reference data only, the demonstration off."""
    yield from applications.running("reference")


@pytest.fixture
def own_app(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An application of the test's own, for a test that adds routes or rebuilds it."""
    app = make(settings_for(tmp_path, databases.fresh("demo")))
    databases.files_into("demo", tmp_path)
    yield from _running(app)


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """An application context over the demonstration, for operations and queries."""
    with app.app_context():
        yield app


@pytest.fixture
def actor(in_app: Flask) -> Callable[[str], Actor]:
    """`actor("lead")`: one of the cast as an actor."""

    def find(short: str) -> Actor:
        found = queries.actor_by_email(address(short))
        assert found is not None, f"{short} is not of the cast"
        return found

    return find


@pytest.fixture
def client(app: Flask) -> Callable[..., Critic]:
    """`client("lead")`: a signed-in client that criticises each page it opens; `client(None)` is nobody."""

    def enter(short: str | None, language: str = "zh-Hans") -> Critic:
        made = Critic(app, language)
        if short:
            answer = made.post("/sign-in", data={"email": address(short), "password": PASSWORD})
            assert answer.status_code == 303, f"{short} could not sign in: {answer.status_code}"
        return made

    return enter


@pytest.fixture
def run_command(databases: Databases, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_command("metrics", "--json")`: the real command line in a process of its own."""
    url = databases.fresh("reference")
    usual = {"KJS_DATABASE_URL": url, "KJS_INSTANCE": str(tmp_path), "KJS_DEMO": "0"}

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return forked.run(arguments, {**os.environ, **usual, **environment})

    run.url = url  # type: ignore[attr-defined]
    return run
