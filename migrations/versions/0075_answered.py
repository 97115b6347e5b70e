"""The answers to requests of programs that came with a key of their own."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_answered_key_sha256")),
    )
    op.create_index(op.f("ix_answered_made_at"), "answered", ["made_at"])


def downgrade() -> None:
    op.drop_table("answered")
