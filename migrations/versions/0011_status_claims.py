"""What leads claim of their projects beside the computed status."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "status_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_status_claim_project_id")),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_status_claim_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_claim")),
    )
    op.create_index("ix_status_claim_project", "status_claim", ["project_id", "recorded_at"])
    op.create_index(op.f("ix_status_claim_change_set_id"), "status_claim", ["change_set_id"])
    for statement in append_only("status_claim", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("status_claim")
