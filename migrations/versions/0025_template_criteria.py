"""Where the criteria of gates come from, and which versions of the templates the product has brought.

The criteria of a template stand in its version, as its steps do; what an installation has stays as it is. The shipped
edition with criteria joins as the next version when reference data are loaded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gate_criterion", sa.Column("basis", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("template_version", sa.Column("edition", sa.Integer(), nullable=True))
    # The first version of a pathway was the product's; every other was begun here, with a reason.
    op.execute("UPDATE template_version SET edition = 1 WHERE number = 1 AND reason = ''")


def downgrade() -> None:
    op.drop_column("template_version", "edition")
    op.drop_column("gate_criterion", "basis")
