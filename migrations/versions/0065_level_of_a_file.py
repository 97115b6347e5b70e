"""A level of confidentiality of its own for a file: empty where it is that of its thing."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file_ref", sa.Column("level", sa.String(length=40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("file_ref", "level")
