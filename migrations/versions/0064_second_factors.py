"""A second factor beside the password: authenticator apps and recovery codes."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

APP, CODE = "authenticator_app", "recovery_code"


def upgrade() -> None:
    op.create_table(
        APP,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=400), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{APP}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{APP}")),
        sa.UniqueConstraint("account_id", name=op.f(f"uq_{APP}_account_id")),
    )
    op.create_table(
        CODE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{CODE}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CODE}")),
    )
    op.create_index(op.f(f"ix_{CODE}_account_id"), CODE, ["account_id"])
    op.add_column("account", sa.Column("second_since", Instant(timezone=True), nullable=True))
    op.add_column(
        "session", sa.Column("method", sa.String(length=40), nullable=False, server_default="password")
    )


def downgrade() -> None:
    op.drop_column("session", "method")
    op.drop_column("account", "second_since")
    op.drop_table(CODE)
    op.drop_table(APP)
