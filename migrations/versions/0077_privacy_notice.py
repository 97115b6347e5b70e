"""The notice on personal data by version, who accepted which, and the last version that an account has accepted."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

NOTICE, ACCEPTANCE = "privacy_notice", "notice_acceptance"
KEYS = {NOTICE: [["id"], ["number"]], ACCEPTANCE: [["id"], ["person_id", "number"]]}


def upgrade() -> None:
    op.create_table(
        NOTICE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(f"text_{script}", sa.Text(), nullable=False) for script in ("hans", "hant", "en")),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f(f"fk_{NOTICE}_by_id")),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f(f"fk_{NOTICE}_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{NOTICE}")),
        sa.UniqueConstraint("number", name=op.f(f"uq_{NOTICE}_number")),
    )
    op.create_index(op.f(f"ix_{NOTICE}_by_id"), NOTICE, ["by_id"])
    op.create_table(
        ACCEPTANCE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{ACCEPTANCE}_person_id")),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f(f"fk_{ACCEPTANCE}_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ACCEPTANCE}")),
        sa.UniqueConstraint("person_id", "number", name=op.f(f"uq_{ACCEPTANCE}_person_id_number")),
    )
    dialect = op.get_bind().dialect.name
    for table, keys in KEYS.items():
        op.create_index(op.f(f"ix_{table}_change_set_id"), table, ["change_set_id"])
        for statement in append_only(table, dialect):
            op.execute(statement)
        if dialect == "sqlite":
            op.execute(no_replacement(table, keys))
    op.add_column("account", sa.Column("notice_number", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("account", "notice_number")
    op.drop_table(ACCEPTANCE)
    op.drop_table(NOTICE)
