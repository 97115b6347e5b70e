"""Putting the rows of a copy into an empty database, on either engine: all of them or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from kangjiansheng.core import schema
from kangjiansheng.core.copies import NotCopied, columns
from kangjiansheng.core.copies.columns import Table
from kangjiansheng.core.copies.reading import Copy
from kangjiansheng.core.copies.writing import AT_ONCE
from kangjiansheng.core.db import make_engine


def load(copy: Copy, url: str) -> None:
    """Build the tables at the level of the copy and fill them, in one transaction. The database must be empty."""
    schema.upgrade(url, copy.level)
    engine = make_engine(url, migrating=True)
    try:
        with engine.begin() as connection, _unguarded(connection):
            known = columns.tables(connection)
            _same_tables(copy, known)
            for table in known.values():
                connection.execute(sa.text(f"DELETE FROM {table.name}"))  # what a migration has put there
                _fill(connection, table, copy)
    except sa.exc.SQLAlchemyError as problem:
        raise NotCopied(
            f"{copy.name} does not fit the database: {getattr(problem, 'orig', problem)}"
        ) from None
    finally:
        engine.dispose()


def _same_tables(copy: Copy, known: dict[str, Table]) -> None:
    other = copy.manifest["tables"].keys() ^ known.keys()
    if other:
        raise NotCopied(
            f"{copy.name}: at level {copy.level} there is another set of tables: {', '.join(sorted(other))}"
        )


def _fill(connection: Connection, table: Table, copy: Copy) -> None:
    sqlite = connection.dialect.name == "sqlite"
    put = _put_sqlite if sqlite else _put_postgresql
    cursor = connection.connection.cursor()
    names = ", ".join(f'"{name}"' for name in table.kinds)
    try:
        put(
            cursor,
            table.name,
            names,
            (columns.values(table, row, sqlite=sqlite) for row in copy.rows(table.name)),
        )
    except (NotCopied, OSError):
        raise
    except Exception as problem:  # the driver's own family
        raise NotCopied(f"{copy.name}: {table.name} does not fit the database: {problem}") from None
    finally:
        cursor.close()


def _put_sqlite(cursor: Any, table: str, names: str, rows: Iterator[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * (names.count(", ") + 1))
    while some := list(islice(rows, AT_ONCE)):
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", some)


def _put_postgresql(cursor: Any, table: str, names: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    """Rows come as they stood, in any order: triggers and foreign keys wait meanwhile, and hold again at the end."""
    held = _guards_sqlite if connection.dialect.name == "sqlite" else _guards_postgresql
    with held(connection):
        yield


@contextmanager
def _guards_sqlite(connection: Connection) -> Iterator[None]:
    triggers = connection.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    ).all()
    for trigger in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken:
        raise NotCopied(f"a row of {broken[0]} names a row of {broken[2]} that is not there")


@contextmanager
def _guards_postgresql(connection: Connection) -> Iterator[None]:
    own = "connamespace = current_schema()::regnamespace"
    keys = connection.execute(
        sa.text(
            "SELECT conrelid::regclass::text AS of, conname AS name, pg_get_constraintdef(oid) AS said "
            f"FROM pg_constraint WHERE contype = 'f' AND {own} ORDER BY conname"
        )
    ).all()
    tables = sa.inspect(connection).get_table_names()
    for key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {key.of} DROP CONSTRAINT "{key.name}"')
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {key.of} ADD CONSTRAINT "{key.name}" {key.said}')
    _count_on(connection, tables)


def _count_on(connection: Connection, tables: list[str]) -> None:
    """Let each sequence go on behind the highest key."""
    for table in tables:
        for column in sa.inspect(connection).get_columns(table):
            sequence = connection.scalar(
                sa.text("SELECT pg_get_serial_sequence(:of, :name)"), {"of": table, "name": column["name"]}
            )
            if sequence:
                connection.exec_driver_sql(
                    f"SELECT setval('{sequence}', greatest(max({column['name']}), 1), max({column['name']}) IS NOT NULL)"
                    f" FROM {table}"
                )
