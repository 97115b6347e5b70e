"""A hold brings back what was disposed of and whose bytes are still there: the database lets it, and nothing else of it."""

from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

REF = "file_ref"
REFUSED = "a file is disposed of once, when its period is over, two people agree and nothing holds everything"
# NEW and OLD are rows of file_ref; `same` says that two values are the same, also when absent.
SAME = "(NEW.disposed_at {same} OLD.disposed_at AND NEW.disposal_id {same} OLD.disposal_id)"
BACK = (
    "(OLD.disposed_at IS NOT NULL AND NEW.disposed_at IS NULL AND NEW.disposal_id IS NULL "
    "AND EXISTS (SELECT 1 FROM disposal AS d WHERE d.id = OLD.disposal_id AND d.emptied_at IS NULL) "
    "AND EXISTS (SELECT 1 FROM legal_hold AS h WHERE h.lifted_at IS NULL))"
)
WRONG = (
    "(OLD.disposed_at IS NOT NULL OR NOT EXISTS ("
    "SELECT 1 FROM disposal_file AS f JOIN disposal AS d ON d.id = f.disposal_id WHERE f.file_id = NEW.id "
    "AND d.id = NEW.disposal_id AND d.life = 'done' AND d.decided_by_id <> d.proposed_by_id "
    "AND NEW.at < d.older_than) "
    "OR EXISTS (SELECT 1 FROM legal_hold AS h WHERE h.scope = 'all' AND h.lifted_at IS NULL))"
)


def upgrade() -> None:
    _guard(f"NOT {SAME} AND NOT {BACK} AND {WRONG}")


def downgrade() -> None:
    _guard(f"NOT {SAME} AND {WRONG}")


def _guard(wrong: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {REF}_disposal")
        op.execute(
            f"CREATE TRIGGER {REF}_disposal BEFORE UPDATE OF disposed_at, disposal_id ON {REF} "
            f"WHEN {wrong.format(same='IS')} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_disposal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{REF} keeps its rows'; END IF; "
        f"IF {wrong.format(same='IS NOT DISTINCT FROM')} THEN RAISE EXCEPTION '{REFUSED}'; END IF; "
        "RETURN NEW; END $$"
    )
