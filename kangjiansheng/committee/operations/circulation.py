"""What the clock does for circulations: it reminds those who have not answered, and closes what is over."""

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import Motion
from kangjiansheng.committee.notices import motions as notices
from kangjiansheng.committee.operations import motions
from kangjiansheng.committee.operations.tallying import given, recused_from
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import is_digest_time
from kangjiansheng.core.db import db
from kangjiansheng.core.logs import log

HOUR, QUIET = (
    8,
    (21, 7),
)  # on working days from eight o'clock on, as the digest comes unless somebody sets it otherwise


def look_after() -> int:
    """Close the circulations whose deadline has passed and remind of the others once a working day; returns how
    many were touched. Each in a part of the transaction of its own: one that fails takes no other with it."""
    query = select(Motion).where(Motion.way == "circulation", Motion.closed_at.is_(None)).order_by(Motion.id)
    touched = 0
    for motion in list(db.session.scalars(query)):
        try:
            with db.session.begin_nested():
                touched += _look_after(motion)
        except Exception as problem:
            facts = {"motion": motion.id, "problem": type(problem).__name__}
            log.exception("circulation failed", extra={"facts": facts})
    return touched


def _look_after(motion: Motion) -> bool:
    now, today = clock.now(), clock.today()
    if motion.due_at is not None and motion.due_at <= now:
        motions.close(motion, actor=system_actor())
        return True
    told = motion.reminded_on == today or clock.day_of(motion.opened_at) == today
    if told or not is_digest_time(now, HOUR, *QUIET):
        return False
    answered = {person for person, _choice in given(motion)}
    silent = set(motion.eligible or []) - recused_from(motion) - answered
    people = list(db.session.scalars(select(Person).where(Person.id.in_(silent))))
    motion.reminded_on = today
    notices.remind(motion, people, today)
    return True
