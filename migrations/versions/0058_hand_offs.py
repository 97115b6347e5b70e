"""Hand-offs between institutions, their checklists and signatures."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

SIGNATURE = "hand_off_signature"


def key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def upgrade() -> None:
    op.create_table(
        "hand_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=True),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_hand_off_not_itself")),
        key("hand_off", "project_id", "project.id"),
        key("hand_off", "milestone_id", "milestone.id"),
        key("hand_off", "giver_id", "institution.id"),
        key("hand_off", "receiver_id", "institution.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off")),
        sa.UniqueConstraint("code", name=op.f("uq_hand_off_code")),
    )
    op.create_index("ix_hand_off_project_id_state", "hand_off", ["project_id", "state"])
    for column in ("milestone_id", "giver_id", "receiver_id"):
        op.create_index(op.f(f"ix_hand_off_{column}"), "hand_off", [column])
    op.create_table(
        "hand_off_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hand_off_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        key("hand_off_item", "hand_off_id", "hand_off.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off_item")),
        sa.UniqueConstraint("hand_off_id", "position", name=op.f("uq_hand_off_item_hand_off_id_position")),
    )
    op.create_table(
        SIGNATURE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hand_off_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("printed_name", sa.String(length=400), nullable=False),
        sa.Column("latin_name", sa.String(length=400), nullable=True),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("signed_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key(SIGNATURE, "hand_off_id", "hand_off.id"),
        key(SIGNATURE, "person_id", "person.id"),
        key(SIGNATURE, "institution_id", "institution.id"),
        key(SIGNATURE, "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SIGNATURE}")),
        sa.UniqueConstraint(
            "hand_off_id", "round", "side", name=op.f(f"uq_{SIGNATURE}_hand_off_id_round_side")
        ),
    )
    op.create_index(op.f(f"ix_{SIGNATURE}_person_id"), SIGNATURE, ["person_id"])
    op.create_index(op.f(f"ix_{SIGNATURE}_change_set_id"), SIGNATURE, ["change_set_id"])
    dialect = op.get_bind().dialect.name
    for statement in append_only(SIGNATURE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(SIGNATURE, [("id",), ("hand_off_id", "round", "side")]))


def downgrade() -> None:
    for table in (SIGNATURE, "hand_off_item", "hand_off"):
        op.drop_table(table)
