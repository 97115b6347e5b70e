"""To which projects, milestones and laboratories obligations matter."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

TABLE = "obligation_link"
THINGS = {
    "obligation_id": "obligation",
    "project_id": "project",
    "milestone_id": "milestone",
    "lab_id": "joint_lab",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(key, sa.Integer(), nullable=key != "obligation_id") for key in THINGS),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("removed_at", Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(CASE WHEN project_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN milestone_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN lab_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_obligation_link_one_thing"),
        ),
        *(
            sa.ForeignKeyConstraint([key], [f"{thing}.id"], name=op.f(f"fk_{TABLE}_{key}"))
            for key, thing in THINGS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for key in THINGS:
        op.create_index(op.f(f"ix_{TABLE}_{key}"), TABLE, [key])


def downgrade() -> None:
    op.drop_table(TABLE)
