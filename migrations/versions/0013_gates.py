"""Gates: criteria, decisions, conditions."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "gate_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("verdict_note", sa.Text(), nullable=False),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("judged_at", Instant(timezone=True), nullable=True),
        sa.Column("removed_at", Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        key("gate_criterion", "milestone_id", "milestone.id"),
        key("gate_criterion", "judged_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_criterion")),
        sa.UniqueConstraint("milestone_id", "number", name=op.f("uq_gate_criterion_milestone_id_number")),
    )
    op.create_table(
        "gate_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("body", sa.String(length=400), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("dossier", sa.JSON(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("gate_decision", "milestone_id", "milestone.id"),
        key("gate_decision", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_decision")),
    )
    op.create_table(
        "gate_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("stops_id", sa.Integer(), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("gate_condition", "decision_id", "gate_decision.id"),
        key("gate_condition", "milestone_id", "milestone.id"),
        key("gate_condition", "stops_id", "milestone.id"),
        key("gate_condition", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_condition")),
        sa.UniqueConstraint("milestone_id", name=op.f("uq_gate_condition_milestone_id")),
    )
    for table, column in (
        ("gate_decision", "milestone_id"),
        ("gate_decision", "change_set_id"),
        ("gate_condition", "decision_id"),
        ("gate_condition", "stops_id"),
        ("gate_condition", "change_set_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table in ("gate_decision", "gate_condition"):
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in ("gate_condition", "gate_decision", "gate_criterion"):
        op.drop_table(table)
