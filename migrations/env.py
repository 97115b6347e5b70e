"""Alembic's environment: one engine factory for application and migrations; safe on SQLite.

Foreign keys are off while migrating (a rebuilt table would cascade), each step is one transaction on both
engines, and SQLite checks its foreign keys at the end.
"""

from alembic import context
from sqlalchemy import Engine

from kangjiansheng.accounts import models as _accounts  # noqa: F401
from kangjiansheng.committee import models as _committee  # noqa: F401
from kangjiansheng.core import audit, changes, files, jobs, outbox, queue, schema, search, throttle  # noqa: F401
from kangjiansheng.core.db import Base, make_engine
from kangjiansheng.labs import models as _labs  # noqa: F401
from kangjiansheng.overview import models as _overview  # noqa: F401
from kangjiansheng.projects import models as _projects  # noqa: F401


def run() -> None:
    """Run the migrations over one connection."""
    engine = make_engine(context.config.attributes["url"], migrating=True)
    try:
        _over(engine)
    finally:
        engine.dispose()


def _over(engine: Engine) -> None:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_name=schema.is_ours,
            transactional_ddl=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if engine.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"foreign keys broken after migration: {broken[:5]}")
        elif connection.in_transaction():
            connection.commit()


run()
