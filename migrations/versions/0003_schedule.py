"""What a milestone takes after its predecessors, and when its statutory clock stands still."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("milestone", sa.Column("duration", sa.Integer(), nullable=True))
    op.add_column("milestone", sa.Column("unit", sa.String(length=40), nullable=False, server_default="day"))
    op.create_table(
        "clock_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_clock_stop_milestone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_stop")),
    )
    op.create_index(op.f("ix_clock_stop_milestone_id"), "clock_stop", ["milestone_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_clock_stop_milestone_id"), "clock_stop")
    op.drop_table("clock_stop")
    op.drop_column("milestone", "unit")
    op.drop_column("milestone", "duration")
