"""What a party takes along in one archive."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

TABLE = "party_archive"
CURRENT = sa.text("life IN ('asked', 'ready')")


def upgrade() -> None:
    targets = {
        "institution_id": "institution.id",
        "asked_by_id": "person.id",
        "task_id": "job.id",
    }
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(timezone=True), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=400), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"))
            for column, target in targets.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("institution_id", "number", name=op.f(f"uq_{TABLE}_institution_id_number")),
    )
    for column in ("asked_by_id", "task_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    op.create_index(
        "uq_party_archive_current",
        TABLE,
        ["institution_id"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )


def downgrade() -> None:
    op.drop_table(TABLE)
