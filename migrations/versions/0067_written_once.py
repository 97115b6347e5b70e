"""A link of an obligation that stands, and the number of a review within its year, are there once."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.schema import no_replacement

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

LINK, REVIEW = "obligation_link", "lab_review"
THINGS = ("project_id", "milestone_id", "lab_id")
STANDS = sa.text("removed_at IS NULL")


def upgrade() -> None:
    for thing in THINGS:
        # Of the same link made twice the first one stays; the other one stood for no day.
        op.execute(
            f"UPDATE {LINK} SET removed_at = made_at WHERE removed_at IS NULL AND EXISTS ("
            f"SELECT 1 FROM {LINK} AS other WHERE other.removed_at IS NULL AND other.id < {LINK}.id "
            f"AND other.obligation_id = {LINK}.obligation_id AND other.{thing} = {LINK}.{thing})"
        )
        op.create_index(
            f"uq_{LINK}_{thing}",
            LINK,
            ["obligation_id", thing],
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        )
    op.add_column(REVIEW, sa.Column("number", sa.Integer(), nullable=True))
    op.create_index(f"uq_{REVIEW}_number", REVIEW, ["lab_id", "year", "number"], unique=True)
    op.drop_index(f"ix_{REVIEW}_lab", REVIEW)
    _keys(["id"], ["lab_id", "year", "number"])


def downgrade() -> None:
    op.create_index(f"ix_{REVIEW}_lab", REVIEW, ["lab_id", "year"])
    _keys(["id"])
    op.drop_index(f"uq_{REVIEW}_number", REVIEW)
    op.drop_column(REVIEW, "number")
    for thing in THINGS:
        op.drop_index(f"uq_{LINK}_{thing}", LINK)


def _keys(*keys: list[str]) -> None:
    """Which rows SQLite may not replace."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {REVIEW}_no_replace")
        op.execute(no_replacement(REVIEW, keys))
