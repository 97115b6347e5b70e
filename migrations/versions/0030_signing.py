"""What signatures say besides their meaning, and codes by mail with which they are given."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signature_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_code_person_id")),
        sa.ForeignKeyConstraint(
            ["draft_version_id"], ["draft_version.id"], name=op.f("fk_signature_code_draft_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_code")),
    )
    op.create_index("ix_signature_code_person", "signature_code", ["person_id", "draft_version_id"])
    # Empty in what was signed before: a digest is over what is there, and stays what it was.
    op.add_column("signature", sa.Column("latin_name", sa.String(length=400), nullable=True))
    op.add_column("signature", sa.Column("seal", sa.String(length=40), nullable=True))
    op.add_column("signature", sa.Column("excluded", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "committee", sa.Column("second_step", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("committee", "second_step")
    for name in ("excluded", "seal", "latin_name"):
        op.drop_column("signature", name)
    op.drop_table("signature_code")
