"""What a project's lead claims of it on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.models import StatusClaim


@dataclass(frozen=True, slots=True)
class Claim:
    """A judgement that holds: who said it when, why, and its last day."""

    status: str
    reason: str
    until: date
    recorded_at: datetime
    who: str


def claim_on(project_id: int, day: date) -> Claim | None:
    """The judgement that holds at the end of a day; None when none was made, or it has ended; one statement."""
    query = (
        select(StatusClaim, Person)
        .join(ChangeSet, ChangeSet.id == StatusClaim.change_set_id)
        .outerjoin(Person, Person.id == ChangeSet.actor_id)
        .where(StatusClaim.project_id == project_id, StatusClaim.recorded_at <= clock.end_of(day))
        .order_by(StatusClaim.recorded_at.desc(), StatusClaim.id.desc())
        .limit(1)
    )
    found = db.session.execute(query).first()
    if found is None:
        return None
    row, person = found
    if row.until is None or row.until < day:
        return None
    return Claim(row.status, row.reason, row.until, row.recorded_at, name_of(person) if person else "")
