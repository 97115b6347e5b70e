"""Companies of the park, its floors and leases, requests for service and contacts. Two triggers hold the space:
all floors are never larger than the park, and the leases of a floor never take more than it has."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

PARK_M2 = 120_000
LOCK = 0x6B6A75  # advisory lock of those who change the floors, on PostgreSQL
ALL_FLOORS = "SELECT coalesce(sum(area_m2), 0) FROM park_floor WHERE archived_at IS NULL"
# Leases only add up where one begins: the sum on each of these days is compared with the floor.
TOO_MUCH = """
  SELECT 1 FROM lease s JOIN park_floor f ON f.id = s.floor_id WHERE {which} AND s.withdrawn_at IS NULL AND f.area_m2 < (
    SELECT sum(o.area_m2) FROM lease o WHERE o.floor_id = s.floor_id AND o.withdrawn_at IS NULL
    AND o.starts_on <= s.starts_on AND (o.ends_on IS NULL OR o.ends_on >= s.starts_on))
"""
TABLES = ("service_contact", "service_request", "lease", "company", "park_rule", "park_floor")


def upgrade() -> None:
    op.create_table(
        "park_floor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("building", sa.String(length=400), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Integer(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_park_floor")),
        sa.UniqueConstraint("building", "level", name=op.f("uq_park_floor_building_level")),
        sa.UniqueConstraint("code", name=op.f("uq_park_floor_code")),
    )
    op.create_table(
        "park_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiet_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_park_rule")),
    )
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("contact_roles", sa.JSON(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("companion_id", sa.Integer(), nullable=True),
        sa.Column("confidentiality", sa.String(length=40), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", Instant(timezone=True), nullable=True),
        sa.Column("nudged_on", sa.Date(), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["companion_id"], ["person.id"], name=op.f("fk_company_companion_id")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_company_institution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("code", name=op.f("uq_company_code")),
    )
    op.create_index(op.f("ix_company_companion_id"), "company", ["companion_id"], unique=False)
    op.create_index(op.f("ix_company_institution_id"), "company", ["institution_id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("floor_id", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_lease_company_id")),
        sa.ForeignKeyConstraint(["floor_id"], ["park_floor.id"], name=op.f("fk_lease_floor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lease")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_lease_company_id_number")),
    )
    op.create_index(op.f("ix_lease_floor_id"), "lease", ["floor_id"], unique=False)
    op.create_table(
        "service_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("provider_institution_id", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_service_request_asked_by_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_service_request_company_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["person.id"], name=op.f("fk_service_request_provider_id")),
        sa.ForeignKeyConstraint(
            ["provider_institution_id"],
            ["institution.id"],
            name=op.f("fk_service_request_provider_institution_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_service_request_company_id_number")),
    )
    op.create_index(op.f("ix_service_request_promised_on"), "service_request", ["promised_on"], unique=False)
    op.create_index(op.f("ix_service_request_provider_id"), "service_request", ["provider_id"], unique=False)
    op.create_table(
        "service_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_service_contact_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_service_contact_person_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_service_contact_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_contact")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_service_contact_company_id_number")),
    )
    op.create_index(op.f("ix_service_contact_request_id"), "service_contact", ["request_id"], unique=False)
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def _sqlite() -> list[str]:
    park = f"WHEN ({ALL_FLOORS}) > {PARK_M2} BEGIN SELECT RAISE(ABORT, 'the floors are larger than the park'); END"
    refuse = "BEGIN SELECT RAISE(ABORT, 'the leases are larger than the floor'); END"
    floor = f"WHEN EXISTS ({TOO_MUCH.format(which='s.floor_id = NEW.floor_id')}) {refuse}"
    shrunk = f"WHEN EXISTS ({TOO_MUCH.format(which='s.floor_id = NEW.id')}) {refuse}"
    return [
        f"CREATE TRIGGER park_floor_fits_insert AFTER INSERT ON park_floor {park}",
        f"CREATE TRIGGER park_floor_fits_update AFTER UPDATE ON park_floor {park}",
        f"CREATE TRIGGER park_floor_holds_update AFTER UPDATE ON park_floor {shrunk}",
        f"CREATE TRIGGER lease_fits_insert AFTER INSERT ON lease {floor}",
        f"CREATE TRIGGER lease_fits_update AFTER UPDATE ON lease {floor}",
    ]


def _postgresql() -> list[str]:
    """Each takes its lock before it adds up: what two write at once is seen by the later one."""
    return [
        f"""
CREATE FUNCTION park_floor_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});
  IF ({ALL_FLOORS}) > {PARK_M2} THEN RAISE EXCEPTION 'the floors are larger than the park'; END IF;
  IF EXISTS ({TOO_MUCH.format(which="s.floor_id = NEW.id")}) THEN
    RAISE EXCEPTION 'the leases are larger than the floor';
  END IF;
  RETURN NULL;
END $$
""",
        f"""
CREATE FUNCTION lease_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM park_floor WHERE id = NEW.floor_id FOR NO KEY UPDATE;
  IF EXISTS ({TOO_MUCH.format(which="s.floor_id = NEW.floor_id")}) THEN
    RAISE EXCEPTION 'the leases are larger than the floor';
  END IF;
  RETURN NULL;
END $$
""",
        "CREATE TRIGGER park_floor_fits AFTER INSERT OR UPDATE ON park_floor "
        "FOR EACH ROW EXECUTE FUNCTION park_floor_fits()",
        "CREATE TRIGGER lease_fits AFTER INSERT OR UPDATE ON lease FOR EACH ROW EXECUTE FUNCTION lease_fits()",
    ]


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION park_floor_fits()")
        op.execute("DROP FUNCTION lease_fits()")
