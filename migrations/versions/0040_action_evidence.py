"""What shows that an action is done."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("action", sa.Column("evidence", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("action", "evidence")
