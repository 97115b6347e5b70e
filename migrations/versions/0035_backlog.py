"""Items that wait for a meeting, what an item of an agenda came from, and proposals that were set aside."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "backlog_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("minutes_planned", sa.Integer(), nullable=False),
        sa.Column("presenter", sa.String(length=400), nullable=False),
        sa.Column("presenter_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("gate_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("recusals", sa.JSON(), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", Instant(timezone=True), nullable=False),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        key("backlog_item", "committee_id", "committee.id"),
        key("backlog_item", "presenter_id", "person.id"),
        key("backlog_item", "project_id", "project.id"),
        key("backlog_item", "gate_id", "milestone.id"),
        key("backlog_item", "proposed_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backlog_item")),
    )
    op.create_index("ix_backlog_item_waiting", "backlog_item", ["committee_id", "life"])
    op.create_table(
        "agenda_dismissal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        key("agenda_dismissal", "meeting_id", "meeting.id", ondelete="CASCADE"),
        key("agenda_dismissal", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_dismissal")),
        sa.UniqueConstraint("meeting_id", "source", name=op.f("uq_agenda_dismissal_meeting_id_source")),
    )
    op.add_column("agenda_item", sa.Column("source", sa.String(length=40), nullable=False, server_default=""))
    op.execute(
        "ALTER TABLE paper ADD COLUMN backlog_item_id INTEGER "
        "CONSTRAINT fk_paper_backlog_item_id REFERENCES backlog_item (id)"
    )
    op.create_index(op.f("ix_paper_backlog_item_id"), "paper", ["backlog_item_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_paper_backlog_item_id"), "paper")
    op.drop_column("paper", "backlog_item_id")
    op.drop_column("agenda_item", "source")
    op.drop_table("agenda_dismissal")
    op.drop_table("backlog_item")
