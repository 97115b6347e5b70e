"""Packs by mail: who wants them, and the files that go along with mails until these have left."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "pack_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=40), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("attachment", sa.String(length=40), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("ended_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        key("pack_delivery", "person_id", "person.id"),
        key("pack_delivery", "committee_id", "committee.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_delivery")),
    )
    for column in ("person_id", "committee_id"):
        op.create_index(op.f(f"ix_pack_delivery_{column}"), "pack_delivery", [column])
    op.create_table(
        "mail_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("media_type", sa.String(length=400), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        key("mail_attachment", "outbox_id", "outbox.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attachment")),
    )
    op.create_index(op.f("ix_mail_attachment_outbox_id"), "mail_attachment", ["outbox_id"])


def downgrade() -> None:
    op.drop_table("mail_attachment")
    op.drop_table("pack_delivery")
