"""Copies that the worker keeps, and drills that restore one."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", Instant(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", Instant(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_kept_copy_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_copy")),
    )
    op.create_index(op.f("ix_kept_copy_state"), "kept_copy", ["state"])
    op.create_table(
        "copy_drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", Instant(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(timezone=True), nullable=True),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_copy_drill_asked_by")),
        sa.ForeignKeyConstraint(["copy_id"], ["kept_copy.id"], name=op.f("fk_copy_drill_copy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_drill")),
    )
    op.create_index(op.f("ix_copy_drill_copy_id"), "copy_drill", ["copy_id"])


def downgrade() -> None:
    op.drop_table("copy_drill")
    op.drop_table("kept_copy")
