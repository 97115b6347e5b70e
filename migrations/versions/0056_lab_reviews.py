"""What was decided of joint laboratories after their annual reviews."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

TABLE = "lab_review"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("left_open", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["lab_id"], ["joint_lab.id"], name=op.f(f"fk_{TABLE}_lab_id")),
        sa.ForeignKeyConstraint(["change_set_id"], ["change_set.id"], name=op.f(f"fk_{TABLE}_change_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_lab", TABLE, ["lab_id", "year"])
    op.create_index(op.f(f"ix_{TABLE}_change_set_id"), TABLE, ["change_set_id"])
    dialect = op.get_bind().dialect.name
    for statement in append_only(TABLE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(TABLE, [["id"]]))


def downgrade() -> None:
    op.drop_table(TABLE)
