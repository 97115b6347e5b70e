"""Papers of the items of an agenda, and the person who presents an item."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The table is not made anew: on SQLite that would let go what points at its rows.
    op.execute(
        "ALTER TABLE agenda_item ADD COLUMN presenter_id INTEGER "
        "CONSTRAINT fk_agenda_item_presenter_id REFERENCES person (id)"
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", Instant(timezone=True), nullable=True),
        # No paper goes with its item: its key, and with it its files, would be given to another.
        sa.ForeignKeyConstraint(
            ["agenda_item_id"], ["agenda_item.id"], name=op.f("fk_paper_agenda_item_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    op.create_index(op.f("ix_paper_agenda_item_id"), "paper", ["agenda_item_id"])


def downgrade() -> None:
    op.drop_table("paper")
    op.drop_column("agenda_item", "presenter_id")
