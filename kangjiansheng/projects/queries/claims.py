"""What a project's lead claims of it on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from kangjiansheng.core import clock
from kangjiansheng.projects.models import Project


@dataclass(frozen=True, slots=True)
class Claim:
    """A judgement that holds: who said it (a person's id) when, why, and its last day."""

    status: str
    reason: str
    until: date
    recorded_at: datetime
    person_id: int


def claim_on(project: Project, day: date) -> Claim | None:
    """The judgement that holds at the end of a day; None when none was made, or it has ended.

    Reads nothing when the project came with its claims.
    """
    said = [row for row in project.claims if row.recorded_at <= clock.end_of(day)]
    last = said[-1] if said else None
    if last is None or last.until is None or last.until < day:
        return None
    return Claim(last.status, last.reason, last.until, last.recorded_at, last.change_set.actor_id)
