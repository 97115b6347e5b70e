"""`restore`, and the drill that shows that it works: a copy is whole before it takes the place of the data.

What a copy is stands in `core/copies`. Copies of the first format (an SQLite database with the stored files inside)
can still be put back.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from kangjiansheng.commanding import Refused
from kangjiansheng.core import clock, files, roles, schema
from kangjiansheng.core.config import Settings
from kangjiansheng.core.copies import NotCopied, beside, first_format
from kangjiansheng.core.copies.loading import load
from kangjiansheng.core.copies.making import make
from kangjiansheng.core.copies.reading import Copy, opened, words
from kangjiansheng.core.queue import Report, holding

__all__ = ["NotCopied", "backup", "check", "drill", "restore", "said"]


@contextmanager
def said() -> Iterator[None]:
    """For the commands: what is refused is one clear line."""
    try:
        yield
    except NotCopied as problem:
        raise Refused(str(problem)) from None


def backup(settings: Settings, file: Path) -> str:
    """Write a copy to a new file; what it holds, in words."""
    return f"{file}: {words(make(settings, file))}"


def check(file: Path, key: str | None = None) -> str:
    """Whether a copy is whole, of whichever format: what it holds, in words. Raises NotCopied naming the first thing
    that is wrong."""
    with _as_new_format(file, key) as copy:
        return copy.check()


def restore(settings: Settings, file: Path, *, over: bool = False) -> str:
    """Put a checked copy in the place of the data, which must not be in use; the old ones are kept.

    Everything is built beside, brought to this version's level and verified; only then it takes the place. On
    PostgreSQL a database that is not empty is replaced only when that is asked for (`over`).
    """
    try:
        with (
            beside.place(settings.owner_url, over=over) as new,
            _as_new_format(file, settings.backup_key) as copy,
        ):
            found = copy.check()
            load(copy, new.url)
            for name, data in copy.files():
                files.put(settings.instance / "files", name, data)
            finish(replace(settings, database_url=new.url, migrates_as=None), copy)
            kept = new.take_over(clock.now())
        if roles.are_two(settings):
            roles.separate(settings)
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
    from kangjiansheng.core.search import rebuild
    from kangjiansheng.core.transactions import writing

    with _brought_up(settings):
        problems = _problems()
        if problems:
            raise NotCopied(f"{copy.name}: {problems[0]}")
        if copy.level != schema.head():
            starting.load_reference()
        with writing():
            rebuild()


@contextmanager
def _brought_up(settings: Settings) -> Iterator[None]:
    """The application over a database that has just been loaded."""
    from kangjiansheng.app import create_app
    from kangjiansheng.core.db import db

    schema.upgrade(settings.database_url)
    with create_app(settings).app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _problems() -> list[str]:
    from kangjiansheng.core import verify
    from kangjiansheng.core.db import db

    return [*verify.records(db.session()), *files.problems(db.session(), files.folder())]


def drill(asked: Mapping[str, Any], report: Report) -> None:
    """Restore a kept copy into a database that is thrown away, verify it as `restore` does, and keep what was found."""
    from kangjiansheng.accounts.operations import copies as kept

    settings: Settings = current_app.config["SETTINGS"]
    found = kept.begin_drill(settings, asked["drill"])
    if found is None:
        return
    began = time.monotonic()
    with holding(report):
        try:
            facts = _tried(settings, found.file, found.number)
        except (NotCopied, OSError, SQLAlchemyError, sqlite3.Error) as problem:
            facts = {"problems": [str(getattr(problem, "orig", problem))]}
    kept.end_drill(found.number, facts | {"seconds": round(time.monotonic() - began)})


def _tried(settings: Settings, file: Path, number: int) -> dict[str, Any]:
    folder = settings.instance / f"drill-{number}"
    shutil.rmtree(folder, ignore_errors=True)  # of a worker that was killed
    folder.mkdir(mode=0o700)
    try:
        with (
            opened(file, settings.backup_key) as copy,
            beside.throw_away(settings.owner_url, folder, f"drill_{number}") as url,
        ):
            copy.check()
            load(copy, url)
            for name, data in copy.files():
                files.put(folder / "files", name, data)
            with _brought_up(replace(settings, database_url=url, migrates_as=None, instance=folder)):
                return _found(copy)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _found(copy: Copy) -> dict[str, Any]:
    """What a restored copy holds, counted in the database itself, and what is wrong with it."""
    from kangjiansheng.committee.models import Signature
    from kangjiansheng.core.audit import AuditEntry
    from kangjiansheng.core.db import db

    problems = _problems()
    last = select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    head = db.session.execute(last).first()
    if copy.manifest["head"] != ({"seq": head.seq, "hash": head.hash} if head else {"seq": 0, "hash": ""}):
        problems.append("the trail does not end where the manifest says")
    return {
        "level": copy.level,
        "rows": sum(part["rows"] for part in copy.manifest["tables"].values()),
        "entries": head.seq if head else 0,
        "signatures": db.session.scalar(select(func.count(Signature.id))) or 0,
        "files": copy.manifest["files"]["count"],
        "problems": problems[:20],
    }
