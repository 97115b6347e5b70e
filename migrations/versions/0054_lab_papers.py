"""What a joint laboratory holds for a while: permits, SOPs, qualified rooms and people."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLE = "lab_paper"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=400), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lab_id"], ["joint_lab.id"], name=op.f(f"fk_{TABLE}_lab_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f(f"fk_{TABLE}_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("lab_id", "number", name=op.f(f"uq_{TABLE}_lab_id_number")),
    )
    for column in ("holder_id", "valid_to"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])


def downgrade() -> None:
    op.drop_table(TABLE)
