"""Rows without a history of their own are what the trail took down of them: each column that was altered behind the
application's back, each row that was put in or taken away is named, and nothing else is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import delete, insert, inspect, select, update

from kangjiansheng import holding
from kangjiansheng.accounts.models import OneTimeLink
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import Recusal
from kangjiansheng.core import clock, installation, standing, stood, verify
from kangjiansheng.core.changes import Revision, record
from kangjiansheng.core.db import AppendOnly, Base, Instant, Versioned, db
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.installation import Installation
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.operations.proving import SAID
from tests.house.test_trail import made
from tests.support.critic import Critic
from tests.support.tampering import behind, tamper

OTHERWISE: dict[type, Any] = {
    bool: True,
    int: 987_654,
    float: 1.5,
    str: "x",
    bytes: b"x",
    date: date(2031, 1, 2),
}


def lines(app: Flask) -> list[str]:
    with app.app_context(), speaking("en"):
        return [verify._said(one) for kind in stood.differing(db.session()) for one in kind]


def altered(app: Flask, *statements: str) -> list[str]:
    behind(app, *statements)
    return lines(app)


def test_each_table_has_its_place(app: Flask) -> None:
    """A new table, or a new column that no state tells, is placed in kangjiansheng/holding.py."""
    kinds = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    assert holding.PLACES.keys() == Base.metadata.tables.keys() == kinds.keys()
    sealed = {name for name, place in holding.PLACES.items() if place == holding.SEALED}
    assert sealed == {name for name, kind in kinds.items() if issubclass(kind, AppendOnly)}
    left = {}
    with app.test_request_context(), db.session.no_autoflush:
        for name, place in holding.PLACES.items():
            columns = {column.name for column in Base.metadata.tables[name].columns} - {"id", "version"}
            if isinstance(place, holding.Columns):
                assert place.only | place.but <= columns and not place.only & place.but, name
                if not place.only:
                    continue
                told = (
                    place.only
                    | place.but
                    | (set(SAID) | {"confirmed_at"} if name == "milestone" else _state(kinds[name]))
                )
                left[name] = columns - told
            elif place == holding.REVISED:
                left[name] = columns - _state(kinds[name])
        db.session.rollback()
    assert len(left) > 40 and {name: columns for name, columns in left.items() if columns} == {}


def _state(kind: Any) -> set[str]:
    assert issubclass(kind, Versioned) and kind.is_as_revised
    return set(made(kind).state())


def test_names_of_kinds_fit_their_column() -> None:
    longest: int = Revision.__table__.c.thing.type.length  # type: ignore[attr-defined]
    assert all(len(standing.OF_ROW + name) <= longest for name in holding.columns())


@contextmanager
def past_everything(app: Flask) -> Iterator[Any]:
    """A connection that alters what it likes and is rolled back: no triggers, no keys, no checks."""
    with app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
        with db.engine.connect().execution_options(beside=True) as connection:
            raw = connection.connection.driver_connection
            if sqlite:
                raw.execute("PRAGMA foreign_keys=OFF")
                raw.execute("PRAGMA ignore_check_constraints=ON")
            connection.exec_driver_sql("SELECT 1")
            if sqlite:
                names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                for name in connection.exec_driver_sql(names).scalars().all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
            connection.rollback()


def other(value: Any, column: Any) -> Any:
    """Another value that the column can hold."""
    if value is None:
        of_type = (isinstance(column.type, Instant) and datetime) or column.type.python_type
        return clock.now() if of_type is datetime else OTHERWISE.get(of_type, {"x": 1})
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return ("y" if value[:1] == "x" else "x") + value[1:]
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, bytes):
        return value + b"x"
    return value + 987_654 if isinstance(value, int | float) else ["x"]


@pytest.mark.long
def test_each_column_that_is_held_is_named_when_it_is_altered(app: Flask) -> None:
    tried = set()
    with past_everything(app) as connection:
        session: Any = sa.orm.Session(connection)
        for kind in standing.kinds().values():
            table: Any = inspect(kind.mapped).local_table
            row = session.execute(select(table).order_by(table.c.id.desc()).limit(1)).mappings().first()
            for name in kind.columns.values() if row else ():
                wrong = other(row[name], table.c[name])
                alter = update(table).where(table.c.id == row["id"])
                try:
                    with connection.begin_nested():
                        connection.execute(alter.values({name: wrong}))
                except sa.exc.IntegrityError:  # a check, which PostgreSQL does not put aside
                    assert connection.dialect.name != "sqlite", (kind.name, name)
                    continue
                found = [(one.number, one.column) for one in stood._of_kind(session, kind, known=True)]
                assert found == [(row["id"], name)], (kind.name, name, wrong)
                connection.execute(alter.values({name: row[name]}))
                tried.add((kind.name, name))
    assert len(tried) > 230 and {"recusal", "signer", "comment", "account", "milestone", "file_ref"} <= {
        t for t, _n in tried
    }


@pytest.mark.long
def test_each_row_that_is_put_in_or_taken_away_is_named(app: Flask) -> None:
    with past_everything(app) as connection:
        session: Any = sa.orm.Session(connection)
        for kind in standing.kinds().values():
            table: Any = inspect(kind.mapped).local_table
            row = session.execute(select(table).order_by(table.c.id.desc()).limit(1)).mappings().first()
            if row is None:
                continue
            connection.execute(delete(table).where(table.c.id == row["id"]))
            assert [one.number for one in stood._gone(session, kind)] == [row["id"]]
            connection.execute(insert(table).values(**{**row, "id": 987_654}))
            found = list(stood._of_kind(session, kind, known=True))
            assert [(one.number, one.put_in) for one in found] == [(987_654, True)]
            connection.execute(update(table).where(table.c.id == 987_654).values(id=row["id"]))
            assert not list(stood._gone(session, kind))


def test_a_line_says_which_row_and_field_what_was_recorded_and_what_stands(app: Flask) -> None:
    found = altered(
        app,
        "UPDATE recusal SET kind = 'stays' WHERE id = 1",
        "UPDATE comment SET text = 'x' WHERE id = 1",
        "UPDATE account SET disabled_at = '2026-11-20 00:00:00' WHERE id = 2",
        "UPDATE account SET password_hash = 'known' WHERE id = 3",
        "UPDATE joint_lab SET illustrative = NOT illustrative WHERE id = 1",
        "DELETE FROM signer WHERE id = (SELECT max(id) FROM signer)",
    )
    assert any(
        "(recusal id 1): " in line and "was last recorded as “" in line and "“stays”" in line
        for line in found
    )
    assert any("comment id 1): " in line and "the hash alone" in line for line in found)
    assert any("account id 2): " in line and "disabled_at" in line and "2026-11-20" in line for line in found)
    assert any("account id 3): " in line and "known" not in line and "argon" not in line for line in found)
    assert any("joint_lab id 1): " in line and "illustrative" in line for line in found)
    assert any("(signer id" in line and "is gone" in line for line in found)
    assert len(found) == 6


def test_an_auditor_reads_it_in_her_language(app: Flask, client: Callable[..., Critic]) -> None:
    assert altered(app, "UPDATE milestone SET name_hans = '改过的名称' WHERE id = 1")
    page = client("auditor").get("/audit/verify")
    assert "milestone id 1" in page.text and "最后一次的记录是" in page.text and "改过的名称" in page.text


def test_what_is_rolled_back_alone_is_not_taken_down(app: Flask) -> None:
    with app.app_context(), writing():
        lab = db.session.get_one(JointLab, 1)
        before = lab.state()
        with pytest.raises(ZeroDivisionError), db.session.begin_nested():
            db.session.get_one(Milestone, 1).name_hans = "never"
            db.session.flush()
            raise ZeroDivisionError
        lab.mission, lab.illustrative = "kept", not lab.illustrative
        record("labs:lab:edit", lab, actor=system_actor(), before=before)
    assert lines(app) == []


def test_what_writes_past_the_session_says_what_it_changes(app: Flask) -> None:
    with app.app_context(), writing():
        for refused in (update(FileRef).values(level="open"), delete(OneTimeLink)):
            with pytest.raises(RuntimeError, match="past the session"):
                db.session.execute(refused, execution_options={"changes_no_text": True})
        lab = db.session.get_one(JointLab, 1)
        quiet = {"changes_no_text": True}
        row = db.session.execute(select(Recusal.__table__)).mappings().one()
        db.session.execute(insert(Recusal.__table__).values(**{**row, "id": 7, "person_id": 2}))
        moved = update(FileRef).where(FileRef.id == 1).values(level="x")
        db.session.execute(moved, execution_options=quiet | standing.TOLD)
        standing.told(FileRef, [1], {"level": "x"})
        db.session.execute(
            update(Milestone.__table__).values(version=Milestone.version + 1), execution_options=quiet
        )
        record("labs:lab:edit", lab, actor=system_actor(), before={"site": "x"})
    assert lines(app) == []


def test_rows_that_were_written_without_an_act_are_named(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context(), writing():
        db.session.get_one(JointLab, 1).illustrative = False
    assert "without an entry" in caplog.text
    assert len(lines(app)) == 1


def older(app: Flask) -> None:
    """Make the installation one that was filled by a release which took nothing down, and start this one over it."""
    altered_all = "DELETE FROM revision WHERE thing LIKE 'row:%%'"
    with app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
        db.session.remove()
        db.engine.dispose()
        standing._engines.clear()
        engine = sa.create_engine(url)
        tamper(url)
        with engine.begin() as connection:
            if engine.dialect.name != "sqlite":
                connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql(altered_all)
        engine.dispose()
        with writing():
            row = Installation(id=1, program="0.1", level="0001", settings={}, since=clock.now())
            db.session.add(row)
            record("core:installation:change", row, actor=system_actor(), before={})


@pytest.mark.long
def test_an_older_installation_is_taken_down_once_when_no_older_process_is_left(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    older(app)
    monkeypatch.setattr(stood, "AT_ONCE", 700)
    assert altered(app, "UPDATE recusal SET reason = 'before' WHERE id = 1") == []
    with app.app_context():
        _edit("while nodes are replaced")
        assert _taken() == 0  # nothing of this release was started over it
        with writing():
            installation.note_start(app.config["SETTINGS"], actor=system_actor())
        _edit("an older one may still be there")
        assert _taken() == 0 and not db.session.scalar(select(Revision.id).where(standing.of_rows()))
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)), app.app_context():
        _edit("taken down")
        assert db.session.scalar(select(Revision.id).where(standing.of_rows()))
        taken = [_taken() for _round in range(4)]
        assert taken[0] == 700 and 0 < taken[1] <= 700 and taken[-1] == 0
        assert [one for kind in stood.differing(db.session()) for one in kind] == []
    found = altered(
        app,
        "UPDATE recusal SET reason = 'after' WHERE id = 1",
        "DELETE FROM signer WHERE id = 1",
        "UPDATE signer SET id = 1 WHERE id = 2",
    )
    for row, said in (("recusal id 1", "“after”"), ("signer id 1", "person_id"), ("signer id 2", "is gone")):
        assert any(f"({row}): " in line and said in line for line in found), (row, found)


def _taken() -> int:
    with writing():
        return stood.take_down(actor=system_actor())


def _edit(site: str) -> None:
    with writing():
        lab = db.session.get_one(JointLab, 1)
        before = lab.state()
        lab.site, lab.illustrative = site, not lab.illustrative
        record("labs:lab:edit", lab, actor=system_actor(), before=before)
