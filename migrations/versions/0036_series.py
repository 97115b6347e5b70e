"""Templates of agendas, and series of meetings."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def names() -> list[sa.Column[str]]:
    return [
        sa.Column(name, sa.String(length=400), nullable=False)
        for name in ("name_hans", "name_hant", "name_en")
    ]


def upgrade() -> None:
    op.create_table(
        "agenda_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("archived_at", Instant(timezone=True), nullable=True),
        *names(),
        sa.Column("version", sa.Integer(), nullable=False),
        key("agenda_template", "committee_id", "committee.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_template")),
    )
    op.create_table(
        "meeting_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        *names(),
        sa.Column("version", sa.Integer(), nullable=False),
        key("meeting_series", "committee_id", "committee.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_series")),
    )
    for table in ("agenda_template", "meeting_series"):
        op.create_index(op.f(f"ix_{table}_committee_id"), table, ["committee_id"])
    # The table is not made anew: on SQLite that would let go what points at its rows.
    op.execute(
        "ALTER TABLE meeting ADD COLUMN series_id INTEGER "
        "CONSTRAINT fk_meeting_series_id REFERENCES meeting_series (id)"
    )
    op.create_index(op.f("ix_meeting_series_id"), "meeting", ["series_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_series_id"), "meeting")
    op.drop_column("meeting", "series_id")
    op.drop_table("meeting_series")
    op.drop_table("agenda_template")
