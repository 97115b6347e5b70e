"""Shared resources, their bookings and who waits. The database itself refuses that a place is booked twice.

PostgreSQL does it by an exclusion over ranges: whose keys are numbers is written as a range of one, so that no extension is
needed. SQLite, which lets one writer in at a time, does it by triggers. On both a trigger refuses a place that the resource
has not got.
"""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TAKEN = """
SELECT RAISE(ABORT, 'booking: the place is taken') WHERE NEW.cancelled_at IS NULL AND EXISTS (
  SELECT 1 FROM booking AS other
  WHERE other.resource_id = NEW.resource_id AND other.cancelled_at IS NULL AND other.id IS NOT {itself}
    AND other.place < NEW.place + NEW.places AND NEW.place < other.place + other.places
    AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at)
    AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at));
SELECT RAISE(ABORT, 'booking: there is no such place') WHERE NEW.cancelled_at IS NULL AND NEW.place + NEW.places - 1 > (
  SELECT capacity FROM shared_resource WHERE id = NEW.resource_id);
"""
SQLITE = (
    f"CREATE TRIGGER booking_taken_insert BEFORE INSERT ON booking BEGIN {TAKEN.format(itself='NULL')} END",
    f"CREATE TRIGGER booking_taken_update BEFORE UPDATE ON booking BEGIN {TAKEN.format(itself='OLD.id')} END",
)
POSTGRESQL = (
    """
ALTER TABLE booking ADD CONSTRAINT ex_booking_taken EXCLUDE USING gist (
  int4range(resource_id, resource_id + 1) WITH &&,
  int4range(place, place + places) WITH &&,
  tstzrange(starts_at, ends_at) WITH &&
) WHERE (cancelled_at IS NULL)
""",
    """
CREATE FUNCTION booking_has_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.cancelled_at IS NULL AND NEW.place + NEW.places - 1 > (
    SELECT capacity FROM shared_resource WHERE id = NEW.resource_id) THEN
    RAISE EXCEPTION 'booking: there is no such place' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
""",
    "CREATE TRIGGER booking_has_place BEFORE INSERT OR UPDATE ON booking "
    "FOR EACH ROW EXECUTE FUNCTION booking_has_place()",
)


def upgrade() -> None:
    op.create_table(
        "shared_resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=True),
        sa.Column("site", sa.String(length=400), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("open_days", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confidentiality", sa.String(length=40), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.Column(f"name_{script}", sa.String(length=400), nullable=False)
            for script in ("hans", "hant", "en")
        ),
        *_keys("shared_resource", institution_id="institution", lab_id="joint_lab"),
        sa.UniqueConstraint("code", name=op.f("uq_shared_resource_code")),
    )
    for column in ("institution_id", "lab_id"):
        op.create_index(op.f(f"ix_shared_resource_{column}"), "shared_resource", [column])
    op.create_table(
        "booking",
        *_common(),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", Instant(timezone=True), nullable=True),
        *_keys("booking", resource_id="shared_resource", person_id="person", institution_id="institution"),
        sa.UniqueConstraint("resource_id", "number", name=op.f("uq_booking_resource_id_number")),
        sa.CheckConstraint("place >= 1 AND places >= 1", name=op.f("ck_booking_places")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_booking_order")),
    )
    op.create_index("ix_booking_time", "booking", ["resource_id", "starts_at"])
    op.create_table(
        "booking_wait",
        *_common(),
        sa.Column("asked_at", Instant(timezone=True), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        *_keys(
            "booking_wait", resource_id="shared_resource", person_id="person", institution_id="institution"
        ),
        sa.UniqueConstraint("resource_id", "number", name=op.f("uq_booking_wait_resource_id_number")),
    )
    for table in ("booking", "booking_wait"):
        for column in ("person_id", "institution_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _common() -> list[sa.Column]:  # type: ignore[type-arg]
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("starts_at", Instant(timezone=True), nullable=False),
        sa.Column("ends_at", Instant(timezone=True), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _keys(table: str, **others: str) -> list[sa.Constraint]:
    found = [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in others.items()
    ]
    return [*found, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def downgrade() -> None:
    for table in ("booking_wait", "booking", "shared_resource"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION booking_has_place()")
