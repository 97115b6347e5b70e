"""Let the database refuse changes of what signed minutes say of their meeting: facts, agenda, attendance, actions."""

from collections.abc import Iterator

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# From the opening of review on: the facts are in the text that people sign.
LOCKED = "(SELECT life FROM minutes WHERE meeting_id = {meeting}) IN ('review', 'approved', 'record')"
MEETING = "committee_id code running_no year year_serial held_on starts_at ends_at place life name_hans name_hant name_en"
ACTION = "number meeting_id agenda_item_id text owner_id owner_role due_on"


def differs(columns: str) -> str:
    """True when one of the columns takes another value."""
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns.split())


def guards() -> Iterator[tuple[str, str, str, str]]:
    """(name, act, table, condition under which it is refused)."""
    locked = LOCKED.format(meeting="OLD.id")
    yield "meeting_frozen_update", "UPDATE", "meeting", f"{locked} AND ({differs(MEETING)})"
    yield "meeting_frozen_delete", "DELETE", "meeting", locked
    for table in ("agenda_item", "attendance"):
        for act in ("INSERT", "UPDATE", "DELETE"):
            row = "NEW" if act == "INSERT" else "OLD"
            condition = LOCKED.format(meeting=f"{row}.meeting_id")
            yield f"{table}_frozen_{act.lower()}", act, table, condition
    dropped = "(NEW.life <> OLD.life AND 'dropped' IN (NEW.life, OLD.life))"
    of_action = LOCKED.format(meeting="OLD.meeting_id")
    yield "action_frozen_insert", "INSERT", "action", LOCKED.format(meeting="NEW.meeting_id")
    yield "action_frozen_update", "UPDATE", "action", f"{of_action} AND ({differs(ACTION)} OR {dropped})"
    yield "action_frozen_delete", "DELETE", "action", of_action


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, act, table, condition in guards():
        if on_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
                f"WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')} "
                "BEGIN SELECT RAISE(ABORT, 'what signed minutes say is frozen'); END"
            )
            continue
        # A subquery may not stand in WHEN there, so the condition stands in the function.
        row = "OLD" if act == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION 'what signed minutes say is frozen'; END IF; RETURN {row}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, _act, table, _condition in guards():
        op.execute(f"DROP TRIGGER {name}" if on_sqlite else f"DROP TRIGGER {name} ON {table}")
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {name}()")
