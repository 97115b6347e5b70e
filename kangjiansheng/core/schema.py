"""The database's level: migrations from code, and the triggers that hold the append-only tables.

Alembic is imported where it is used: most processes never migrate, and it would take a fifth of their start.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, column, inspect, select, table

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def config(url: str) -> "Config":
    """Alembic's settings for a database; nothing comes from a file."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["url"] = url
    return made


def head() -> str:
    """The level that this version of the program needs, as `migrations/head` names it: a file of one line is read
    at each start and by each probe, not half a hundred migrations."""
    return (MIGRATIONS / "head").read_text("utf-8").strip()


def level(engine: Engine) -> str | None:
    """The level at which a database stands; None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(
            select(column("version_num")).select_from(table("alembic_version"))
        ).scalar()


def upgrade(url: str, to: str = "head") -> None:
    """Bring a database to a level; each step is one transaction."""
    from alembic import command

    command.upgrade(config(url), to)


def downgrade(url: str, to: str) -> None:
    """Take a database back to a level."""
    from alembic import command

    command.downgrade(config(url), to)


def is_ours(name: str | None, kind: str, _parents: Any = None) -> bool:
    """What Alembic compares with the models: all but the words of the search, which each engine keeps its own way."""
    return not (kind == "table" and (name or "").startswith("search_gram"))


def append_only(table: str, dialect: str) -> list[str]:
    """Statements for the triggers that refuse UPDATE and DELETE on a table."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for act in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def no_replacement(table: str, keys: Iterable[Sequence[str]]) -> str:
    """A trigger of SQLite against INSERT OR REPLACE, which deletes a row without asking the trigger on DELETE.

    `keys`: the columns of each unique key of the table, its primary key among them.
    """
    same = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in columns) + ")" for columns in keys
    )
    return (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""
