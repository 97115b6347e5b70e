"""Of reminders it is kept which kinds somebody does not want, not which they want: a kind that comes later is on."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

# In the order in which they came to be: whoever has one of them chose when all before it were there as well.
THEN = ("due", "overdue", "stale", "confirm", "review", "paper", "owed", "renewal", "service")
FIRST = 5  # so many were there from the beginning
SETTING = sa.table("notification_setting", sa.column("id"), sa.column("kinds"), sa.column("declined"))


def upgrade() -> None:
    op.add_column(
        "notification_setting", sa.Column("declined", sa.JSON(), nullable=False, server_default="[]")
    )
    _rewrite("kinds", "declined", lambda kinds: [kind for kind in _known(kinds) if kind not in kinds])
    with op.batch_alter_table("notification_setting") as table:
        table.alter_column("declined", server_default=None)
        table.drop_column("kinds")


def downgrade() -> None:
    op.add_column("notification_setting", sa.Column("kinds", sa.JSON(), nullable=False, server_default="[]"))
    _rewrite("declined", "kinds", lambda declined: [kind for kind in THEN if kind not in declined])
    with op.batch_alter_table("notification_setting") as table:
        table.alter_column("kinds", server_default=None)
        table.drop_column("declined")


def _known(kinds):  # type: ignore[no-untyped-def]
    last = max((THEN.index(kind) + 1 for kind in kinds if kind in THEN), default=0)
    return THEN[: max(last, FIRST)]


def _rewrite(before, after, made):  # type: ignore[no-untyped-def]
    to = op.get_bind()
    for row in to.execute(sa.select(SETTING.c.id, SETTING.c[before])).all():
        kinds = json.loads(row[1]) if isinstance(row[1], str) else row[1]
        to.execute(
            sa.update(SETTING)
            .where(SETTING.c.id == row[0])
            .values({after: sa.literal(made(kinds), sa.JSON())})
        )
