"""Translations of paragraphs of minutes."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLE = "paragraph_translation"
KEYS = {"paragraph_id": "paragraph.id", "author_id": "person.id", "change_set_id": "change_set.id"}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"))
            for column, target in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "paragraph_id", "language", "number", name=op.f(f"uq_{TABLE}_paragraph_id_language_number")
        ),
    )
    op.create_index(op.f(f"ix_{TABLE}_change_set_id"), TABLE, ["change_set_id"])
    dialect = op.get_bind().dialect.name
    for statement in append_only(TABLE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(TABLE, [["id"], ["paragraph_id", "language", "number"]]))


def downgrade() -> None:
    op.drop_table(TABLE)
