"""Indexes in the order of long lists: meetings by day, decisions by meeting, actions by due date;
and of the few items that decide a gate or came from an ask."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_meeting_day": ("meeting", ["held_on", "running_no", "id"]),
    "ix_meeting_committee_day": ("meeting", ["committee_id", "held_on", "running_no", "id"]),
    "ix_meeting_running_no": ("meeting", ["running_no"]),
    "ix_meeting_draft_code": ("meeting", ["draft_code"]),
    "ix_agenda_item_source": ("agenda_item", ["source"]),
    "ix_action_due": ("action", ["due_on", "number"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    some = sa.text("gate_id IS NOT NULL")
    op.create_index(
        "ix_agenda_item_gate", "agenda_item", ["gate_id"], sqlite_where=some, postgresql_where=some
    )


def downgrade() -> None:
    op.drop_index("ix_agenda_item_gate", "agenda_item")
    for name, (table, _columns) in INDEXES.items():
        op.drop_index(name, table)
