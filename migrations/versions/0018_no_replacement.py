"""Let SQLite refuse INSERT OR REPLACE on append-only tables. PostgreSQL has no such statement."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.schema import no_replacement

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def append_only_tables(bind: sa.Connection) -> list[str]:
    """The tables that hold the trigger against UPDATE."""
    names = bind.exec_driver_sql(
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_no_update'"
    )
    return sorted(name for (name,) in names)


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    look = sa.inspect(bind)
    for table in append_only_tables(bind):
        keys = [look.get_pk_constraint(table)["constrained_columns"]]
        keys += [found["column_names"] for found in look.get_unique_constraints(table)]
        op.execute(no_replacement(table, keys))


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for table in append_only_tables(bind):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_replace")
