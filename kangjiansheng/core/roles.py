"""Two roles on PostgreSQL: one that owns the tables and migrates them, one as which the application runs.

The second may neither change nor remove a row of an append-only table, nor drop the triggers that refuse it: what
the trail says no longer rests on the triggers alone.
"""

import sqlalchemy as sa
from sqlalchemy import make_url
from sqlalchemy.engine import Connection

from kangjiansheng.core import schema
from kangjiansheng.core.config import Settings
from kangjiansheng.core.copies.columns import LEVEL
from kangjiansheng.core.db import make_engine


class NoRoles(Exception):
    """Roles that cannot be set; the text says why and what to do."""


def upgrade(settings: Settings) -> None:
    """Bring the database to this version's level as its owner, and let the application's role into what is new."""
    schema.upgrade(settings.owner_url)
    if are_two(settings):
        separate(settings)


def are_two(settings: Settings) -> bool:
    """Whether the application runs as another role than the owner."""
    return settings.owner_url != settings.database_url


def separate(settings: Settings) -> list[str]:
    """Make the application's role unless it is there, and give it what the product needs and no more. The tables on
    which it may neither UPDATE nor DELETE."""
    app, owner = make_url(settings.database_url), make_url(settings.owner_url)
    if not are_two(settings) or app.get_backend_name() != "postgresql" or not app.username:
        raise NoRoles(
            "KJS_OWNER_URL must name the owner of the tables, and KJS_DATABASE_URL the role of the application, "
            "both of one PostgreSQL database"
        )
    if (app.host, app.port, app.database) != (owner.host, owner.port, owner.database):
        raise NoRoles("KJS_OWNER_URL and KJS_DATABASE_URL name different databases")
    engine = make_engine(owner, migrating=True)
    try:
        with engine.begin() as connection:
            _make(connection, app.username, app.password)
            return _grant(connection, app.username)
    finally:
        engine.dispose()


def _make(connection: Connection, role: str, password: object) -> None:
    found = connection.execute(
        sa.text(
            "SELECT r.rolsuper OR pg_has_role(r.oid, c.relowner, 'MEMBER') FROM pg_roles r LEFT JOIN pg_class c "
            "ON c.oid = to_regclass('audit_entry') WHERE r.rolname = :role"
        ),
        {"role": role},
    ).first()
    if found is not None:
        if found[0]:
            raise NoRoles(
                f"the role {role} owns the tables or is above all rights: name another in KJS_DATABASE_URL"
            )
        return
    quoted = connection.dialect.identifier_preparer.quote(role)
    secret = (
        connection.scalar(sa.text("SELECT quote_literal(:said)"), {"said": str(password)})
        if password
        else "NULL"
    )
    try:
        connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN PASSWORD {secret}".replace("%", "%%"))
    except sa.exc.ProgrammingError:
        raise NoRoles(
            f"the owner may make no roles: let an administrator of the server run CREATE ROLE {quoted} LOGIN PASSWORD …, "
            "then try again"
        ) from None


def _grant(connection: Connection, role: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    name, place = quote(role), quote(str(connection.scalar(sa.text("SELECT current_schema()"))))
    kept = append_only(connection)
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM {name}",
        f"REVOKE CREATE ON SCHEMA {place} FROM PUBLIC, {name}",
        f"GRANT USAGE ON SCHEMA {place} TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {place} TO {name}",
        f"GRANT SELECT ON {LEVEL} TO {name}",
    ]
    for table in sa.inspect(connection).get_table_names():
        if table != LEVEL:
            rights = "SELECT, INSERT" if table in kept else "SELECT, INSERT, UPDATE, DELETE"
            statements.append(f"GRANT {rights} ON {quote(table)} TO {name}")
    for statement in statements:
        connection.exec_driver_sql(statement)
    return kept


def append_only(connection: Connection) -> list[str]:
    """The tables on which a trigger refuses each change of a row."""
    query = (
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND t.tgname = c.relname || '_append_only' "
        "ORDER BY c.relname"
    )
    return list(connection.execute(sa.text(query)).scalars())


def holds_apart(connection: Connection) -> bool:
    """Whether who is connected may not change the trail, by right and not by trigger alone."""
    if connection.dialect.name != "postgresql":
        return False
    return not connection.scalar(
        sa.text("SELECT has_table_privilege('audit_entry', 'UPDATE, DELETE, TRIGGER')")
    )
