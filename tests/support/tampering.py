"""What somebody with the database's password can change behind the application's back."""

import sqlalchemy as sa
from flask import Flask

from kangjiansheng.core.db import db


def drop_triggers(connection: sa.Connection) -> None:
    """From here on nothing keeps this connection from changing what is only ever added to."""
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        for name in list(names):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("SET session_replication_role = replica")


def tamper(url: str, *statements: str) -> None:
    """Drop the triggers, as somebody with the database's password can, and change what is there."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        drop_triggers(connection)
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount == 1, statement
    engine.dispose()


def behind(app: Flask, *statements: str) -> None:
    """The same in the database of an application, which begins anew with what is there then."""
    with app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
        db.session.remove()
        db.engine.dispose()
    tamper(url, *statements)
