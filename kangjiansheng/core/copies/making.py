"""A copy as a file: written beside, read back, made durable, and only then under its name."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from kangjiansheng.core import files
from kangjiansheng.core.config import Settings
from kangjiansheng.core.copies import NotCopied, sealing, writing
from kangjiansheng.core.copies.reading import opened
from kangjiansheng.core.db import make_engine, reading


def make(settings: Settings, file: Path) -> dict[str, Any]:
    """Write a consistent copy to a new file and read it back; its manifest.

    Readers and writers go on meanwhile. A file that is there already is not overwritten. Half a copy never stands
    under the asked name.
    """
    if file.exists():
        raise NotCopied(f"{file} is there already; name a new file")
    if not file.absolute().parent.is_dir():
        raise NotCopied(f"{file.absolute().parent} is no folder")
    part = file.with_name(f"{file.name}.part")
    try:
        _write(settings, part)
        with opened(part, settings.backup_key, name=str(file)) as copy:
            copy.check()
            manifest = copy.manifest
        durable(part)
        part.replace(file)
        durable(file.absolute().parent)
    except (OSError, SQLAlchemyError, sqlite3.Error, files.Damaged) as problem:
        raise NotCopied(f"the copy could not be written: {getattr(problem, 'orig', problem)}") from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(settings: Settings, part: Path) -> None:
    _there(settings)
    engine = make_engine(settings.database_url)
    try:
        with (
            os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as raw,
            reading(engine) as one,
        ):
            to = sealing.Sealed(raw, settings.backup_key) if settings.backup_key else raw
            writing.write(one, settings.instance / "files", to)
            to.close()
    finally:
        engine.dispose()


def _there(settings: Settings) -> None:
    """SQLite would make a database where none is."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        raise NotCopied(f"{url.database or 'KJS_DATABASE_URL'} is not there: there is nothing to copy")


def durable(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
