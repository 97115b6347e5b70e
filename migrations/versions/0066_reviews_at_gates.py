"""Which decisions at gates stand for the annual reviews of laboratories; which steps of their pathway are these gates."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.schema import append_only, no_replacement

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

TABLE = "review_decision"
KEYS = {"review_id": "lab_review", "decision_id": "gate_decision", "change_set_id": "change_set"}
MEANINGS = {"E120": "review", "E130": "renewal"}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(key, sa.Integer(), nullable=False) for key in KEYS),
        sa.Column("digest", sa.String(length=64), nullable=False),
        *(
            sa.ForeignKeyConstraint([key], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{key}"))
            for key, table in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("decision_id", name=op.f(f"uq_{TABLE}_decision_id")),
    )
    for key in ("review_id", "change_set_id"):
        op.create_index(op.f(f"ix_{TABLE}_{key}"), TABLE, [key])
    dialect = op.get_bind().dialect.name
    for statement in append_only(TABLE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(TABLE, [["id"], ["decision_id"]]))
    _say_what_steps_mean()


def _say_what_steps_mean() -> None:
    """Plans that run go by the version they were made from. Once, so that a version may say otherwise later."""
    version = sa.table(
        "template_version", sa.column("id"), sa.column("code"), sa.column("milestones", sa.JSON)
    )
    bind = op.get_bind()
    rows = bind.execute(sa.select(version.c.id, version.c.milestones).where(version.c.code == "E_jointlab"))
    for key, steps in rows.all():
        told = [
            {**step, "meaning": MEANINGS[step["code"]]}
            if step["code"] in MEANINGS and step.get("meaning") == "" and step.get("gate")
            else step
            for step in steps
        ]
        if told != steps:
            bind.execute(sa.update(version).where(version.c.id == key).values(milestones=told))


def downgrade() -> None:
    op.drop_table(TABLE)
