"""Minutes brought from elsewhere, and meetings whose import was undone."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

KEYS = {
    "committee_id": "committee.id",
    "by_id": "person.id",
    "meeting_id": "meeting.id",
    "change_set_id": "change_set.id",
}


def upgrade() -> None:
    op.create_table(
        "minutes_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("applied_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_minutes_import_{column}"))
            for column, target in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_import")),
    )
    op.create_index("ix_minutes_import_digest", "minutes_import", ["committee_id", "sha256"])
    for column in ("by_id", "meeting_id"):
        op.create_index(op.f(f"ix_minutes_import_{column}"), "minutes_import", [column])
    op.add_column("meeting", sa.Column("withdrawn_at", Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("meeting", "withdrawn_at")
    op.drop_table("minutes_import")
