"""What the company decided on a committee's advice. A later answer stands beside an earlier one."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLE = "company_decision"


def key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"))


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("body", sa.String(length=400), nullable=False),
        sa.Column("by_decision_id", sa.Integer(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("decision_id", "decision.id"),
        key("by_decision_id", "decision.id"),
        key("answered_by_id", "person.id"),
        key("change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("decision_id", "by_decision_id", "change_set_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    dialect = op.get_bind().dialect.name
    for statement in append_only(TABLE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(TABLE, [["id"]]))


def downgrade() -> None:
    op.drop_table(TABLE)
