"""On PostgreSQL a statement is planned once for a connection, not once for each request."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from kangjiansheng.core.db import make_engine

pytestmark = pytest.mark.postgres
OFTEN = 8  # psycopg prepares what it runs for the sixth time


@pytest.fixture
def engine(new_postgres_database) -> Iterator[Engine]:  # type: ignore[no-untyped-def]
    made = make_engine(new_postgres_database())
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE thing (id integer PRIMARY KEY, name varchar(9))"))
        connection.execute(text("INSERT INTO thing VALUES (1, '甲')"))
    yield made
    made.dispose()


def read(engine: Engine) -> list[str]:
    """As a request reads: what it has open is taken back at its end."""
    with engine.connect() as connection:
        found = list(
            connection.scalars(text("SELECT name FROM thing WHERE id >= :least ORDER BY id"), {"least": 0})
        )
        connection.rollback()
    return found


def planned(engine: Engine) -> int:
    with engine.connect() as connection:
        said = text(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT name FROM thing%'"
        )
        return int(connection.scalar(said) or 0)


def test_what_reads_again_and_again_is_planned_once(engine):
    for _time in range(OFTEN):
        assert read(engine) == ["甲"]
    assert planned(engine) == 1


def test_what_is_taken_back_is_taken_back(engine):
    for number in range(2, 2 + OFTEN):
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO thing VALUES (:id, '乙')"), {"id": number})
            with pytest.raises(ValueError, match="no"), connection.begin_nested():
                raise ValueError("no")
            connection.rollback()
        assert read(engine) == ["甲"]


def test_a_migration_meanwhile_is_told_once_as_what_passes(engine):
    for _time in range(OFTEN):
        read(engine)
    other = make_engine(engine.url, migrating=True)
    with other.begin() as connection:
        connection.execute(text("ALTER TABLE thing ALTER COLUMN name TYPE text"))
    other.dispose()
    with pytest.raises(OperationalError, match="cached plan"):
        read(engine)
    for _time in range(OFTEN):
        assert read(engine) == ["甲"]
