"""Passkeys, and tickets that work once."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

KEY, SPENT = "passkey", "spent_ticket"


def upgrade() -> None:
    op.create_table(
        KEY,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1364), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.Column("doubted_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{KEY}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{KEY}")),
        sa.UniqueConstraint("credential_id", name=op.f(f"uq_{KEY}_credential_id")),
    )
    op.create_index(op.f(f"ix_{KEY}_account_id"), KEY, ["account_id"])
    op.create_table(
        SPENT,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("spent_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SPENT}")),
        sa.UniqueConstraint("digest", name=op.f(f"uq_{SPENT}_digest")),
    )


def downgrade() -> None:
    op.drop_table(SPENT)
    op.drop_table(KEY)
