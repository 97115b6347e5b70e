"""The settings of a committee's charter, and the number of a meeting's minutes as it was given."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BARE = "{kind}-{year}-{meeting}-{serial}"
COLUMNS = (
    ("kind", sa.String(length=40), "scientific"),
    ("quorum_base", sa.String(length=40), "eligible"),
    ("majority_numerator", sa.Integer(), 1),
    ("majority_denominator", sa.Integer(), 2),
    ("majority_over", sa.Boolean(), True),
    ("majority_base", sa.String(length=40), "present"),
    ("abstentions_count", sa.Boolean(), True),
    ("deputies", sa.Boolean(), False),
    ("default_consent", sa.Boolean(), False),
    ("default_consent_days", sa.Integer(), 7),
    ("minutes_pattern", sa.String(length=400), "{short}〔{year}〕{serial}号"),
    ("outcome_pattern", sa.String(length=400), "{kind}-{committee}-{year}-{meeting}-{serial}"),
    ("retention_years", sa.Integer(), 30),
)


def upgrade() -> None:
    bind = op.get_bind()
    for name, kind, value in COLUMNS:
        default = sa.literal(value, kind).compile(
            dialect=bind.dialect, compile_kwargs={"literal_binds": True}
        )
        op.add_column(
            "committee", sa.Column(name, kind, nullable=False, server_default=sa.text(str(default)))
        )
    with op.batch_alter_table("committee") as table:
        table.add_column(sa.Column("lab_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_committee_lab_id"), "joint_lab", ["lab_id"], ["id"])
    # Until now all numbers had one pattern; the committee that was there first goes on with it.
    op.execute(f"UPDATE committee SET outcome_pattern = '{BARE}' WHERE id = (SELECT min(id) FROM committee)")
    op.add_column(
        "meeting", sa.Column("minutes_no", sa.String(length=400), nullable=False, server_default="")
    )
    short = "CASE WHEN c.short_hans = '' THEN c.code ELSE c.short_hans END"
    op.execute(
        f"UPDATE meeting SET minutes_no = (SELECT {short} || '〔' || meeting.year || '〕' || meeting.year_serial "
        "|| '号' FROM committee c WHERE c.id = meeting.committee_id)"
    )


def downgrade() -> None:
    op.drop_column("meeting", "minutes_no")
    with op.batch_alter_table("committee") as table:
        table.drop_constraint(op.f("fk_committee_lab_id"), type_="foreignkey")
        table.drop_column("lab_id")
    for name, _kind, _value in COLUMNS:
        op.drop_column("committee", name)
