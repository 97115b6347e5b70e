"""The audit trail: every act in one chain, and every change of it found and named."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.core import audit, clock, verify
from kangjiansheng.core.audit import GENESIS, AuditEntry, covered, entry_hash
from kangjiansheng.core.changes import ChangeSet, Revision, begin, record
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.transactions import writing
from tests.support.tampering import drop_triggers


def broken() -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return list(verify.problems(db.session()))


@contextmanager
def without_triggers() -> Iterator[Callable[..., None]]:
    """What somebody with the database's password can do: drop the triggers and change what is there."""
    db.session.rollback()
    with db.engine.begin() as connection:
        drop_triggers(connection)

        def run(statement: str, **values: object) -> None:
            assert connection.execute(text(statement), values).rowcount == 1, statement

        yield run
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")


@pytest.fixture
def trail(empty_app: Flask) -> Iterator[Flask]:
    """A trail of a few acts: people, accounts, roles."""
    with empty_app.app_context():
        for number in range(4):
            with writing():
                actor = queries.system_actor()
                person = operations.create_person(
                    actor=actor,
                    code=f"T-{number}",
                    name_hans=f"席位 {number}",
                    email=f"t{number}@kjs.example",
                )
                operations.grant_role(person, "auditor", actor=actor)
        assert broken() == []
        yield empty_app


def latest(offset: int = 0) -> AuditEntry:
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).offset(offset)).first()  # type: ignore[return-value]


def test_the_chain_has_no_gap_and_begins_at_nothing(trail: Flask) -> None:
    entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    assert [e.prev_hash for e in entries] == [GENESIS, *(e.hash for e in entries[:-1])]
    assert all(entry_hash(e) == e.hash for e in entries)


def test_one_act_is_one_entry_with_before_and_after(trail: Flask) -> None:
    with writing():
        person = db.session.scalars(select(Person).where(Person.code == "T-1")).one()
        operations.edit_person(person, actor=queries.system_actor(), version=None, title="秘书")
    entry = latest()
    assert (entry.act, entry.thing, entry.thing_id) == ("accounts:person:edit", "person", person.id)
    assert (entry.before, entry.after) == ({"title": ""}, {"title": "秘书"})


def test_an_act_outside_the_catalogue_is_refused(trail: Flask) -> None:
    with pytest.raises(LookupError, match="accounts:person:vanish"), writing():
        person = db.session.scalars(select(Person)).first()
        record("accounts:person:vanish", person, actor=queries.system_actor(), before={})


def test_what_is_rolled_back_leaves_no_entry(trail: Flask) -> None:
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    with pytest.raises(ZeroDivisionError), writing():
        operations.create_person(actor=queries.system_actor(), code="T-X", name_hans="x", account=False)
        raise ZeroDivisionError
    with writing():
        operations.create_person(actor=queries.system_actor(), code="T-Y", name_hans="y", account=False)
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before + 1
    assert broken() == []


def test_the_database_itself_refuses_to_change_the_trail(trail: Flask) -> None:
    for table in ("audit_entry", "change_set", "revision"):
        for statement in (f"UPDATE {table} SET id = id + 1000", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="append-only"), db.engine.begin() as connection:
                connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_label", "别人"), ("act", "accounts:person:erase"), ("thing", "account"), ("thing_id", 77),
        ("actor_id", 77), ("recorded_at", "2020-01-01 00:00:00.000000"), ("hash", "0" * 64),
        ("rows_digest", "1" * 64), ("prev_hash", "2" * 64),
    ],
)  # fmt: skip
def test_a_changed_column_of_an_entry_is_named(trail: Flask, column: str, value: object) -> None:
    seq = latest(3).seq
    with without_triggers() as run:
        run(f"UPDATE audit_entry SET {column} = :value WHERE seq = :seq", value=value, seq=seq)
    assert any(f"audit_entry seq {seq} " in line for line in broken())


def test_one_changed_character_of_what_was_written_is_named(trail: Flask) -> None:
    entry = next(
        e for e in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())) if "code" in e.after
    )
    seq = entry.seq
    changed = json.dumps({**entry.after, "code": entry.after["code"][:-1] + "9"}, ensure_ascii=False)
    with without_triggers() as run:
        run("UPDATE audit_entry SET after = :after WHERE seq = :seq", after=changed, seq=seq)
    assert [line for line in broken() if f"seq {seq} " in line and "was changed" in line]


def test_a_removed_entry_is_noticed_at_its_place(trail: Flask) -> None:
    seq = latest(2).seq
    with without_triggers() as run:
        run("DELETE FROM audit_entry WHERE seq = :seq", seq=seq)
    assert any(f"seq {seq + 1} " in line and f"seq {seq} is missing" in line for line in broken())


def test_two_swapped_entries_are_noticed(trail: Flask) -> None:
    first, second = latest(3).seq, latest(2).seq
    with without_triggers() as run:
        run("UPDATE audit_entry SET seq = -1 WHERE seq = :seq", seq=first)
        run("UPDATE audit_entry SET seq = :to WHERE seq = :seq", to=first, seq=second)
        run("UPDATE audit_entry SET seq = :to WHERE seq = -1", to=second)
    found = broken()
    assert any(f"seq {first} " in line for line in found) and any(f"seq {second} " in line for line in found)


def test_an_entry_put_in_between_is_noticed(trail: Flask) -> None:
    last = latest()
    forged = {c.key: getattr(last, c.key) for c in AuditEntry.__table__.columns if c.key != "id"}
    with writing():
        entry = AuditEntry(**{**forged, "seq": last.seq + 1, "act": "accounts:role:revoke"})
        entry.prev_hash = "f" * 64
        entry.hash = entry_hash(entry)
        db.session.add(entry)
    assert any("does not follow" in line for line in broken())


def test_a_changed_revision_is_named(trail: Flask) -> None:
    row = db.session.scalars(select(Revision).order_by(Revision.id.desc())).first()
    assert row is not None
    number = row.id
    with without_triggers() as run:
        run("UPDATE revision SET version = 99 WHERE id = :id", id=number)
    assert f"revision id {number}: was changed" in broken()


def test_a_removed_revision_is_named_by_the_entry_that_covers_it(trail: Flask) -> None:
    row = db.session.scalars(select(Revision).order_by(Revision.id.desc())).first()
    assert row is not None
    number, covering = (
        row.id,
        db.session.scalar(
            select(func.min(AuditEntry.seq)).where(AuditEntry.change_set_id == row.change_set_id)
        ),
    )
    with without_triggers() as run:
        run("DELETE FROM revision WHERE id = :id", id=number)
    assert any(f"audit_entry seq {covering} " in line for line in broken())


def test_a_changed_digest_beside_a_changed_row_does_not_hide_it(trail: Flask) -> None:
    from sqlalchemy import inspect

    from kangjiansheng.core.changes import row_digest

    row = db.session.scalars(select(Revision).order_by(Revision.id.desc())).first()
    assert row is not None
    number, covering = row.id, row.change_set_id
    db.session.expunge(row)
    row.version = 99
    digest = row_digest(inspect(Revision), row)
    with without_triggers() as run:
        run("UPDATE revision SET version = 99, digest = :digest WHERE id = :id", id=number, digest=digest)
    seqs = db.session.scalars(select(AuditEntry.seq).where(AuditEntry.change_set_id == covering))
    assert any(f"audit_entry seq {seq} " in line for seq in list(seqs) for line in broken())


@pytest.mark.parametrize(
    ("column", "value"),
    [("note", "别的理由"), ("reason_code", "SUPPLY"), ("actor_id", 77), ("source", "import"), ("label", "x")],
)
def test_a_changed_change_set_is_named(trail: Flask, column: str, value: object) -> None:
    entry = latest(3)
    seq, number = entry.seq, entry.change_set_id
    with without_triggers() as run:
        run(f"UPDATE change_set SET {column} = :value WHERE id = :id", value=value, id=number)
    assert any(f"audit_entry seq {seq} " in line and f"change_set id {number}" in line for line in broken())


def test_the_trail_never_goes_back_in_time(trail: Flask) -> None:
    """Of two acts the one that began first may be sealed last: its entry is not dated before the other's."""
    with writing():
        first = begin(actor=queries.system_actor())
        operations.create_person(actor=queries.system_actor(), code="T-F", name_hans="x", account=False)
        person = db.session.scalars(select(Person).where(Person.code == "T-F")).one()
        record(
            "accounts:person:edit", person, actor=queries.system_actor(), before=person.state(), change=first
        )
    instants = list(db.session.scalars(select(AuditEntry.recorded_at).order_by(AuditEntry.seq)))
    assert instants == sorted(instants) and broken() == []


def test_a_row_that_belongs_to_no_act_is_named(trail: Flask) -> None:
    with writing():
        change = ChangeSet(source="command", actor_id=queries.system_actor().id, recorded_at=clock.now())
        db.session.add(change)
        db.session.flush()
        number = change.id
    assert f"change_set id {number}: belongs to no audit entry" in broken()


def test_everything_that_is_append_only_is_covered(trail: Flask) -> None:
    names = {kind.__tablename__ for kind in covered()}
    assert {"revision", "milestone_entry", "project_entry"} <= names
    assert all(hasattr(kind, "change_set_id") for kind in covered())


def test_many_writers_make_one_chain(trail: Flask) -> None:
    problems: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with trail.app_context():
                for turn in range(3):
                    with writing():
                        operations.create_person(
                            actor=queries.system_actor(),
                            code=f"W-{number}-{turn}",
                            name_hans="x",
                            account=False,
                        )
                db.session.remove()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    before = db.session.scalar(select(func.count(AuditEntry.id))) or 0
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before + 12
    assert broken() == []


def test_change_sets_never_go_back_in_time(trail: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from kangjiansheng.core import clock

    early = clock.now() - timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: early)
    with writing():
        operations.create_person(actor=queries.system_actor(), code="T-E", name_hans="x", account=False)
    instants = list(db.session.scalars(select(ChangeSet.recorded_at).order_by(ChangeSet.id)))
    assert instants == sorted(instants)


def test_only_what_differs_is_kept() -> None:
    assert audit.changed({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == ({"b": 2}, {"b": 3, "c": None})


def test_the_engine_is_the_one_asked_for(trail: Flask, request: pytest.FixtureRequest) -> None:
    assert is_sqlite() == (request.config.getoption("--engine") == "sqlite")


def test_an_act_of_which_no_entry_tells_is_not_kept(app: Flask) -> None:
    """A fault of the program that changes something and forgets its entry; also within a savepoint that stays. What was
    begun in one that was rolled back is forgotten with it."""
    with app.app_context():
        actor = queries.system_actor()
        with pytest.raises(LookupError, match="without an entry"), writing():
            begin(actor=actor, note="silent")
        with pytest.raises(LookupError, match="without an entry"), writing(), db.session.begin_nested():
            begin(actor=actor, note="silent")
        with writing(), pytest.raises(ZeroDivisionError), db.session.begin_nested():
            begin(actor=actor, note="silent")
            raise ZeroDivisionError
        assert db.session.scalar(select(func.count()).where(ChangeSet.note == "silent")) == 0
