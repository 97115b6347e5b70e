"""Asks: what one party wants of another, or of the whole table."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("obligation_id", sa.Integer(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("to_id IS NULL OR to_id <> from_id", name=op.f("ck_ask_not_itself")),
        sa.ForeignKeyConstraint(["from_id"], ["institution.id"], name=op.f("fk_ask_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["institution.id"], name=op.f("fk_ask_to_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_ask_project_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["person.id"], name=op.f("fk_ask_raised_by_id")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_ask_obligation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
        sa.UniqueConstraint("code", name=op.f("uq_ask_code")),
    )
    op.create_index(op.f("ix_ask_to_id"), "ask", ["to_id"])
    op.create_index(op.f("ix_ask_project_id"), "ask", ["project_id"])
    op.create_index("ix_ask_open", "ask", ["life", "from_id"])


def downgrade() -> None:
    op.drop_table("ask")
