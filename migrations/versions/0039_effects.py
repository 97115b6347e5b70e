"""What a decision changes in projects: proposed while the minutes are a draft, applied when they are finalised."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLE = "decision_effect"
SIGNED = (
    "agenda_item_id", "decision_id", "kind", "plan_id", "milestone_id", "verdict", "day", "name", "conditions",
    "removed_at",
)  # fmt: skip
LIFE = (
    "(SELECT m.life FROM minutes m JOIN agenda_item i ON i.meeting_id = m.meeting_id "
    "WHERE i.id = {row}.agenda_item_id)"
)


def key(column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{TABLE}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", Instant(timezone=True), nullable=True),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("refusal", sa.String(length=40), nullable=False),
        sa.Column("refusal_facts", sa.JSON(), nullable=False),
        sa.Column("settled_at", Instant(timezone=True), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        key("agenda_item_id", "agenda_item.id", ondelete="CASCADE"),
        key("decision_id", "decision.id"),
        key("plan_id", "plan.id"),
        key("milestone_id", "milestone.id"),
        key("proposed_by_id", "person.id"),
        key("change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("agenda_item_id", "decision_id", "plan_id", "change_set_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for act in ("INSERT", "UPDATE", "DELETE"):
        name, condition = f"{TABLE}_frozen_{act.lower()}", _frozen(act, on_sqlite)
        if on_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {TABLE} WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'what signed minutes say is frozen'); END"
            )
            continue
        row = "OLD" if act == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION 'what signed minutes say is frozen'; END IF; RETURN {row}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _frozen(act: str, on_sqlite: bool) -> str:
    """Once the minutes stand nothing changes; while they are reviewed nothing but how it was settled."""
    row = "NEW" if act == "INSERT" else "OLD"
    life = LIFE.format(row=row)
    if act == "UPDATE":
        differ = "IS NOT" if on_sqlite else "IS DISTINCT FROM"
        cast = {"conditions": "" if on_sqlite else "::text"}
        signed = (f"NEW.{c}{cast.get(c, '')} {differ} OLD.{c}{cast.get(c, '')}" for c in SIGNED)
        return f"{life} IN ('approved', 'record') OR ({life} = 'review' AND ({' OR '.join(signed)}))"
    return f"{life} IN ('review', 'approved', 'record')"


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for act in ("INSERT", "UPDATE", "DELETE"):
        name = f"{TABLE}_frozen_{act.lower()}"
        op.execute(f"DROP TRIGGER {name}" if on_sqlite else f"DROP TRIGGER {name} ON {TABLE}")
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table(TABLE)
