"""Dissent beside decisions whose votes were entered by hand."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TABLE, GUARD = "decision_dissent", "decision_dissent_signed"
KEYS = {
    "decision_id": "decision.id", "person_id": "person.id", "entered_by_id": "person.id", "change_set_id": "change_set.id",
}  # fmt: skip
SIGNED = (
    "(SELECT life FROM minutes WHERE meeting_id = (SELECT meeting_id FROM decision WHERE id = NEW.decision_id)) "
    "IN ('review', 'approved', 'record')"
)
WORDS = "what signed minutes say is frozen"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"))
            for column, target in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_change_set_id"), TABLE, ["change_set_id"])
    op.create_index(f"ix_{TABLE}_decision", TABLE, ["decision_id", "person_id"])
    dialect = op.get_bind().dialect.name
    for statement in append_only(TABLE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(TABLE, [["id"]]))
        op.execute(
            f"CREATE TRIGGER {GUARD} BEFORE INSERT ON {TABLE} WHEN {SIGNED} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {SIGNED} THEN "
        f"RAISE EXCEPTION '{WORDS}'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {GUARD} BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {GUARD}()")


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {GUARD}()")
