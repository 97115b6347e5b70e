"""What an import asks for once: why plans are changed, and by whose authority."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_batch") as batch:
        for name in ("why", "authority"):
            batch.add_column(sa.Column(name, sa.String(length=400), nullable=False, server_default=""))
    with op.batch_alter_table("import_row") as batch:
        batch.add_column(sa.Column("replans", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("import_row") as batch:
        batch.drop_column("replans")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_column("authority")
        batch.drop_column("why")
