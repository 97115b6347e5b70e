"""So many months before its end the parties of an agreement begin to talk about its renewal."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement", sa.Column("renewal_months", sa.Integer(), nullable=False, server_default="6"))
    with op.batch_alter_table("agreement") as table:
        table.alter_column("renewal_months", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("agreement") as table:
        table.drop_column("renewal_months")
