"""Backup and restore: whole, checked, the same on both engines, and never over something that is there."""

import hashlib
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from kangjiansheng.committee.documents.checking import checked
from kangjiansheng.copies import NotCopied, backup, check, restore
from kangjiansheng.core import files, roles, schema, search
from kangjiansheng.core.config import BadSetting, Settings
from kangjiansheng.core.copies import writing
from kangjiansheng.core.copies.reading import opened
from kangjiansheng.core.db import db, make_engine
from kangjiansheng.core.digests import sha256
from tests.support import papers
from tests.support.app import PASSWORD, Databases, make, settings_for
from tests.support.critic import Critic

Run = Callable[..., "subprocess.CompletedProcess[str]"]
KEY = "four parties at one table"


@pytest.fixture
def settings(databases: Databases, tmp_path: Path) -> Settings:
    """A demonstration on the engine of this run, with its stored files."""
    url = databases.fresh("demo")
    databases.files_into("demo", tmp_path)
    return settings_for(tmp_path, url)


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    """A copy of it."""
    made = tmp_path / "copy.kjs"
    assert str(made) in backup(settings, made)
    return made


def run(settings: Settings, statement: str) -> list[tuple[object, ...]]:
    """One statement, past the application."""
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        answer = connection.exec_driver_sql(statement)
        return [tuple(row) for row in answer] if answer.returns_rows else []


def digest(file: Path) -> str:
    """By which one copy is as good as another."""
    with opened(file) as copy:
        return str(copy.manifest["digest"])


def head(settings: Settings) -> list[tuple[object, ...]]:
    """The last entry of the trail."""
    return run(settings, "SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1")


def bytes_of(settings: Settings) -> dict[str, bytes]:
    """The stored files that rows name, read from the folder of the installation."""
    names = [str(name) for (name,) in run(settings, "SELECT sha256 FROM file_blob")]
    return {name: files.read(settings.instance / "files", name) for name in names}


def look_in(settings: Settings) -> bytes:
    """Sign in, which writes rows, and take signed minutes along: text, signatures and trail."""
    app = make(settings)
    visitor = Critic(app)
    answer = visitor.post("/sign-in", data={"email": "member@kjs.example", "password": PASSWORD})
    assert answer.status_code == 303
    data = visitor.get("/meetings/SAC-2026-03/minutes.json").data
    assert visitor.get("/search?q=CAR").status_code == 200
    with app.app_context():
        assert search.differences() == []
        db.session.remove()
        db.engine.dispose()
    return data


@pytest.mark.long
@pytest.mark.postgres
def test_restore_onto_the_other_engine_and_back(
    settings: Settings, file: Path, tmp_path: Path, new_postgres_database: Callable[[], str]
) -> None:
    """SQLite → PostgreSQL → SQLite: the same digest, head, signatures and files; the keys go on; who writes is held
    by the same triggers, and on PostgreSQL by the rights of a role that does not own the tables."""
    owner = new_postgres_database()
    app = sa.make_url(owner).set(username="kjs_app").render_as_string()
    other = settings_for(tmp_path / "other", app, KJS_OWNER_URL=owner)
    restore(other, file)
    backup(other, tmp_path / "other.kjs")
    back = settings_for(tmp_path / "back", f"sqlite:///{tmp_path}/back.db")
    restore(back, tmp_path / "other.kjs")
    backup(back, tmp_path / "back.kjs")
    assert digest(file) == digest(tmp_path / "other.kjs") == digest(tmp_path / "back.kjs")
    assert head(settings) == head(other) == head(back)
    assert bytes_of(settings) == bytes_of(other) == bytes_of(back) != {}
    taken = [look_in(place) for place in (settings, other, back)]
    assert all(checked(data).is_whole for data in taken)
    assert len({sha256(orjson.loads(data)["draft"]) for data in taken}) == 1
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        run(back, "UPDATE audit_entry SET act = 'x' WHERE seq = 1")
    for refused in (
        "UPDATE audit_entry SET act = 'x' WHERE seq = 1",
        "DELETE FROM milestone_entry WHERE id = 1",
        "UPDATE signature SET note = 'x'",
        "UPDATE change_set SET note = 'x'",
        "TRUNCATE person CASCADE",
        "DROP TRIGGER audit_entry_append_only ON audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "CREATE TABLE another (id integer)",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|must be owner"):
            run(other, refused)
    with pytest.raises(roles.NoRoles, match="is above all rights"):
        roles.separate(replace(other, database_url=owner, migrates_as=f"{owner}&application_name=x"))
    with pytest.raises(NotCopied, match="is not empty"):
        restore(other, file)


@pytest.mark.long
def test_what_is_there_is_kept_and_a_copy_of_the_first_format_is_still_read(
    tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = settings_for(tmp_path, databases.fresh("reference"))
    first = tmp_path / "first.db"
    blob = store(live, papers.pdf("travels"))
    if databases.server:
        backup(live, first)
    else:
        in_first_format(live, first)
    before = head(live)
    run(
        live,
        "INSERT INTO throttle (key, failures, since) VALUES ('later', 1, '2026-11-23 00:00:00.000000')",
    )
    shutil.rmtree(live.instance / "files")
    replace_file = Path.replace

    def replaced(source: Path, target: Path) -> Path:
        assert source.suffix != ".new" or target.exists(), (
            "killed here, a server would begin an empty database"
        )
        return replace_file(source, target)

    monkeypatch.setattr(Path, "replace", replaced)
    said = restore(live, first, over=True)
    assert head(live) == before and blob in bytes_of(live)
    assert run(live, "SELECT count(*) FROM throttle") == [(0,)]
    kept = re.search(r"the old one is kept as (?:the schema )?(\S+)", said)
    assert kept is not None
    if databases.server:
        assert run(live, f"SELECT count(*) FROM {kept[1]}.throttle") == [(1,)]
    else:
        with closing(sqlite3.connect(kept[1])) as old:
            assert old.execute("SELECT count(*) FROM throttle").fetchone() == (1,)
    assert not list(tmp_path.glob("*.new*")) and not list(tmp_path.glob("*.part"))


def store(settings: Settings, data: bytes) -> str:
    """A stored file as a row and its bytes; the digest."""
    name = hashlib.sha256(data).hexdigest()
    files.put(settings.instance / "files", name, data)
    run(
        settings,
        f"INSERT INTO file_blob (sha256, size, media_type) VALUES ('{name}', {len(data)}, 'application/pdf')",
    )
    return name


def in_first_format(settings: Settings, file: Path) -> None:
    """A copy as they were made before: the database with the stored files inside."""
    with (
        closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as live,
        closing(sqlite3.connect(file)) as copy,
    ):
        live.backup(copy)
        copy.execute("CREATE TABLE packed_file (sha256 TEXT PRIMARY KEY, bytes BLOB NOT NULL)")
        copy.executemany("INSERT INTO packed_file VALUES (?, ?)", bytes_of(settings).items())
        copy.commit()


def altered(file: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """The copy with other parts, as somebody with a tool for archives makes it."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def _another_role(parts: dict[str, bytes]) -> None:
    parts["tables/system_role.jsonl"] = parts["tables/system_role.jsonl"].replace(b'"admin"', b'"audit"', 1)


def _cut_tail(parts: dict[str, bytes]) -> None:
    """Somebody takes the last entry of the trail away and makes the manifest fit."""
    name = "tables/audit_entry.jsonl"
    lines = parts[name].splitlines(keepends=True)[:-1]
    parts[name] = b"".join(lines)
    manifest = orjson.loads(parts["manifest.json"])
    manifest["tables"]["audit_entry"] = {
        "rows": len(lines),
        "sha256": hashlib.sha256(parts[name]).hexdigest(),
    }
    manifest["digest"] = writing.digest(manifest)
    parts["manifest.json"] = orjson.dumps(manifest)


def _other_bytes(parts: dict[str, bytes]) -> None:
    name = next(name for name in parts if name.startswith("files/"))
    parts[name] += b" "


@pytest.mark.long
def test_a_copy_that_was_changed_is_refused_by_the_name_of_its_part(
    file: Path, settings: Settings, tmp_path: Path
) -> None:
    whole, live = file.read_bytes(), head(settings)
    for change, named in (
        (_another_role, "tables/system_role.jsonl is not what"),
        (_cut_tail, "audit trail does not end where"),
        (_other_bytes, r"files/[0-9a-f]{64} was changed"),
        (lambda parts: parts.pop("tables/person.jsonl"), "tables/person.jsonl is missing"),
        (lambda parts: parts.update({"manifest.json": b"{}"}), "manifest.json"),
        (lambda parts: parts.update({"manifest.json": _newer(parts)}), "level 9999.* does not know"),
    ):
        file.write_bytes(whole)
        altered(file, change)
        with pytest.raises(NotCopied, match=named):
            restore(settings, file, over=True)
    for damaged in (
        b"",
        b"no copy at all" * 400,
        whole[: len(whole) // 2],
        b"SQLite format 3\0" + bytes(5000),
    ):
        file.write_bytes(damaged)
        with pytest.raises(NotCopied):
            restore(settings, file, over=True)
    at = len(whole) // 3
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(NotCopied, match=r"(tables|files)/"):
        check(file)
    assert head(settings) == live and not list(tmp_path.glob("*.new*"))


def _newer(parts: dict[str, bytes]) -> bytes:
    return orjson.dumps(orjson.loads(parts["manifest.json"]) | {"level": "9999"})


@pytest.mark.long
def test_an_encrypted_copy_opens_with_its_key_alone(settings: Settings, tmp_path: Path) -> None:
    keyfile, file = tmp_path / "key", tmp_path / "sealed.kjs"
    keyfile.write_text(KEY + "\n")
    sealed = settings_for(tmp_path, settings.database_url, KJS_BACKUP_KEY_FILE=str(keyfile))
    backup(sealed, file)
    data = file.read_bytes()
    assert b"PK" not in data[:100] and b"audit_entry" not in data and "whole" in check(file, KEY)
    for key, named in ((None, "is encrypted"), (KEY + "s", "another key")):
        with pytest.raises(NotCopied, match=named):
            check(file, key)
    for damaged in (data[:-1], data[:30], data[:200] + b"?" + data[201:], data + b"x"):
        file.write_bytes(damaged)
        with pytest.raises(NotCopied, match=r"changed|cut"):
            check(file, KEY)
    for wrong in ({"KJS_BACKUP_KEY": "short"}, {"KJS_BACKUP_KEY_FILE": str(tmp_path / "none")}):
        with pytest.raises(BadSetting, match="KJS_BACKUP_KEY"):
            settings_for(tmp_path, settings.database_url, **wrong)


@pytest.mark.long
def test_data_in_use_are_not_replaced(settings: Settings, file: Path) -> None:
    engine = make_engine(settings.database_url)
    with engine.connect() as user:
        user.exec_driver_sql("SELECT count(*) FROM person").fetchone()
        with pytest.raises(NotCopied, match="in use"):
            restore(settings, file, over=True)
    engine.dispose()


@pytest.mark.long
def test_backup_during_writes(settings: Settings, tmp_path: Path) -> None:
    """What is half written is not in the copy, and the writer does not wait for it. What is there already is not
    overwritten."""
    engine = make_engine(settings.database_url)
    with engine.connect() as writer:
        writer.exec_driver_sql("UPDATE person SET title = 'half written'")
        backup(settings, tmp_path / "copy.kjs")
        writer.rollback()
    engine.dispose()
    with opened(tmp_path / "copy.kjs") as copy:
        assert "half written" not in {row["title"] for row in copy.rows("person")}
    assert (tmp_path / "copy.kjs").stat().st_mode & 0o077 == 0
    with pytest.raises(NotCopied, match="is there already"):
        backup(settings, tmp_path / "copy.kjs")
    files.place(settings.instance / "files", next(iter(bytes_of(settings)))).unlink()
    with pytest.raises(NotCopied, match="the bytes are not there"):
        backup(settings, tmp_path / "other.kjs")
    assert not list(tmp_path.glob("other.kjs*"))


@pytest.mark.long
def test_the_commands_say_it_in_one_line(run_command: Run, tmp_path: Path) -> None:
    made = run_command("backup", str(tmp_path / "copy.kjs"))
    assert made.returncode == 0 and made.stdout.count("\n") == 1
    again = run_command("backup", str(tmp_path / "copy.kjs"))
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (
        1,
        "",
        1,
    ) and "already" in again.stderr


def test_two_roles_want_two_addresses_of_one_database(tmp_path: Path) -> None:
    url = "postgresql+psycopg://app@localhost/one"
    for addresses in (
        {},
        {"KJS_OWNER_URL": url},
        {"KJS_OWNER_URL": "postgresql+psycopg://owner@localhost/another"},
    ):
        with pytest.raises(roles.NoRoles, match="KJS_OWNER_URL"):
            roles.separate(settings_for(tmp_path, url, **addresses))
    with pytest.raises(BadSetting, match="KJS_OWNER_URL"):
        settings_for(tmp_path, url, KJS_OWNER_URL=f"sqlite:///{tmp_path}/x.db")


@pytest.mark.soak
def test_a_copy_of_an_older_level_is_brought_up(tmp_path: Path) -> None:
    older = settings_for(tmp_path, f"sqlite:///{tmp_path}/older.db")
    schema.upgrade(older.database_url, "0050")
    backup(older, tmp_path / "older.kjs")
    today = settings_for(tmp_path / "today", f"sqlite:///{tmp_path}/today.db")
    assert "level 0050" in restore(today, tmp_path / "older.kjs")
    assert run(today, "SELECT version_num FROM alembic_version") == [(schema.head(),)]
    assert run(today, "SELECT count(*) FROM institution") != [(0,)]
