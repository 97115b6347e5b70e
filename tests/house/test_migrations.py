"""Migrations: one head, the models' schema exactly, up and down again, triggers on all append-only tables."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kangjiansheng import app as _every_floor  # noqa: F401
from kangjiansheng.core import schema
from kangjiansheng.core.audit import AuditEntry, covered
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import Base, make_engine
from kangjiansheng.core.traces import AccessTrace

APPEND_ONLY = {AuditEntry.__tablename__, ChangeSet.__tablename__, AccessTrace.__tablename__}

# Keys without an index of their own. People, change sets, laboratories, templates and registries are never removed.
WHO_DID_IT = {  # nobody asks for what somebody wrote or decided: it is read with the thing
    "asked_by", "author_id", "drafter_id", "presenter_id", "proposed_by_id", "opened_by_id", "entered_by_id", "judged_by_id",
    "decided_by_id", "answered_by_id", "resolved_by_id", "withdrawn_by_id", "confirmed_by_id",
}  # fmt: skip
WITHOUT_INDEX = {
    "milestone_entry.owner_id", "milestone_entry.undoes_id",  # the ledger is written more than it is asked for these
    "change_set.undoes_id",  # as is the first row of every act
    "import_batch.task_id", "import_batch.change_set_id", "import_batch.undo_change_set_id",  # as many as files
    "minutes_import.change_set_id", "ballot.deputy_id", "committee.lab_id", "plan.template_version_id",
    "project_entry.lead_lab_id", "registry_record.source_id",  # few rows, or told of what is read anyway
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/migrated.db"
    make: Callable[[], str] = request.getfixturevalue("new_postgres_database")
    return make()


def tables(url: str) -> dict[str, list[str]]:
    engine = make_engine(url)
    try:
        look = sa.inspect(engine)
        return {t: sorted(c["name"] for c in look.get_columns(t)) for t in look.get_table_names()}
    finally:
        engine.dispose()


def test_there_is_one_head_and_the_file_names_it() -> None:
    script = ScriptDirectory(str(schema.MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert (schema.MIGRATIONS / "head").read_text("utf-8").strip() == script.get_heads()[0]
    for revision in script.walk_revisions():
        assert Path(revision.path).name.startswith(f"{revision.revision[:4]}")


def test_the_models_are_what_the_migrations_make(url: str) -> None:
    schema.upgrade(url)
    engine = make_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": schema.is_ours}
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
    made = {name for name in tables(url) if schema.is_ours(name, "table")}
    assert made - {"alembic_version"} == set(Base.metadata.tables)


def test_an_index_leads_with_each_key_that_is_joined() -> None:
    without = set()
    for table in Base.metadata.tables.values():
        lists = [index.columns for index in table.indexes]
        lists += [key.columns for key in table.constraints if isinstance(key, sa.UniqueConstraint)]
        leading = {next(iter(columns)).name for columns in (*lists, table.primary_key.columns)}
        keys = {column.name for column in table.columns if column.foreign_keys}
        without |= {f"{table.name}.{key}" for key in keys - leading - WHO_DID_IT}
    assert without == WITHOUT_INDEX


@pytest.mark.long
def test_up_down_and_up_again_comes_to_the_same(url: str) -> None:
    schema.upgrade(url)
    first = tables(url)
    schema.downgrade(url, "base")
    assert set(tables(url)) <= {"alembic_version"}
    schema.upgrade(url)
    assert tables(url) == first
    engine = make_engine(url)
    assert schema.level(engine) == schema.head()
    engine.dispose()


@pytest.mark.parametrize("newest", [8, pytest.param(None, marks=pytest.mark.soak, id="all")])
def test_every_step_alone_goes_down_and_up(url: str, newest: int | None) -> None:
    schema.upgrade(url)
    for revision in islice(ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions(), newest):
        schema.downgrade(url, revision.down_revision or "base")  # type: ignore[arg-type]
        schema.upgrade(url, revision.revision)


@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_append_only_tables_refuse_at_the_database(url: str, act: str) -> None:
    """Each of them, rows or no rows: the trigger is looked for in the schema, and tried where a row is."""
    schema.upgrade(url)
    wanted = APPEND_ONLY | {kind.__tablename__ for kind in covered()}
    engine = make_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql("SELECT tbl_name, name FROM sqlite_master WHERE type='trigger'")
            verb = act.split()[0].lower()
            held = {table for table, trigger in rows if trigger.endswith(f"_no_{verb}")}
        else:
            rows = connection.exec_driver_sql(
                "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
            )
            held = {table for table, manipulation in rows if manipulation == act.split()[0]}
        assert wanted <= held
        connection.rollback()
        now = "2026-01-01 00:00:00"
        with connection.begin():
            connection.exec_driver_sql(
                "INSERT INTO change_set (id, source, actor_id, label, note, recorded_at) "
                f"VALUES (1, 'page', 1, '', '', '{now}')"
            )
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), connection.begin():
            connection.exec_driver_sql(act.format("change_set"))
    engine.dispose()


def test_sqlite_refuses_to_replace_rows_of_append_only_tables(tmp_path: Path) -> None:
    """INSERT OR REPLACE deletes without the trigger on DELETE: a trigger on INSERT looks at every unique key."""
    url = f"sqlite:///{tmp_path}/replaced.db"
    schema.upgrade(url)
    engine = make_engine(url)
    wanted = APPEND_ONLY | {kind.__tablename__ for kind in covered()}
    row = "INTO change_set (id, source, actor_id, label, note, idempotency_key, recorded_at) VALUES"
    with engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'")
        assert {f"{table}_no_replace" for table in wanted} <= {name for (name,) in names}
        connection.rollback()
        with connection.begin():
            connection.exec_driver_sql(f"INSERT {row} (1, 'page', 1, '', '', 'once', '2026-01-01')")
        for other in (
            "(1, 'page', 2, '', '', 'twice', '2026-01-01')",
            "(2, 'page', 2, '', '', 'once', '2026-01-01')",
        ):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), connection.begin():
                connection.exec_driver_sql(f"INSERT OR REPLACE {row} {other}")
        assert connection.exec_driver_sql("SELECT actor_id FROM change_set").all() == [(1,)]
    engine.dispose()
