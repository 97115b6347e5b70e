"""What trial registries state: files by their SHA-256, and one row for each version of a record."""

import sqlalchemy as sa
from alembic import op

import kangjiansheng.core.db
from kangjiansheng.core.schema import append_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registry_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_registry_source_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_source")),
        sa.UniqueConstraint("sha256", name=op.f("uq_registry_source_sha256")),
    )
    op.create_index(op.f("ix_registry_source_change_set_id"), "registry_source", ["change_set_id"])
    op.create_table(
        "registry_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=400), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_registry_record_change_set_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_registry_record_project_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["registry_source.id"], name=op.f("fk_registry_record_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_record")),
    )
    op.create_index(op.f("ix_registry_record_change_set_id"), "registry_record", ["change_set_id"])
    op.create_index(
        "ix_registry_record_version", "registry_record", ["project_id", "register", "number", "id"]
    )
    for table in ("registry_source", "registry_record"):
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("registry_record")
    op.drop_table("registry_source")
