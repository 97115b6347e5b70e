"""Results of research, and the companies that take them further."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("disclosed_on", sa.Date(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("confidentiality", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        key("result", "institution_id", "institution.id"),
        key("result", "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("code", name=op.f("uq_result_code")),
    )
    for column in ("institution_id", "project_id"):
        op.create_index(op.f(f"ix_result_{column}"), "result", [column])
    op.create_table(
        "result_company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        key("result_company", "result_id", "result.id", ondelete="CASCADE"),
        key("result_company", "company_id", "company.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_company")),
        sa.UniqueConstraint("result_id", "company_id", name=op.f("uq_result_company_result_id_company_id")),
    )
    op.create_index(op.f("ix_result_company_company_id"), "result_company", ["company_id"])


def downgrade() -> None:
    op.drop_table("result_company")
    op.drop_table("result")
