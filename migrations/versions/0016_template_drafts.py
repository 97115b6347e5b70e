"""Versions of pathway templates are drafted, published and retired, each with its reason."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_LOADED = (
    "SELECT min(e.recorded_at) FROM audit_entry e "
    "WHERE e.thing = 'template_version' AND e.thing_id = template_version.id"
)


def upgrade() -> None:
    # What is there has been published: plans are made from it.
    for column in (
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("status", sa.String(length=40), nullable=False, server_default="published"),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("published_at", Instant(timezone=True), nullable=True),
    ):
        op.add_column("template_version", column)
    op.execute(f"UPDATE template_version SET published_at = ({_LOADED})")


def downgrade() -> None:
    # The level below knows no drafts: it would make new plans from them.
    op.execute("DELETE FROM template_version WHERE published_at IS NULL AND status <> 'published'")
    for name in ("published_at", "note", "reason", "status", "version"):
        op.drop_column("template_version", name)
