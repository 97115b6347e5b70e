"""Copies of the first format: an SQLite database in which the stored files lie in a table `packed_file`. They are no
longer made; they are read by turning them into the format of today."""

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kangjiansheng.core import files, schema
from kangjiansheng.core.copies import NotCopied, writing
from kangjiansheng.core.copies.reading import opened
from kangjiansheng.core.db import make_engine, reading

_MAGIC = b"SQLite format 3\0"


def is_one(file: Path) -> bool:
    """Whether a file is an SQLite database."""
    with open(file, "rb") as raw:
        return raw.read(len(_MAGIC)) == _MAGIC


def check(file: Path) -> str:
    """Whether such a copy is whole; what it holds."""
    with converted(file) as newer, opened(newer, name=str(file)) as copy:
        return copy.check()


@contextmanager
def converted(file: Path) -> Iterator[Path]:
    """The same as a copy in the format of today, in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database, newer = folder / "copy.db", folder / "copy.kjs"
        shutil.copyfile(file, database)
        _check(database, file)
        _unpack(database, folder / "files", file)
        engine = make_engine(f"sqlite:///{database}")
        try:
            if schema.level(engine) is None:
                raise NotCopied(f"{file} is no copy of this program")
            with reading(engine) as connection, open(newer, "wb") as to:
                writing.write(connection, folder / "files", to)
        except files.Damaged as problem:
            raise NotCopied(f"{file}: {problem}") from None
        finally:
            engine.dispose()
        database.unlink()
        yield newer


def _check(database: Path, file: Path) -> None:
    with closing(sqlite3.connect(database)) as copy:
        try:
            answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
            broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as problem:
            raise NotCopied(f"{file} is no whole database: {problem}") from None
    if answer != "ok" or broken:
        raise NotCopied(f"{file} is no whole database: {answer} {broken or ''}".rstrip())


def _unpack(database: Path, root: Path, file: Path) -> None:
    with closing(sqlite3.connect(database)) as copy:
        known = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "packed_file" not in known:
            return
        for digest, data in copy.execute("SELECT sha256, bytes FROM packed_file"):
            if hashlib.sha256(data).hexdigest() != digest:
                raise NotCopied(f"{file}: the bytes of the stored file {digest} are missing or changed")
            files.put(root, digest, data)
        copy.execute("DROP TABLE packed_file")
        copy.commit()
