"""The database: declarative base, column types, engine settings. One place for both engines."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

import orjson
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    UpdateBase,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry
from sqlalchemy.sql.functions import FunctionElement

from kangjiansheng.core.errors import Stale

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY = 8000  # milliseconds for which a statement waits for another writer of SQLite
LOOK = 0.005  # seconds between two looks whether one may write
PROGRAM = "kangjiansheng"  # how our connections call themselves to PostgreSQL

Word = String(40)  # codes, kinds, states
Label = String(400)  # names and titles


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored instant must name its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Counted(FunctionElement[int]):
    """A date as days, an instant as microseconds since 1970; NULL stays NULL."""

    type = BigInteger()
    inherit_cache = True


@compiles(Counted, "sqlite")
def _counted_sqlite(element: Counted, compiler: Any, **kw: Any) -> str:
    (column,) = element.clauses
    text = compiler.process(column, **kw)
    if isinstance(column.type, Instant):
        seconds = f"CAST(strftime('%s', substr({text}, 1, 19)) AS INTEGER)"
        return f"({seconds} * 1000000 + CAST(substr({text}, 21, 6) AS INTEGER))"
    return f"CAST(julianday({text}) - 2440587.5 AS INTEGER)"


@compiles(Counted, "postgresql")
def _counted_postgresql(element: Counted, compiler: Any, **kw: Any) -> str:
    (column,) = element.clauses
    text = compiler.process(column, **kw)
    if isinstance(column.type, Instant):
        return f"CAST(EXTRACT(EPOCH FROM {text}) * 1000000 AS BIGINT)"
    return f"({text} - DATE '1970-01-01')"


class Base(DeclarativeBase):
    """The root of all tables. The registry gives instants and JSON their column types."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON},
    )


class Versioned:
    """A row that a form edits. `core.changes.record` counts the version up; a stale form meets `expect`,
    and two writers at the same instant meet the WHERE on the version column."""

    version: Mapped[int] = mapped_column(Integer, default=1)
    # Whether its state changes by acts alone that leave a revision, so that verification holds it against the last one.
    is_as_revised: ClassVar[bool] = True

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version, "version_id_generator": False}  # type: ignore[attr-defined]


class AppendOnly:
    """A row that is never changed nor removed: the database refuses it by trigger.

    `change_set_id` says of which act the row is part; `digest` is the SHA-256 over all other columns but
    the key, so that the audit trail can name the row that somebody altered.
    """

    digest: Mapped[str] = mapped_column(String(64))


class Named:
    """Names in up to three scripts; zh-Hans is canonical."""

    name_hans: Mapped[str] = mapped_column(Label)
    name_hant: Mapped[str] = mapped_column(Label, default="")
    name_en: Mapped[str] = mapped_column(Label, default="")


class Database(SQLAlchemy):
    """Flask-SQLAlchemy over our own engine settings."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return make_engine(str(options["url"]) if isinstance(options["url"], str) else options["url"])


# What is told of each statement that writes past the session, before it does: the session, the statement, its options.
writes_past: list[Callable[[Session, UpdateBase, Mapping[str, Any]], None]] = []


class Asking(FlaskSession):
    """The session. There is one engine, and nothing to choose; and what watches for statements that write past it is
    told of these alone: an event of SQLAlchemy's would make it prepare each statement twice."""

    def get_bind(self, *_of: Any, bind: Any = None, **_more: Any) -> Any:
        """The engine."""
        return bind or self._db.engine

    def execute(self, statement: Any, params: Any = None, **more: Any) -> Any:
        """Run a statement."""
        self._tell(statement, more)
        return super().execute(statement, params, **more)

    def scalars(self, statement: Any, params: Any = None, **more: Any) -> Any:
        """Run a statement; the first of each row."""
        self._tell(statement, more)
        return super().scalars(statement, params, **more)

    def scalar(self, statement: Any, params: Any = None, **more: Any) -> Any:
        """Run a statement; the first of the first row, or None."""
        self._tell(statement, more)
        return super().scalar(statement, params, **more)

    def _tell(self, statement: Any, more: dict[str, Any]) -> None:
        if isinstance(statement, UpdateBase):
            given = more.get("execution_options", {})
            for told in writes_past:
                told(self, statement, {**statement.get_execution_options(), **given})


db = Database(model_class=Base, session_options={"class_": Asking})


def make_engine(url: Any, *, migrating: bool = False) -> Engine:
    """Create an engine with the settings on which durability and isolation rest.

    SQLite: WAL with synchronous=FULL (NORMAL loses acknowledged writes at a power cut), foreign keys on
    (off while migrating: a rebuilt table would cascade), BEGIN IMMEDIATE for whoever writes. PostgreSQL:
    bounded waits (a migration takes the time that it takes), and no compiling of statements, which takes longer
    than any of ours runs. Options of the address itself, such as a search path, go before ours.
    """
    if str(url).startswith("sqlite"):
        threads = {"timeout": 8, "check_same_thread": False}
        engine = create_engine(url, connect_args=threads, json_deserializer=_from_json)
        event.listen(engine, "connect", _sqlite_connect_migrating if migrating else _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin_immediate if migrating else _sqlite_begin)
        return engine
    given = make_url(url).query.get("options", "")
    longest = 0 if migrating else 15000  # milliseconds of a statement
    engine = create_engine(
        url,
        json_deserializer=_from_json,
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args={
            "connect_timeout": 3,
            "application_name": PROGRAM,
            "options": f"{given} -c statement_timeout={longest} -c lock_timeout=8000 -c jit=off -c random_page_cost=1.1".lstrip(),
        },
    )
    event.listen(engine, "handle_error", _say_that_it_passes)
    if not migrating:
        from kangjiansheng.core import prepared  # psycopg is read where it is used

        event.listen(engine, "connect", prepared.keep)
    return engine


def _say_that_it_passes(context: ExceptionContext) -> None:
    """A standby, or a database that was told to only read, refuses writes with an error that psycopg counts among faults of
    the program. It is the same as a disk that is full: it passes, and what is read goes on. So it is when a migration has
    changed what a prepared statement gives: all connections are made anew."""
    problem = context.sqlalchemy_exception
    outdated = plans_otherwise(problem)
    if outdated:
        context.is_disconnect = True
    if isinstance(problem, DBAPIError) and (
        outdated or (isinstance(problem, InternalError) and only_reads(problem))
    ):
        raise OperationalError(problem.statement, problem.params, problem.orig or problem) from problem


def _from_json(stored: str | bytes) -> Any:
    """What a column of JSON holds. Python's own reader takes ten times as long, and what ours refuses (half a character)."""
    try:
        return orjson.loads(stored)
    except orjson.JSONDecodeError:
        return json.loads(stored)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY}"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_connect_migrating(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA journal_mode=WAL")


def _sqlite_begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection beside the session's, for what must see the last commit; what it reads is of one moment."""
    with engine.connect().execution_options(beside=True) as connection:
        if engine.dialect.name != "sqlite":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _sqlite_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("beside"):
        connection.exec_driver_sql("BEGIN")
        return
    writing = db.session.info.get("writing", False) if _in_app() else True
    if writing:
        _take_turn(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _take_turn(connection: Connection) -> None:
    """Begin to write as soon as nobody else does. SQLite itself looks again after ever longer pauses: whoever has waited
    longest looks least often, and of twenty writers some wait ten times as long as the others."""
    raw: Any = connection.connection.driver_connection
    until = time.monotonic() + BUSY / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(LOOK)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # says what is wrong
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY}")


def _in_app() -> bool:
    from flask import has_app_context

    return has_app_context()


def disk_failed(problem: BaseException | None) -> bool:
    """Whether the system told SQLite that what it wrote may not be on the disk (EIO, of fsync or another call). To ask
    for the same again proves nothing: the system forgets what it could not write."""
    code = getattr(getattr(problem, "orig", None), "sqlite_errorcode", 0)
    return bool(code & 0xFF == sqlite3.SQLITE_IOERR)


def only_reads(problem: BaseException | None) -> bool:
    """Whether the database takes no writes: a standby, one that was told so, or a file that may only be read."""
    cause = getattr(problem, "orig", None)
    code = getattr(cause, "sqlite_errorcode", 0)
    return getattr(cause, "sqlstate", None) == "25006" or bool(code & 0xFF == sqlite3.SQLITE_READONLY)


def plans_otherwise(problem: BaseException | None) -> bool:
    """Whether a migration has changed what a statement gives that was planned before: it is planned anew on a new
    connection."""
    cause = getattr(problem, "orig", None)
    return getattr(cause, "sqlstate", None) == "0A000" and "cached plan" in str(cause)


def collided(problem: BaseException | None) -> bool:
    """Whether two writers waited for each other and PostgreSQL let this one go: it may be sent again as it was."""
    return getattr(getattr(problem, "orig", None), "sqlstate", None) in ("40P01", "40001")


def undo() -> None:
    """Take back what is open. Of a line that is cut there is nothing to take back, and no answer to wait for."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session().invalidate()


def expect(thing: Any, seen: int | None) -> None:
    """Refuse with Stale when the form saw another version of the thing than the stored one."""
    if seen is not None and thing.version != seen:
        raise Stale(thing, seen)


def is_sqlite(session: Session | None = None) -> bool:
    """True when the data lies in the embedded database."""
    return (session or db.session).get_bind().dialect.name == "sqlite"
