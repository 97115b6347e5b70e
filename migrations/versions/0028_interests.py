"""Declared interests, declarations, and what was decided about a member and an item."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

LIFE = (
    "(SELECT m.life FROM minutes m JOIN agenda_item i ON i.meeting_id = m.meeting_id "
    "WHERE i.id = {row}.agenda_item_id)"
)


def guards() -> Iterator[tuple[str, str, str]]:
    """(name, act, condition): from the opening of review on, recusals are part of what people sign."""
    for act in ("INSERT", "UPDATE", "DELETE"):
        row = "NEW" if act == "INSERT" else "OLD"
        yield (
            f"recusal_frozen_{act.lower()}",
            act,
            f"{LIFE.format(row=row)} IN ('review', 'approved', 'record')",
        )


def key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("party", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        key("interest", "committee_id", "committee.id"),
        key("interest", "person_id", "person.id"),
        key("interest", "institution_id", "institution.id"),
        key("interest", "project_id", "project.id"),
        key("interest", "meeting_id", "meeting.id"),
        key("interest", "agenda_item_id", "agenda_item.id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("interests", sa.Integer(), nullable=False),
        sa.Column("declared_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("declaration", "committee_id", "committee.id"),
        key("declaration", "person_id", "person.id"),
        key("declaration", "meeting_id", "meeting.id"),
        key("declaration", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
    )
    op.create_index("ix_interest_person", "interest", ["person_id", "committee_id"])
    op.create_index("ix_declaration_person", "declaration", ["committee_id", "person_id"])
    for table, column in (
        ("interest", "committee_id"),
        ("interest", "meeting_id"),
        ("declaration", "meeting_id"),
        ("declaration", "change_set_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    dialect = op.get_bind().dialect.name
    for statement in append_only("declaration", dialect):
        op.execute(statement)
    op.add_column("recusal", sa.Column("reason", sa.String(length=400), nullable=False, server_default=""))
    for name in ("left_at", "returned_at", "decided_at"):
        op.add_column("recusal", sa.Column(name, Instant(timezone=True), nullable=True))
    with op.batch_alter_table("recusal") as table:
        table.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_recusal_decided_by_id"), "person", ["decided_by_id"], ["id"])
    op.execute("UPDATE recusal SET kind = 'facts' WHERE kind = 'vote_only'")
    if dialect == "sqlite":
        op.execute(no_replacement("declaration", [["id"]]))
    for name, act, condition in guards():
        if dialect == "sqlite":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON recusal WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'what signed minutes say is frozen'); END"
            )
            continue
        row = "OLD" if act == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION 'what signed minutes say is frozen'; END IF; RETURN {row}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON recusal FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, _act, _condition in guards():
        op.execute(f"DROP TRIGGER {name}" if on_sqlite else f"DROP TRIGGER {name} ON recusal")
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    op.execute("UPDATE recusal SET kind = 'vote_only' WHERE kind = 'facts'")
    with op.batch_alter_table("recusal") as table:
        table.drop_constraint(op.f("fk_recusal_decided_by_id"), type_="foreignkey")
        table.drop_column("decided_by_id")
    for name in ("decided_at", "returned_at", "left_at", "reason"):
        op.drop_column("recusal", name)
    op.drop_table("declaration")
    op.drop_table("interest")
