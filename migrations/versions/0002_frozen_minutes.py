"""Let the database refuse changes of approved minutes, of amendments and of who must sign."""

from collections.abc import Iterator

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FROZEN = "('approved', 'record')"
OF_APPROVED = {
    "paragraph": "(SELECT life FROM minutes WHERE id = {row}.minutes_id)",
    "paragraph_revision": (
        "(SELECT m.life FROM paragraph p JOIN minutes m ON m.id = p.minutes_id WHERE p.id = {row}.paragraph_id)"
    ),
    "decision": "(SELECT life FROM minutes WHERE meeting_id = {row}.meeting_id)",
}
ACTS = {
    "paragraph": ("INSERT", "UPDATE", "DELETE"),
    "paragraph_revision": ("INSERT",),
    "decision": ("INSERT", "UPDATE", "DELETE"),
}
MINUTES_ARE_FIXED = (
    f"OLD.life IN {FROZEN} AND (NEW.life <> OLD.life OR NEW.current_draft <> OLD.current_draft "
    "OR NEW.meeting_id <> OLD.meeting_id OR NEW.drafter_id <> OLD.drafter_id)"
)
AMENDMENT_IS_FIXED = (
    "OLD.life <> 'review' OR NEW.text <> OLD.text OR NEW.reason <> OLD.reason "
    "OR NEW.paragraph_id <> OLD.paragraph_id"
)


def row(act: str) -> str:
    """The row that a trigger looks at."""
    return "OLD" if act == "DELETE" else "NEW"


def guards() -> Iterator[tuple[str, str, str, str]]:
    """(name, act, table, condition under which it is refused)."""
    for table, acts in ACTS.items():
        for act in acts:
            condition = f"{OF_APPROVED[table].format(row=row(act))} IN {FROZEN}"
            yield f"{table}_frozen_{act.lower()}", act, table, condition
    yield "minutes_frozen_update", "UPDATE", "minutes", MINUTES_ARE_FIXED
    yield "minutes_frozen_delete", "DELETE", "minutes", f"OLD.life IN {FROZEN}"
    yield "amendment_frozen_update", "UPDATE", "amendment", AMENDMENT_IS_FIXED
    yield "amendment_frozen_delete", "DELETE", "amendment", "1 = 1"
    yield "signer_fixed_update", "UPDATE", "signer", "1 = 1"
    yield "signer_fixed_delete", "DELETE", "signer", "1 = 1"


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, act, table, condition in guards():
        if on_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition} "
                "BEGIN SELECT RAISE(ABORT, 'approved minutes are frozen'); END"
            )
            continue
        # A subquery may not stand in WHEN there, so the condition stands in the function.
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION 'approved minutes are frozen'; END IF; RETURN {row(act)}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, _act, table, _condition in guards():
        op.execute(f"DROP TRIGGER {name}" if on_sqlite else f"DROP TRIGGER {name} ON {table}")
        if not on_sqlite:
            op.execute(f"DROP FUNCTION {name}()")
