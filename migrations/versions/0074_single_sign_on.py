"""Who somebody is at the issuer of single sign-on."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

LINK = "sso_link"


def upgrade() -> None:
    op.create_table(
        LINK,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{LINK}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{LINK}")),
        sa.UniqueConstraint("account_id", "issuer", name=op.f(f"uq_{LINK}_account_id_issuer")),
        sa.UniqueConstraint("issuer", "subject", name=op.f(f"uq_{LINK}_issuer_subject")),
    )
    op.add_column(
        "account", sa.Column("sso_by_email", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "sign_in_policy", sa.Column("sso_only", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("sign_in_policy", "sso_only")
    op.drop_column("account", "sso_by_email")
    op.drop_table(LINK)
