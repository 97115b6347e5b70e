"""Clauses of agreements, and what one party owes another."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_clause_agreement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_clause_agreement_id_number")),
    )
    op.create_table(
        "obligation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.Column("clause_id", sa.Integer(), nullable=True),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("creditor_id", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("confidentiality", sa.String(length=40), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("debtor_id <> creditor_id", name=op.f("ck_obligation_two_parties")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_obligation_agreement_id")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_obligation_clause_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["institution.id"], name=op.f("fk_obligation_debtor_id")),
        sa.ForeignKeyConstraint(["creditor_id"], ["institution.id"], name=op.f("fk_obligation_creditor_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_obligation_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
        sa.UniqueConstraint("code", name=op.f("uq_obligation_code")),
    )
    for column in ("agreement_id", "clause_id", "debtor_id", "creditor_id", "owner_id"):
        op.create_index(op.f(f"ix_obligation_{column}"), "obligation", [column])
    op.create_index("ix_obligation_due", "obligation", ["life", "due_on"])


def downgrade() -> None:
    op.drop_table("obligation")
    op.drop_table("clause")
