"""A lead's own judgement of a project, beside the computed status."""

from datetime import date

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.models import Project, StatusClaim
from kangjiansheng.projects.rules import claims


def claim(
    project: Project, status: str, *, reason: str, until: date, actor: Actor, version: int | None
) -> StatusClaim:
    """Say how the project really stands, why, and until when that holds; the computed status stays beside it."""
    claims.check(status, reason, until, clock.today())
    return _say(project, status, reason, until, actor=actor, version=version)


def withdraw(project: Project, *, actor: Actor, version: int | None) -> StatusClaim:
    """Take the judgement back before it ends."""
    return _say(project, "", "", None, actor=actor, version=version)


def _say(
    project: Project, status: str, reason: str, until: date | None, *, actor: Actor, version: int | None
) -> StatusClaim:
    expect(project, version)
    if project.archived_at is not None:
        raise RuleBroken("projects:archived")
    change = begin(actor=actor, note=reason)
    row = StatusClaim(
        project_id=project.id,
        status=status,
        reason=reason,
        until=until,
        recorded_at=change.recorded_at,
        change_set_id=change.id,
    )
    project.claims.append(row)
    db.session.flush()
    facts = {"status": status, "reason": reason, "until": until}
    record(
        "projects:project:claim", project, actor=actor, before={"status": None}, after=facts, change=change
    )
    return row
