"""What the worker has done and has to do, who is signed in, and what lies on the disk: for administrators."""

import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts import rules
from kangjiansheng.accounts.models import Account, SignedInSession
from kangjiansheng.core import clock, files, quotas
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.jobs import Round
from kangjiansheng.core.queue import Task

LATEST = 1000  # so many are looked through, a page at a time
LATE = timedelta(minutes=2)  # past its time by so much, a round waits for a worker that is not there


@dataclass(frozen=True)
class Storage:
    """Bytes: of the database, of the stored files, and what is free where they lie."""

    database: int
    files: quotas.Room
    stored: int  # how many files
    free: int


def rounds() -> list[Round]:
    """What the clock starts, by its name."""
    return list(db.session.scalars(select(Round).order_by(Round.kind)))


def is_worker_away(found: list[Round]) -> bool:
    """True when nothing was done though something is long due."""
    return any(row.due_at < clock.now() - LATE for row in found) or not found


def tasks(state: str = "") -> list[Task]:
    """What somebody has asked for, newest first."""
    query = select(Task).order_by(Task.id.desc()).limit(LATEST)
    return list(db.session.scalars(query.where(Task.state == state) if state else query))


def task_counts() -> dict[str, int]:
    """How many tasks are in each state."""
    found = db.session.execute(select(Task.state, func.count()).group_by(Task.state))
    return {state: count for state, count in found}


def task(*, actor: Actor, number: int) -> Task | None:
    """One task."""
    return db.session.get(Task, number)


def open_sessions() -> list[SignedInSession]:
    """The sessions that are open, the one seen last first, with the people."""
    return list(db.session.scalars(_with_people(_open()).limit(LATEST)))


def count_open_sessions() -> int:
    """How many sessions are open."""
    open_ones = _open().with_only_columns(SignedInSession.id).order_by(None)
    return db.session.scalar(select(func.count()).select_from(open_ones.subquery())) or 0


def _with_people(query: Select[SignedInSession]) -> Select[SignedInSession]:
    return query.options(joinedload(SignedInSession.account).joinedload(Account.person))


def _open() -> Select[SignedInSession]:
    now = clock.now()
    return (
        select(SignedInSession)
        .join(SignedInSession.account)
        .where(
            SignedInSession.ended_at.is_(None),
            SignedInSession.last_seen_at >= now - rules.SESSION_IDLE,
            SignedInSession.created_at >= now - rules.SESSION_TOTAL,
            Account.disabled_at.is_(None),
        )
        .order_by(SignedInSession.last_seen_at.desc(), SignedInSession.id.desc())
    )


def open_session(*, actor: Actor, number: int) -> SignedInSession | None:
    """One open session."""
    return db.session.scalars(_with_people(_open()).where(SignedInSession.id == number)).first()


def storage(instance: Path) -> Storage:
    """What lies on the disk. The stored files are counted from their rows, not by walking the folder."""
    count = db.session.scalar(select(func.count()).select_from(files.FileBlob).where(files.is_kept())) or 0
    return Storage(_database_size(instance), quotas.room_of_all(), count, shutil.disk_usage(instance).free)


def _database_size(instance: Path) -> int:
    if not is_sqlite():
        return db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    path = Path(db.engine.url.database or "")
    return sum(os.path.getsize(part) for part in (path, Path(f"{path}-wal")) if part.exists())
