"""A place beside the data in which a copy is built, and the one step by which it takes their place."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import URL, make_url
from sqlalchemy.engine import Connection

from kangjiansheng.core import alone
from kangjiansheng.core.copies import NotCopied
from kangjiansheng.core.db import PROGRAM, make_engine

IN_USE = "the database is in use: stop the server and the worker first"


class Place(Protocol):
    """Where a copy is built."""

    url: str

    def take_over(self, at: datetime) -> str:
        """Put what was built in the place of the data; where the old ones are kept, in words."""


@contextmanager
def place(url: str, *, over: bool = True) -> Iterator[Place]:
    """An empty place beside a database; gone afterwards, unless it took over."""
    known = make_url(url)
    with _file(known) if known.get_backend_name() == "sqlite" else _schema(known, over=over) as made:
        yield made


class _File:
    def __init__(self, live: Path) -> None:
        self.live, self.new = live, live.with_name(f"{live.name}.new")
        self.url = f"sqlite:///{self.new}"

    def take_over(self, at: datetime) -> str:
        with closing(sqlite3.connect(self.new, isolation_level=None)) as new:
            new.execute("PRAGMA journal_mode=DELETE")  # one file by itself, without a log beside it
        kept = _set_aside(self.live, at) if self.live.exists() else ""
        self.new.replace(self.live)
        return kept


@contextmanager
def _file(url: URL) -> Iterator[_File]:
    if not url.database:
        raise NotCopied("KJS_DATABASE_URL names no file")
    made = _File(Path(url.database))
    try:
        held = alone.hold(str(url))
    except alone.Held:
        raise NotCopied(IN_USE) from None
    try:
        if made.live.exists():
            _settle(made.live)
        _remove(made.new)
        yield made
    finally:
        _remove(made.new)
        if held is not None:
            os.close(held)


def _remove(file: Path) -> None:
    for name in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
        name.unlink(missing_ok=True)


def _settle(live: Path) -> None:
    """Make the old database one file, with all that its write-ahead log still holds; refuse one that is in use."""
    with closing(sqlite3.connect(live, timeout=2, isolation_level=None)) as old:
        try:
            # Without the log the file is whole by itself. It also fails while anybody else holds the database.
            mode = old.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError:
            mode = "wal"
        if mode == "wal":
            raise NotCopied(IN_USE)


def _set_aside(live: Path, at: datetime) -> str:
    _settle(live)
    kept = live.with_name(f"{live.name}.before-{at:%Y%m%dT%H%M%SZ}")
    try:
        os.link(live, kept)  # the new one then replaces a name that was never empty, whenever this is killed
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        live.replace(kept)
    return f"; the old one is kept as {kept}"


class _Schema:
    def __init__(self, live: URL, name: str) -> None:
        self.live, self.name = live, name
        path = f"{live.query.get('options', '')} -csearch_path={name}".strip()
        self.url = live.update_query_dict({"options": path}).render_as_string(hide_password=False)

    def take_over(self, at: datetime) -> str:
        """Both schemas change their names in one transaction, while nobody else is there."""
        kept = f"before_{at:%Y%m%dt%H%M%Sz}".lower()
        with _connected(self.live) as connection:
            live = _current(connection)
            _alone(connection)
            empty = _is_empty(connection)
            connection.exec_driver_sql(f'ALTER SCHEMA "{live}" RENAME TO "{kept}"')
            connection.exec_driver_sql(f'ALTER SCHEMA "{self.name}" RENAME TO "{live}"')
            if empty:
                connection.exec_driver_sql(f'DROP SCHEMA "{kept}"')
        return "" if empty else f"; the old one is kept as the schema {kept}"


def _alone(connection: Connection) -> None:
    if connection.scalar(sa.text(_OTHERS), {"program": PROGRAM}):
        raise NotCopied(IN_USE)


_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :program "
    "AND pid <> pg_backend_pid()"
)


@contextmanager
def _schema(url: URL, *, over: bool) -> Iterator[_Schema]:
    with _connected(url) as connection:
        if not over and not _is_empty(connection):
            raise NotCopied(
                "the database is not empty: name an empty one, or say --replace; the old data are then kept in a "
                "schema of their own"
            )
        _alone(connection)
    with _made(_Schema(url, f"restoring_{secrets.token_hex(4)}")) as made:
        yield made


@contextmanager
def _made(made: _Schema) -> Iterator[_Schema]:
    """The schema itself; one of that name that a kill has left goes first."""
    with _connected(made.live) as connection:
        connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{made.name}" CASCADE')
        connection.exec_driver_sql(f'CREATE SCHEMA "{made.name}"')
    try:
        yield made
    finally:
        with _connected(made.live) as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{made.name}" CASCADE')


@contextmanager
def throw_away(url: str, folder: Path, name: str) -> Iterator[str]:
    """The address of an empty database that goes again: a schema beside the data in use where the role may make one,
    else a file in a folder, for a copy belongs to no engine."""
    known = make_url(url)
    if known.get_backend_name() == "sqlite" or not _may_make(known):
        yield f"sqlite:///{folder / name}.db"
        return
    with _made(_Schema(known, name)) as made:
        yield made.url


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = make_engine(url, migrating=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _may_make(url: URL) -> bool:
    with _connected(url) as connection:
        return bool(connection.scalar(sa.text("SELECT has_database_privilege(current_database(), 'CREATE')")))


def _current(connection: Connection) -> str:
    found = connection.scalar(sa.text("SELECT current_schema()"))
    if found is None:
        raise NotCopied("the search path of this database names no schema that is there")
    return str(found)


def _is_empty(connection: Connection) -> bool:
    _current(connection)
    return not sa.inspect(connection).get_table_names()
