"""Packs by mail are asked for once: one standing wish of a kind for each person, and the task that makes its mail."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core import clock
from kangjiansheng.core.db import Instant

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLE = "pack_delivery"
KINDS = {
    "uq_pack_delivery_calendar": (["person_id", "rhythm"], "committee_id IS NULL AND ended_at IS NULL"),
    "uq_pack_delivery_meeting": (
        ["person_id", "committee_id"],
        "committee_id IS NOT NULL AND ended_at IS NULL",
    ),
}


def upgrade() -> None:
    # Of wishes that two requests made in the same instant the first stays.
    again = sa.text(
        """
        UPDATE pack_delivery SET ended_at = :now, version = version + 1
        WHERE ended_at IS NULL AND EXISTS (
            SELECT 1 FROM pack_delivery AS first
            WHERE first.ended_at IS NULL AND first.id < pack_delivery.id
            AND first.person_id = pack_delivery.person_id AND first.rhythm = pack_delivery.rhythm
            AND coalesce(first.committee_id, 0) = coalesce(pack_delivery.committee_id, 0)
        )
        """
    )
    op.execute(again.bindparams(sa.bindparam("now", clock.now(), Instant())))
    for name, (columns, where) in KINDS.items():
        condition = sa.text(where)
        op.create_index(name, TABLE, columns, unique=True, sqlite_where=condition, postgresql_where=condition)
    op.execute(
        "ALTER TABLE pack_delivery ADD COLUMN task_id INTEGER CONSTRAINT fk_pack_delivery_task_id REFERENCES job (id)"
    )
    op.create_index(op.f("ix_pack_delivery_task_id"), TABLE, ["task_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_pack_delivery_task_id"), TABLE)
    op.drop_column(TABLE, "task_id")
    for name in KINDS:
        op.drop_index(name, TABLE)
