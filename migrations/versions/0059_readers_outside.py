"""Links for readers outside, and who opened what is confidential."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

LINK, TRACE = "reader_link", "access_trace"


def upgrade() -> None:
    op.create_table(
        LINK,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("email", sa.String(length=400), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("revoked_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{LINK}")),
        sa.UniqueConstraint("secret_sha256", name=op.f(f"uq_{LINK}_secret_sha256")),
    )
    op.create_index(f"ix_{LINK}_thing", LINK, ["thing", "thing_id"])
    op.create_table(
        TRACE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (link_id IS NULL)", name=op.f(f"ck_{TRACE}_one_reader")),
        sa.ForeignKeyConstraint(["link_id"], [f"{LINK}.id"], name=op.f(f"fk_{TRACE}_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TRACE}")),
    )
    op.create_index(op.f(f"ix_{TRACE}_link_id"), TRACE, ["link_id"])
    op.create_index(f"ix_{TRACE}_thing", TRACE, ["thing", "thing_id", "at"])
    dialect = op.get_bind().dialect.name
    for statement in append_only(TRACE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(TRACE, [["id"]]))


def downgrade() -> None:
    op.drop_table(TRACE)
    op.drop_table(LINK)
