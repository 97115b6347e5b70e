"""Files: their digests, and the references of things to them."""

import sqlalchemy as sa
from alembic import op

import kangjiansheng.core.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_blob",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_blob")),
        sa.UniqueConstraint("sha256", name=op.f("uq_file_blob_sha256")),
    )
    op.create_table(
        "file_ref",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("blob_id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("removed_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["blob_id"], ["file_blob.id"], name=op.f("fk_file_ref_blob_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_ref")),
        sa.UniqueConstraint(
            "thing", "thing_id", "version_no", name=op.f("uq_file_ref_thing_thing_id_version_no")
        ),
    )
    with op.batch_alter_table("file_ref", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_ref_blob_id"), ["blob_id"], unique=False)


def downgrade() -> None:
    op.drop_table("file_ref")
    op.drop_table("file_blob")
