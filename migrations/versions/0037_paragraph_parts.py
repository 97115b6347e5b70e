"""Where a paragraph came from when another was cut, and where it went when it was joined to one."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

NAMES = ("from_id", "merged_into_id")


def upgrade() -> None:
    for name in NAMES:  # in words of both engines: nothing is copied, and the triggers stay
        key = op.f(f"fk_paragraph_{name}")
        op.execute(
            f"ALTER TABLE paragraph ADD COLUMN {name} INTEGER CONSTRAINT {key} REFERENCES paragraph (id)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        for name in NAMES:
            op.drop_column("paragraph", name)
        return
    # SQLite copies the table to drop a key; the triggers that speak of it wait meanwhile.
    found = op.get_bind().execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%paragraph%'")
    )
    triggers = [(row.name, row.sql) for row in found]
    for name, _ in triggers:
        op.execute(f"DROP TRIGGER {name}")
    with op.batch_alter_table("paragraph") as table:
        for name in NAMES:
            table.drop_column(name)
    for _, statement in triggers:
        op.execute(sa.text(statement.replace(":", "\\:")))
