"""Copies of the embedded database: taken while it is in use, checked, and put back with the old one kept.

A copy is one database file. The bytes of the stored files, which lie beside the live database, travel in a table
of the copy alone (`packed_file`), so that rows and bytes cannot part.
"""

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from kangjiansheng.core import clock, files, schema
from kangjiansheng.core.config import Settings
from kangjiansheng.core.db import make_engine


class NotCopied(Exception):
    """A copy that cannot be made or put back; the text says why, in one line."""


def backup(settings: Settings, file: Path) -> str:
    """Write a consistent copy of the database to a new file, check it, and say what it holds.

    Readers and writers go on meanwhile (SQLite's online backup). A file that is there already is not
    overwritten. Half a copy never stands under the asked name.
    """
    source = _database(settings)
    if file.exists():
        raise NotCopied(f"{file} is there already; name a new file")
    if not file.absolute().parent.is_dir():
        raise NotCopied(f"{file.absolute().parent} is no folder")
    part = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        _copy(source, part)
        _pack(part, settings.instance / "files")
        found = check(part)
        part.replace(file)
    except (OSError, sqlite3.Error, files.Damaged) as problem:
        raise NotCopied(f"the copy could not be written: {problem}") from None
    finally:
        _remove(part)
    return f"{file}: {found}"


def restore(settings: Settings, file: Path) -> str:
    """Put a checked copy in the place of the database, which must not be in use; the old one stays beside."""
    target = _database(settings, must_exist=False)
    new = target.with_name(f"{target.name}.new")
    kept = ""
    try:
        _copy(file, new)
        found = check(new)
        _unpack(new, settings.instance / "files")
        if target.exists():
            kept = _set_aside(target)
        new.replace(target)
    except (OSError, sqlite3.Error) as problem:
        raise NotCopied(f"the copy could not be put in place: {problem}") from None
    finally:
        _remove(new)
    return f"{target}: {found}{kept}"


def _set_aside(target: Path) -> str:
    """Take the old database out of the way, with all that its write-ahead log still holds."""
    with closing(sqlite3.connect(target, timeout=2, isolation_level=None)) as old:
        try:
            # Without the log the file is whole by itself. It also fails while anybody else holds the database.
            mode = old.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError:
            mode = "wal"
        if mode == "wal":
            raise NotCopied("the database is in use: stop the server and the worker first")
    stamp = clock.now().strftime("%Y%m%dT%H%M%SZ")
    kept = target.with_name(f"{target.name}.before-{stamp}")
    target.replace(kept)
    return f"; the old one is kept as {kept}"


def check(file: Path) -> str:
    """Whether a copy is whole: as a file, by its foreign keys, by its stored files, its level, its audit trail.

    Returns what it holds, in words; raises ClickException naming the first thing that is wrong.
    """
    with closing(sqlite3.connect(file)) as copy:
        try:
            answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as problem:
            raise NotCopied(f"{file} is no whole database: {problem}") from None
    if answer != "ok" or broken:
        raise NotCopied(f"{file} is no whole database: {answer} {broken or ''}".rstrip())
    _check_files(file)
    engine = make_engine(f"sqlite:///{file}", migrating=True)
    try:
        level = schema.level(engine)
        if level is None or level > schema.head():
            raise NotCopied(
                f"{file} stands at level {level}, which this version ({schema.head()}) does not know"
            )
        entries, problems = _trail(file) if level == schema.head() else (None, [])
    finally:
        engine.dispose()
    if problems:
        raise NotCopied(f"{file}: its audit trail is broken: {problems[0]}")
    said = "older level, trail not read" if entries is None else f"{entries} audit entries, whole"
    return f"level {level}, {said}"


def _tables(copy: sqlite3.Connection) -> set[str]:
    return {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _pack(file: Path, root: Path) -> None:
    """Put the bytes that the rows of a fresh copy name into it. Bytes are never taken away from under a row."""
    with closing(sqlite3.connect(file)) as copy, copy:
        if "file_blob" not in _tables(copy):
            return
        copy.execute("CREATE TABLE packed_file (sha256 TEXT PRIMARY KEY, bytes BLOB NOT NULL)")
        for (digest,) in copy.execute("SELECT sha256 FROM file_blob ORDER BY id").fetchall():
            copy.execute("INSERT INTO packed_file VALUES (?, ?)", (digest, files.read(root, digest)))


def _check_files(file: Path) -> None:
    """Every row of a file has its bytes in the copy, and they are those of its digest."""
    with closing(sqlite3.connect(file)) as copy:
        if "file_blob" not in _tables(copy):
            return
        if "packed_file" not in _tables(copy):
            copy.execute("CREATE TEMP TABLE packed_file (sha256 TEXT, bytes BLOB)")
        query = "SELECT b.sha256, p.bytes FROM file_blob b LEFT JOIN packed_file p ON p.sha256 = b.sha256"
        for digest, data in copy.execute(query):
            if data is None or hashlib.sha256(data).hexdigest() != digest:
                raise NotCopied(f"{file}: the bytes of the stored file {digest} are missing or changed")


def _unpack(file: Path, root: Path) -> None:
    """Put the bytes of a checked copy where the application looks for them, and make it a plain database again."""
    with closing(sqlite3.connect(file)) as copy:
        if "packed_file" not in _tables(copy):
            return
        for digest, data in copy.execute("SELECT sha256, bytes FROM packed_file"):
            files.put(root, digest, data)
        copy.execute("DROP TABLE packed_file")
        copy.commit()
        copy.execute("VACUUM")


def _trail(file: Path) -> tuple[int, list[str]]:
    from sqlalchemy import func, select
    from sqlalchemy.orm import Session

    from kangjiansheng.app import BLUEPRINTS  # noqa: F401  (every covered table is mapped)
    from kangjiansheng.core import verify
    from kangjiansheng.core.audit import AuditEntry

    engine = make_engine(f"sqlite:///{file}", migrating=True)
    try:
        with Session(engine) as session:
            count = session.scalar(select(func.count(AuditEntry.id))) or 0
            return count, list(verify.problems(session))
    finally:
        engine.dispose()


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise NotCopied(f"{source} is not there")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=8)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file by itself, without a log beside it


def _remove(file: Path) -> None:
    for name in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
        name.unlink(missing_ok=True)


def _database(settings: Settings, *, must_exist: bool = True) -> Path:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        raise NotCopied(
            "the data lies in PostgreSQL: use pg_dump and pg_restore for its copies, and copy the folder "
            f"{settings.instance / 'files'} after the dump"
        )
    if not url.database:
        raise NotCopied("KJS_DATABASE_URL names no file")
    path = Path(url.database)
    if must_exist and not path.exists():
        raise NotCopied(f"{path} is not there: there is nothing to copy")
    return path
