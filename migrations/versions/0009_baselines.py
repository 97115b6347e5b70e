"""Named baselines of plans, frozen."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("authority", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_baseline_plan_id")),
        sa.ForeignKeyConstraint(["change_set_id"], ["change_set.id"], name=op.f("fk_baseline_change_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_baseline_plan_id_number")),
    )
    op.create_index(op.f("ix_baseline_change_set_id"), "baseline", ["change_set_id"])
    op.create_table(
        "baseline_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["baseline_id"], ["baseline.id"], name=op.f("fk_baseline_row_baseline_id")),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name=op.f("fk_baseline_row_milestone_id")
        ),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_baseline_row_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_row")),
        sa.UniqueConstraint(
            "baseline_id", "milestone_id", name=op.f("uq_baseline_row_baseline_id_milestone_id")
        ),
    )
    op.create_index(op.f("ix_baseline_row_milestone_id"), "baseline_row", ["milestone_id"])
    op.create_index(op.f("ix_baseline_row_change_set_id"), "baseline_row", ["change_set_id"])
    for table in ("baseline", "baseline_row"):
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("baseline_row")
    op.drop_table("baseline")
