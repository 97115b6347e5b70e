"""Frozen packs of meetings, and which item each of their parts is about."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "meeting_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("meeting_pack", "meeting_id", "meeting.id"),
        key("meeting_pack", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_pack")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_meeting_pack_meeting_id_number")),
    )
    op.create_index(op.f("ix_meeting_pack_change_set_id"), "meeting_pack", ["change_set_id"])
    # Not frozen: an item that leaves its agenda takes its place in the pack along, and nobody reads of it any more.
    op.create_table(
        "pack_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=False),
        key("pack_item", "pack_id", "meeting_pack.id"),
        key("pack_item", "agenda_item_id", "agenda_item.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_item")),
    )
    for column in ("pack_id", "agenda_item_id"):
        op.create_index(op.f(f"ix_pack_item_{column}"), "pack_item", [column])
    dialect = op.get_bind().dialect.name
    for statement in append_only("meeting_pack", dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement("meeting_pack", [["id"], ["meeting_id", "number"]]))


def downgrade() -> None:
    op.drop_table("pack_item")
    op.drop_table("meeting_pack")
