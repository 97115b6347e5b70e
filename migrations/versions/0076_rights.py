"""Whether the three administrators are kept apart, and who has looked the rights through."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

RULE, REVIEW = "rights_rule", "rights_review"


def upgrade() -> None:
    op.create_table(
        RULE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("separate", sa.Boolean(), nullable=False),
        sa.Column("review_every", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{RULE}")),
    )
    op.create_table(
        REVIEW,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f(f"fk_{REVIEW}_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REVIEW}")),
    )
    op.create_index(op.f(f"ix_{REVIEW}_by_id"), REVIEW, ["by_id"])


def downgrade() -> None:
    op.drop_table(REVIEW)
    op.drop_table(RULE)
