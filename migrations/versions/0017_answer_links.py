"""Links in reminders that open the form of one milestone."""

import sqlalchemy as sa
from alembic import op

import kangjiansheng.core.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("made_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_link_person_id")),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_answer_link_milestone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_link")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_answer_link_secret_sha256")),
    )


def downgrade() -> None:
    op.drop_table("answer_link")
