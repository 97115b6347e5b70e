"""`backup` and `restore`: a copy is checked before it gets its name, and whole before it takes the place of the data.

What a copy is stands in `core/copies`. Copies of the first format (an SQLite database with the stored files inside)
can still be put back.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from kangjiansheng.core import clock, files, schema
from kangjiansheng.core.config import Settings
from kangjiansheng.core.copies import NotCopied, beside, first_format, sealing, writing
from kangjiansheng.core.copies.loading import load
from kangjiansheng.core.copies.reading import Copy, opened
from kangjiansheng.core.copies.writing import Report
from kangjiansheng.core.db import make_engine, reading

__all__ = ["NotCopied", "backup", "check", "restore"]


def backup(settings: Settings, file: Path, report: Report | None = None) -> str:
    """Write a consistent copy to a new file, read it back, and say what it holds.

    Readers and writers go on meanwhile. A file that is there already is not overwritten. Half a copy never stands
    under the asked name.
    """
    if file.exists():
        raise NotCopied(f"{file} is there already; name a new file")
    if not file.absolute().parent.is_dir():
        raise NotCopied(f"{file.absolute().parent} is no folder")
    part = file.with_name(f"{file.name}.part")
    try:
        _write(settings, part, report)
        found = check(part, settings.backup_key, report)
        _durable(part)
        part.replace(file)
        _durable(file.absolute().parent)
    except (OSError, SQLAlchemyError, sqlite3.Error, files.Damaged) as problem:
        raise NotCopied(f"the copy could not be written: {getattr(problem, 'orig', problem)}") from None
    finally:
        part.unlink(missing_ok=True)
    return f"{file}: {found}"


def _write(settings: Settings, part: Path, report: Report | None) -> None:
    _there(settings)
    engine = make_engine(settings.database_url)
    try:
        with (
            os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as raw,
            reading(engine) as one,
        ):
            to = sealing.Sealed(raw, settings.backup_key) if settings.backup_key else raw
            writing.write(one, settings.instance / "files", to, report)
            to.close()
    finally:
        engine.dispose()


def _there(settings: Settings) -> None:
    """SQLite would make a database where none is."""
    path = _path(settings)
    if path is not None and not path.exists():
        raise NotCopied(f"{path} is not there: there is nothing to copy")


def check(file: Path, key: str | None = None, report: Report | None = None) -> str:
    """Whether a copy is whole, of whichever format: what it holds, in words. Raises NotCopied naming the first thing
    that is wrong."""
    if first_format.is_one(file):
        return first_format.check(file)
    with opened(file, key) as copy:
        return copy.check(report)


def restore(settings: Settings, file: Path, *, over: bool = False) -> str:
    """Put a checked copy in the place of the data, which must not be in use; the old ones are kept.

    Everything is built beside, brought to this version's level and verified; only then it takes the place. On
    PostgreSQL a database that is not empty is replaced only when that is asked for (`over`).
    """
    try:
        with (
            beside.place(settings.database_url, over=over) as new,
            _as_new_format(file, settings.backup_key) as copy,
        ):
            found = copy.check()
            load(copy, new.url)
            for name, data in copy.files():
                files.put(settings.instance / "files", name, data)
            finish(replace(settings, database_url=new.url), copy)
            kept = new.take_over(clock.now())
    except (OSError, SQLAlchemyError, sqlite3.Error) as problem:
        raise NotCopied(f"the copy could not be put in place: {getattr(problem, 'orig', problem)}") from None
    return f"{make_url(settings.database_url).render_as_string()}: {found}{kept}"


@contextmanager
def _as_new_format(file: Path, key: str | None) -> Iterator[Copy]:
    if not file.exists():
        raise NotCopied(f"{file} is not there")
    if not first_format.is_one(file):
        with opened(file, key) as copy:
            yield copy
        return
    with first_format.converted(file) as newer, opened(newer, name=str(file)) as copy:
        yield copy


def finish(settings: Settings, copy: Copy) -> None:
    """Bring loaded rows to this version's level, make the search anew, and verify all that the trail covers."""
    from kangjiansheng import starting
    from kangjiansheng.app import create_app
    from kangjiansheng.core import verify
    from kangjiansheng.core.db import db
    from kangjiansheng.core.search import rebuild
    from kangjiansheng.core.transactions import writing as transaction

    schema.upgrade(settings.database_url)
    with create_app(settings).app_context():
        try:
            problems = [*verify.problems(db.session()), *files.problems(db.session(), files.folder())]
            if problems:
                raise NotCopied(f"{copy.name}: {problems[0]}")
            if copy.level != schema.head():
                starting.load_reference()
            with transaction():
                rebuild()
        finally:
            db.session.remove()
            db.engine.dispose()


def _path(settings: Settings) -> Path | None:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database:
        raise NotCopied("KJS_DATABASE_URL names no file")
    return Path(url.database)


def _durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
