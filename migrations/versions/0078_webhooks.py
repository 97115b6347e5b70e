"""Addresses of other programs that are told when something changes, and what was sent to them."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

HOOK, MESSAGE = "webhook", "webhook_message"


def upgrade() -> None:
    op.create_table(
        HOOK,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(400), nullable=False),
        sa.Column("former_secret", sa.String(400), nullable=False),
        sa.Column("former_until", Instant(timezone=True), nullable=True),
        sa.Column("set_at", Instant(timezone=True), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("removed_at", Instant(timezone=True), nullable=True),
        sa.Column("read_to", sa.Integer(), nullable=False),
        sa.Column("failing_since", Instant(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{HOOK}_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{HOOK}")),
    )
    op.create_index(op.f(f"ix_{HOOK}_person_id"), HOOK, ["person_id"])
    op.create_table(
        MESSAGE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.Column("tried_at", Instant(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(40), nullable=False),
        sa.Column("took", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], [f"{HOOK}.id"], name=op.f(f"fk_{MESSAGE}_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{MESSAGE}")),
        sa.UniqueConstraint("message_id", name=op.f(f"uq_{MESSAGE}_message_id")),
        sa.UniqueConstraint("webhook_id", "seq", name=op.f(f"uq_{MESSAGE}_webhook_id_seq")),
    )
    op.create_index(f"ix_{MESSAGE}_due", MESSAGE, ["state", "due_at"])


def downgrade() -> None:
    op.drop_table(MESSAGE)
    op.drop_table(HOOK)
