"""What readers leave on a draft: reading marks, quotes, suggestions, consents and objections; reminders."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = ("review_reminder", "consent", "suggestion", "reading_mark")


def key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "reading_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("draft_number", sa.Integer(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("read_at", Instant(timezone=True), nullable=False),
        key("reading_mark", "minutes_id", "minutes.id"),
        key("reading_mark", "person_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_mark")),
        sa.UniqueConstraint("minutes_id", "person_id", name=op.f("uq_reading_mark_minutes_id_person_id")),
    )
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("answered_at", Instant(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_revision_no", sa.Integer(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        key("suggestion", "paragraph_id", "paragraph.id"),
        key("suggestion", "author_id", "person.id"),
        key("suggestion", "answered_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settles_id", sa.Integer(), nullable=True),
        sa.Column("printed_name", sa.String(length=400), nullable=False),
        sa.Column("told_at", Instant(timezone=True), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("given_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("consent", "draft_version_id", "draft_version.id"),
        key("consent", "paragraph_id", "paragraph.id"),
        key("consent", "person_id", "person.id"),
        key("consent", "settles_id", "consent.id"),
        key("consent", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_table(
        "review_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column("says_silence", sa.Boolean(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("sent_at", Instant(timezone=True), nullable=False),
        sa.Column("notification_id", sa.Integer(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        key("review_reminder", "draft_version_id", "draft_version.id"),
        key("review_reminder", "person_id", "person.id"),
        key("review_reminder", "notification_id", "notification.id", ondelete="SET NULL"),
        key("review_reminder", "outbox_id", "outbox.id", ondelete="SET NULL"),
        key("review_reminder", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_reminder")),
    )
    op.create_index("ix_consent_draft", "consent", ["draft_version_id", "person_id"])
    op.create_index("ix_review_reminder_draft", "review_reminder", ["draft_version_id", "person_id"])
    for table, column in (
        ("reading_mark", "person_id"),
        ("suggestion", "paragraph_id"),
        ("consent", "paragraph_id"),
        ("consent", "change_set_id"),
        ("review_reminder", "change_set_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    dialect = op.get_bind().dialect.name
    for statement in append_only("consent", dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement("consent", [["id"]]))
    op.add_column("comment", sa.Column("quote", sa.Text(), nullable=False, server_default=""))
    op.add_column("comment", sa.Column("quote_at", sa.Integer(), nullable=True))
    op.add_column("comment", sa.Column("mentions", sa.JSON(), nullable=False, server_default="{}"))
    for name in ("edited_at", "withdrawn_at"):
        op.add_column("comment", sa.Column(name, Instant(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("withdrawn_at", "edited_at", "mentions", "quote_at", "quote"):
        op.drop_column("comment", name)
    for table in TABLES:
        op.drop_table(table)
