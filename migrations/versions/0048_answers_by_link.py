"""Links by which an invitation is answered without signing in, and when each answer was given."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

TABLE = "invitation_link"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f(f"fk_{TABLE}_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{TABLE}_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("secret_sha256", name=op.f(f"uq_{TABLE}_secret_sha256")),
    )
    op.create_index(op.f(f"ix_{TABLE}_meeting_id"), TABLE, ["meeting_id"])
    op.add_column("attendance", sa.Column("answered_at", Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("attendance", "answered_at")
    op.drop_table(TABLE)
