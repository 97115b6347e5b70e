"""Let SQLite refuse INSERT OR REPLACE of a stored file: it deletes a row, and puts one there that was disposed of, without
asking the triggers on DELETE and UPDATE. PostgreSQL has no such statement."""

from alembic import op

from kangjiansheng.core.schema import no_replacement

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

REF = "file_ref"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(no_replacement(REF, [["id"], ["thing", "thing_id", "version_no"]]))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {REF}_no_replace")
