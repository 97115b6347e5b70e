"""Bringing an installation up: a copy first, which was read back, and nothing at all where none can be made."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kangjiansheng.copies import check
from kangjiansheng.core import schema

Run = Callable[..., "subprocess.CompletedProcess[str]"]
BEFORE = "0081"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the level before."""
    made = f"sqlite:///{tmp_path}/older.db"
    if request.param == "postgresql":
        made = str(request.getfixturevalue("new_postgres_database")())
    schema.upgrade(made, BEFORE)
    return made


def level(url: str) -> str | None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    return schema.level(engine)


@pytest.mark.long
def test_an_upgrade_makes_a_copy_first_or_changes_nothing(
    older: str, run_command: Run, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    where = {"KJS_DATABASE_URL": older, "KJS_BACKUP_FOLDER": str(copies)}
    copies.write_text("no folder")
    refused = run_command("db", "upgrade", **where)
    assert refused.returncode == 1 and "nothing was changed" in refused.stderr
    assert "--without-copy" in refused.stderr and refused.stderr.count("\n") == 1
    assert level(older) == BEFORE

    copies.unlink()
    done = run_command("db", "upgrade", **where)
    assert done.returncode == 0, done.stderr
    (made,) = copies.glob("*.kjs")
    assert str(made) in done.stdout and f"level {BEFORE}" in check(made)
    assert made.name.startswith(f"before-upgrade-{BEFORE}-{schema.head()}-") and level(older) == schema.head()
    assert (copies / f"{made.name}.head.json").exists()
    assert run_command("db", "upgrade", **where).returncode == 0
    assert list(copies.glob("*.kjs")) == [made], "at this level there is nothing to fear"


@pytest.mark.long
def test_where_no_folder_for_copies_is_named_it_lies_with_the_data_and_may_be_left_out(
    run_command: Run, tmp_path: Path
) -> None:
    for number, more in ((1, ()), (0, ("--without-copy",))):
        older = f"sqlite:///{tmp_path}/older{number}.db"
        schema.upgrade(older, BEFORE)
        instance = tmp_path / f"instance{number}"
        where = {"KJS_DATABASE_URL": older, "KJS_INSTANCE": str(instance)}
        assert run_command("db", "upgrade", *more, **where).returncode == 0
        assert len(list(instance.glob("before-upgrades/*.kjs"))) == number
        assert level(older) == schema.head()
