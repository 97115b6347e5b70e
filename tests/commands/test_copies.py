"""Backup and restore of the embedded database: whole, checked, and never over something that is there."""

import hashlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kangjiansheng.copies import NotCopied, backup, check, restore
from kangjiansheng.core import files, schema
from kangjiansheng.core.config import Settings
from tests.support import papers
from tests.support.app import Databases, settings_for

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def settings(databases: Databases, tmp_path: Path) -> Settings:
    if databases.server:
        url = f"sqlite:///{tmp_path}/own.db"
        schema.upgrade(url)
        return settings_for(tmp_path, url)
    return settings_for(tmp_path, databases.fresh("reference"))


def database(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def people(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM person").fetchone()[0])


def add_person(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "INSERT INTO person (code, name_hans, name_hant, name_en, title, locale, illustrative, version) "
            "VALUES ('LATER', 'x', '', '', '', 'en', 0, 1)"
        )


def test_a_copy_is_whole_and_one_file(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    said = backup(settings, file)
    assert str(file) in said and schema.head() in said and "whole" in said
    assert people(file) == people(database(settings))
    assert [p.name for p in tmp_path.glob("copy.db*")] == ["copy.db"]
    assert file.stat().st_mode & 0o077 == 0


def test_a_copy_is_taken_while_others_write(settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database(settings))) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE person SET title = 'half written'")
        backup(settings, tmp_path / "copy.db")
        writer.rollback()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM person WHERE title = 'half written'").fetchone() == (0,)


def test_nothing_is_overwritten(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(NotCopied, match="is there already"):
        backup(settings, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_restoring_brings_back_what_was_and_keeps_what_is(settings: Settings, tmp_path: Path) -> None:
    file, live = tmp_path / "copy.db", database(settings)
    before = people(live)
    backup(settings, file)
    add_person(live)
    said = restore(settings, file)
    assert people(live) == before
    kept = list(live.parent.glob(f"{live.name}.before-*"))
    assert len(kept) == 1 and people(kept[0]) == before + 1
    assert str(kept[0]) in said


def test_into_an_empty_place_it_restores_as_well(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "copy.db")
    before = people(database(settings))
    database(settings).unlink()
    restore(settings, tmp_path / "copy.db")
    assert people(database(settings)) == before


def test_a_database_in_use_is_not_replaced(settings: Settings, tmp_path: Path) -> None:
    live = database(settings)
    backup(settings, tmp_path / "copy.db")
    add_person(live)
    now = people(live)
    with closing(sqlite3.connect(live)) as user:
        user.execute("PRAGMA journal_mode=WAL")
        user.execute("BEGIN")
        user.execute("SELECT count(*) FROM person").fetchone()
        with pytest.raises(NotCopied, match="in use"):
            restore(settings, tmp_path / "copy.db")
    assert people(live) == now


@pytest.mark.parametrize("damage", ["text", "cut", "empty", "other", "tampered"])
def test_what_is_not_whole_is_not_put_in_place(settings: Settings, tmp_path: Path, damage: str) -> None:
    file, live = tmp_path / "copy.db", database(settings)
    backup(settings, file)
    now = people(live)
    if damage == "text":
        file.write_text("this is no database at all, but long enough to be looked at" * 40)
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[: 4096 * 5 + 100])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "other":
        file.unlink()
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("CREATE TABLE something (id integer)")
    else:
        with closing(sqlite3.connect(file)) as copy, copy:
            copy.execute("DROP TRIGGER audit_entry_no_update")
            copy.execute("UPDATE audit_entry SET actor_label = 'x' WHERE seq = 1")
    if damage == "tampered" and not _has_entries(file):
        return
    with pytest.raises(NotCopied):
        restore(settings, file)
    assert people(live) == now
    assert not list(live.parent.glob(f"{live.name}.before-*")) and not list(live.parent.glob("*.new*"))


def _has_entries(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as copy:
        return bool(copy.execute("SELECT count(*) FROM audit_entry").fetchone()[0])


def test_a_copy_says_what_it_holds(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "copy.db")
    assert "audit entries" in check(tmp_path / "copy.db")


def test_where_the_data_lies_in_postgresql_its_own_tools_are_named(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "postgresql+psycopg://localhost/x")
    for act in (backup, restore):
        with pytest.raises(NotCopied, match="pg_dump"):
            act(settings, tmp_path / "copy.db")


def test_the_commands_say_it_in_one_line(run_command: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/live.db"
    assert run_command("db", "upgrade", KJS_DATABASE_URL=url).returncode == 0
    made = run_command("backup", str(tmp_path / "copy.db"), KJS_DATABASE_URL=url)
    assert made.returncode == 0 and made.stdout.count("\n") == 1
    again = run_command("backup", str(tmp_path / "copy.db"), KJS_DATABASE_URL=url)
    assert (again.returncode, again.stdout) == (1, "") and "already" in again.stderr
    back = run_command("restore", str(tmp_path / "copy.db"), KJS_DATABASE_URL=url)
    assert back.returncode == 0 and "kept as" in back.stdout
    assert run_command("restore", str(tmp_path / "nothing.db"), KJS_DATABASE_URL=url).returncode == 2


def store(settings: Settings, data: bytes) -> str:
    """A stored file as a row and its bytes; the digest."""
    digest = hashlib.sha256(data).hexdigest()
    files.put(settings.instance / "files", digest, data)
    with closing(sqlite3.connect(database(settings))) as connection, connection:
        connection.execute(
            "INSERT INTO file_blob (sha256, size, media_type) VALUES (?, ?, 'application/pdf')",
            (digest, len(data)),
        )
    return digest


def test_the_stored_files_travel_inside_the_copy(settings: Settings, tmp_path: Path) -> None:
    data = papers.pdf("travels")
    digest = store(settings, data)
    backup(settings, tmp_path / "copy.db")
    shutil.rmtree(settings.instance / "files")
    restore(settings, tmp_path / "copy.db")
    assert files.read(settings.instance / "files", digest) == data
    with closing(sqlite3.connect(database(settings))) as live:
        tables = {name for (name,) in live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "file_blob" in tables and "packed_file" not in tables


def test_a_copy_whose_files_are_damaged_is_not_put_in_place(settings: Settings, tmp_path: Path) -> None:
    digest = store(settings, papers.pdf("x"))
    backup(settings, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy, copy:
        copy.execute("UPDATE packed_file SET bytes = x'00'")
    with pytest.raises(NotCopied, match=f"{digest} are missing or changed"):
        restore(settings, tmp_path / "copy.db")
    files.place(settings.instance / "files", digest).unlink()
    with pytest.raises(NotCopied, match="the bytes are not there"):
        backup(settings, tmp_path / "other.db")
    assert not list(tmp_path.glob("other.db*"))
