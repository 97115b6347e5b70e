"""For which projects shared resources are booked."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

TABLE = "booking_link"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("removed_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f(f"fk_{TABLE}_booking_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f(f"fk_{TABLE}_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for key in ("booking_id", "project_id"):
        op.create_index(op.f(f"ix_{TABLE}_{key}"), TABLE, [key])
    op.create_index(
        "uq_booking_link_standing",
        TABLE,
        ["booking_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
