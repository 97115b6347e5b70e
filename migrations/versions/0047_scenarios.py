"""Scenarios: what people try out."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

TABLE = "scenario"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("base_at", Instant(timezone=True), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("stops", sa.JSON(), nullable=False),
        sa.Column("projects", sa.JSON(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("proposed_to", sa.String(length=40), nullable=False),
        sa.Column("thrown_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f(f"fk_{TABLE}_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_owner_id"), TABLE, ["owner_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
