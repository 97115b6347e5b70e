"""For whom a second factor is required, and from which day."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

POLICY = "sign_in_policy"


def upgrade() -> None:
    op.create_table(
        POLICY,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("second_for", sa.String(length=40), nullable=False),
        sa.Column("second_from", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{POLICY}")),
    )


def downgrade() -> None:
    op.drop_table(POLICY)
