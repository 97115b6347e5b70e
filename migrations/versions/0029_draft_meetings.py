"""Meetings that are prepared as drafts: the code under which one was prepared, and when it was published."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting", sa.Column("draft_code", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("meeting", sa.Column("published_at", Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("meeting", "published_at")
    op.drop_column("meeting", "draft_code")
