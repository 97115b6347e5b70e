"""What the clock starts: a table of rounds, claimed so that several workers never run one twice."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import clock
from kangjiansheng.core.db import Base, Word, db
from kangjiansheng.core.logs import log
from kangjiansheng.core.transactions import writing


class Round(Base):
    """When a kind of work is due again."""

    __tablename__ = "job_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word, unique=True)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Word)


@dataclass(frozen=True)
class Job:
    """A kind of work: it runs every so often, in a transaction of its own.

    One that waits for other machines opens its transactions itself (`apart`): nobody's save waits with it.
    """

    kind: str
    every: timedelta
    run: Callable[[], object]
    apart: bool = False


_words: dict[str, Any] = {"mail": _l("发送邮件"), "groups": _l("发送群消息")}


def called(words: Mapping[str, Any]) -> None:
    """Make known what rounds and tasks are called where people see them."""
    _words.update(words)


def word_of(kind: str) -> str:
    """What a round or a task is called."""
    return str(_words.get(kind, kind))


def run_due(jobs: list[Job]) -> None:
    """Run each job that is due, one transaction each; a failing job is logged and tried next time."""
    for job in jobs:
        try:
            with writing():
                claimed = _claim(job)
                if claimed and not job.apart:
                    job.run()
            if claimed and job.apart:
                job.run()
        except Exception as problem:
            log.exception("job failed", extra={"facts": {"job": job.kind, "problem": type(problem).__name__}})
            _note(job, type(problem).__name__)


def _note(job: Job, problem: str) -> None:
    """Keep what went wrong for whoever looks, until it goes well again; a database that is away keeps nothing."""
    with suppress(OperationalError), writing():
        row = db.session.scalar(select(Round).where(Round.kind == job.kind))
        if row:
            row.problem = problem[:40]


def _claim(job: Job) -> bool:
    now = clock.now()
    row = db.session.scalar(select(Round).where(Round.kind == job.kind).with_for_update(skip_locked=True))
    if row is None:
        db.session.add(Round(kind=job.kind, due_at=now + job.every, done_at=now))
        db.session.flush()
        return True
    if row.due_at > now:
        return False
    row.due_at, row.done_at, row.problem = now + job.every, now, None
    return True
