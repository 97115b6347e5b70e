"""How long records are kept, what holds them, and what was disposed of: the database refuses any other way."""

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

PERIOD, HOLD, DISPOSAL, FILE, REF = "retention_period", "legal_hold", "disposal", "disposal_file", "file_ref"
OPEN = sa.text("life = 'proposed'")
REFUSED = "a file is disposed of once, when its period is over, two people agree and nothing holds everything"
# What may not be: NEW and OLD are rows of file_ref. `same` says that two values are the same, also when absent.
WRONG = (
    "NOT ({same_at} AND {same_disposal}) AND (OLD.disposed_at IS NOT NULL OR NOT EXISTS ("
    "SELECT 1 FROM disposal_file AS f JOIN disposal AS d ON d.id = f.disposal_id WHERE f.file_id = NEW.id "
    "AND d.id = NEW.disposal_id AND d.life = 'done' AND d.decided_by_id <> d.proposed_by_id "
    "AND NEW.at < d.older_than) "
    "OR EXISTS (SELECT 1 FROM legal_hold AS h WHERE h.scope = 'all' AND h.lifted_at IS NULL))"
)


def upgrade() -> None:
    op.create_table(
        PERIOD,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PERIOD}")),
        sa.UniqueConstraint("kind", name=op.f(f"uq_{PERIOD}_kind")),
    )
    op.create_table(
        HOLD,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_person(HOLD, "placed_by_id", nullable=False),
        sa.Column("placed_at", Instant(timezone=True), nullable=False),
        *_person(HOLD, "lifted_by_id", nullable=True),
        sa.Column("lifted_at", Instant(timezone=True), nullable=True),
        sa.Column("lifted_why", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{HOLD}")),
    )
    op.create_index(f"ix_{HOLD}_standing", HOLD, ["lifted_at", "scope", "place_id"])
    op.create_table(
        DISPOSAL,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("older_than", Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("life", sa.String(40), nullable=False),
        *_person(DISPOSAL, "proposed_by_id", nullable=False),
        sa.Column("proposed_at", Instant(timezone=True), nullable=False),
        *_person(DISPOSAL, "decided_by_id", nullable=True),
        sa.Column("decided_at", Instant(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("emptied_at", Instant(timezone=True), nullable=True),
        sa.Column("emptied", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{DISPOSAL}")),
        sa.CheckConstraint(
            "life <> 'done' OR decided_by_id <> proposed_by_id", name=op.f(f"ck_{DISPOSAL}_two_people")
        ),
        sa.CheckConstraint("years > 0 AND older_than < proposed_at", name=op.f(f"ck_{DISPOSAL}_period_over")),
    )
    op.create_index(
        f"uq_{DISPOSAL}_open", DISPOSAL, ["kind"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    for key in ("placed_by_id", "lifted_by_id"):
        op.create_index(op.f(f"ix_{HOLD}_{key}"), HOLD, [key])
    op.create_table(
        FILE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("disposal_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("brought_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["disposal_id"], [f"{DISPOSAL}.id"], name=op.f(f"fk_{FILE}_disposal_id")),
        sa.ForeignKeyConstraint(["file_id"], [f"{REF}.id"], name=op.f(f"fk_{FILE}_file_id")),
        sa.ForeignKeyConstraint(["change_set_id"], ["change_set.id"], name=op.f(f"fk_{FILE}_change_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{FILE}")),
        sa.UniqueConstraint("disposal_id", "file_id", name=op.f(f"uq_{FILE}_disposal_id_file_id")),
    )
    for key in ("file_id", "change_set_id"):
        op.create_index(op.f(f"ix_{FILE}_{key}"), FILE, [key])
    op.add_column(REF, sa.Column("disposed_at", Instant(timezone=True), nullable=True))
    op.add_column(REF, sa.Column("disposal_id", sa.Integer(), nullable=True))
    _guard()


def _person(table: str, column: str, *, nullable: bool) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}"))
    return sa.Column(column, sa.Integer(), nullable=nullable), key


def _guard() -> None:
    """The tombstones stay as they are; a file is disposed of by a decided disposal alone, and its row stays."""
    dialect = op.get_bind().dialect.name
    for statement in append_only(FILE, dialect):
        op.execute(statement)
    if dialect == "sqlite":
        op.execute(no_replacement(FILE, [["id"], ["disposal_id", "file_id"]]))
        wrong = WRONG.format(
            same_at="NEW.disposed_at IS OLD.disposed_at", same_disposal="NEW.disposal_id IS OLD.disposal_id"
        )
        op.execute(
            f"CREATE TRIGGER {REF}_disposal BEFORE UPDATE OF disposed_at, disposal_id ON {REF} "
            f"WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )
        op.execute(
            f"CREATE TRIGGER {REF}_stays BEFORE DELETE ON {REF} "
            f"BEGIN SELECT RAISE(ABORT, '{REF} keeps its rows'); END"
        )
        return
    wrong = WRONG.format(
        same_at="NEW.disposed_at IS NOT DISTINCT FROM OLD.disposed_at",
        same_disposal="NEW.disposal_id IS NOT DISTINCT FROM OLD.disposal_id",
    )
    op.execute(
        "CREATE FUNCTION refuse_disposal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{REF} keeps its rows'; END IF; "
        f"IF {wrong} THEN RAISE EXCEPTION '{REFUSED}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {REF}_disposal BEFORE UPDATE OF disposed_at, disposal_id ON {REF} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_disposal()"
    )
    op.execute(
        f"CREATE TRIGGER {REF}_stays BEFORE DELETE ON {REF} FOR EACH ROW EXECUTE FUNCTION refuse_disposal()"
    )


def downgrade() -> None:
    for name in ("disposal", "stays"):
        where = "" if op.get_bind().dialect.name == "sqlite" else f" ON {REF}"
        op.execute(f"DROP TRIGGER {REF}_{name}{where}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_disposal()")
    op.drop_column(REF, "disposal_id")
    op.drop_column(REF, "disposed_at")
    for table in (FILE, DISPOSAL, HOLD, PERIOD):
        op.drop_table(table)
