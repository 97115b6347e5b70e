"""Motions, ballots by name, dissent, and deputies for one meeting."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from kangjiansheng.core.db import Instant
from kangjiansheng.core.schema import append_only, no_replacement

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# What was put to the vote, and what came out of it.
PUT = "meeting_id agenda_item_id kind text papers method way due_at voters eligible opened_at opened_by_id illustrative"
CAME = (
    "closed_at result lost_at votes_for votes_against abstentions recused base needed members quorum_needed present "
    "counted course"
)
JSON = {"voters", "eligible", "counted", "course"}
SIGNED = "('review', 'approved', 'record')"
LIFE = "(SELECT life FROM minutes WHERE meeting_id = {meeting})"
CLOSED = "(SELECT closed_at FROM motion WHERE id = NEW.motion_id)"
MEETING_OF = "(SELECT meeting_id FROM motion WHERE id = NEW.motion_id)"


def differs(columns: str) -> str:
    """The condition that one of the columns would change."""

    def value(row: str, name: str) -> str:
        return f"CAST({row}.{name} AS TEXT)" if name in JSON else f"{row}.{name}"

    return " OR ".join(
        f"{value('NEW', name)} IS DISTINCT FROM {value('OLD', name)}" for name in columns.split()
    )


def fills_once(columns: str) -> str:
    """The condition that something that stands already would change; what is empty may be filled."""
    return " OR ".join(f"(OLD.{name} IS NOT NULL AND ({differs(name)}))" for name in columns.split())


def guards() -> Iterator[tuple[str, str, str, str, str]]:
    """(name, table, act, condition, what is said)."""
    frozen = "what was voted on is frozen"
    yield "motion_put", "motion", "UPDATE", differs(PUT), frozen
    yield "motion_closed", "motion", "UPDATE", f"OLD.closed_at IS NOT NULL AND ({differs(CAME)})", frozen
    yield "motion_became", "motion", "UPDATE", fills_once("decision_id annulled_at"), frozen
    yield "motion_kept", "motion", "DELETE", "1 = 1", frozen
    signed = "what signed minutes say is frozen"
    life = LIFE.format(meeting="NEW.meeting_id")
    for act in ("INSERT", "UPDATE"):
        yield f"motion_signed_{act.lower()}", "motion", act, f"{life} IN {SIGNED}", signed
    yield "ballot_closed", "ballot", "INSERT", f"{CLOSED} IS NOT NULL", "the vote is closed"
    yield "dissent_open", "dissent", "INSERT", f"{CLOSED} IS NULL", "the vote is not closed"
    yield (
        "dissent_signed", "dissent", "INSERT", f"{LIFE.format(meeting=MEETING_OF)} IN {SIGNED}", signed,
    )  # fmt: skip
    for act in ("INSERT", "UPDATE", "DELETE"):
        row = "NEW" if act == "INSERT" else "OLD"
        meeting = LIFE.format(meeting=f"{row}.meeting_id")
        yield f"mandate_signed_{act.lower()}", "mandate", act, f"{meeting} IN {SIGNED}", signed


def key(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **more)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=True)


def upgrade() -> None:
    op.create_table(
        "motion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=True),
        sa.Column("voters", sa.JSON(), nullable=True),
        sa.Column("eligible", sa.JSON(), nullable=True),
        sa.Column("opened_at", Instant(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("closed_at", Instant(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("lost_at", Instant(timezone=True), nullable=True),
        *map(
            number,
            [
                "votes_for",
                "votes_against",
                "abstentions",
                "recused",
                "base",
                "needed",
                "members",
                "quorum_needed",
                "present",
            ],
        ),
        sa.Column("counted", sa.JSON(), nullable=True),
        sa.Column("course", sa.JSON(), nullable=True),
        number("decision_id"),
        number("paragraph_id"),
        sa.Column("annulled_at", Instant(timezone=True), nullable=True),
        sa.Column("annulled_for", sa.String(length=400), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        key("motion", "meeting_id", "meeting.id"),
        key("motion", "agenda_item_id", "agenda_item.id"),
        key("motion", "opened_by_id", "person.id"),
        key("motion", "decision_id", "decision.id"),
        key("motion", "paragraph_id", "paragraph.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_motion_decision_id")),
    )
    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("motion_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=False),
        number("deputy_id"),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("ballot", "motion_id", "motion.id"),
        key("ballot", "person_id", "person.id"),
        key("ballot", "deputy_id", "person.id"),
        key("ballot", "entered_by_id", "person.id"),
        key("ballot", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    op.create_table(
        "dissent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("motion_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        key("dissent", "motion_id", "motion.id"),
        key("dissent", "person_id", "person.id"),
        key("dissent", "change_set_id", "change_set.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dissent")),
    )
    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("given_at", Instant(timezone=True), nullable=False),
        key("mandate", "meeting_id", "meeting.id", ondelete="CASCADE"),
        key("mandate", "person_id", "person.id"),
        key("mandate", "deputy_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_mandate_meeting_id_person_id")),
        sa.UniqueConstraint("meeting_id", "deputy_id", name=op.f("uq_mandate_meeting_id_deputy_id")),
    )
    for table, column in (
        ("motion", "meeting_id"), ("motion", "agenda_item_id"), ("ballot", "change_set_id"), ("dissent", "change_set_id"),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index("ix_ballot_motion", "ballot", ["motion_id", "person_id"])
    op.create_index("ix_dissent_motion", "dissent", ["motion_id", "person_id"])
    op.add_column(
        "committee", sa.Column("deputy_among", sa.String(length=40), nullable=False, server_default="members")
    )
    dialect = op.get_bind().dialect.name
    for table in ("ballot", "dissent"):
        for statement in append_only(table, dialect):
            op.execute(statement)
    if dialect == "sqlite":
        for table in ("ballot", "dissent", "motion"):
            op.execute(no_replacement(table, [["id"]]))
    for name, table, act, condition, words in guards():
        if dialect == "sqlite":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
            continue
        row = "OLD" if act == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{words}'; END IF; RETURN {row}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for table in ("mandate", "dissent", "ballot", "motion"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for name, *_rest in guards():
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("committee", "deputy_among")
