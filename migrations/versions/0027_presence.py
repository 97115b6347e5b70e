"""Who is in a meeting from when to when, and when each item began and ended."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

LOCKED = "(SELECT life FROM minutes WHERE meeting_id = {row}.meeting_id) IN ('review', 'approved', 'record')"


def guards() -> Iterator[tuple[str, str, str]]:
    """(name, act, condition): from the opening of review on, presence is part of what people sign."""
    for act in ("INSERT", "UPDATE", "DELETE"):
        row = "NEW" if act == "INSERT" else "OLD"
        yield f"presence_frozen_{act.lower()}", act, LOCKED.format(row=row)


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("came_at", Instant(timezone=True), nullable=False),
        sa.Column("left_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_presence_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_meeting_id"), "presence", ["meeting_id"])
    for name in ("opened_at", "closed_at"):
        op.add_column("agenda_item", sa.Column(name, Instant(timezone=True), nullable=True))
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, act, condition in guards():
        if on_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON presence WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'what signed minutes say is frozen'); END"
            )
            continue
        row = "OLD" if act == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION 'what signed minutes say is frozen'; END IF; RETURN {row}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON presence FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    op.drop_table("presence")
    if op.get_bind().dialect.name != "sqlite":
        for name, _act, _condition in guards():
            op.execute(f"DROP FUNCTION {name}()")
    for name in ("closed_at", "opened_at"):
        op.drop_column("agenda_item", name)
