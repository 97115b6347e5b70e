"""Who belongs to a project, from when to when, and who owns its open milestones."""

from datetime import date, timedelta
from typing import Any

from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects import notices
from kangjiansheng.projects.models import Project, ProjectMember
from kangjiansheng.projects.operations.ledger import project_entry
from kangjiansheng.projects.queries.people import candidates
from kangjiansheng.projects.rules.acts import PROJECT_ROLES


def add_member(
    project: Project,
    person_id: int,
    role: str,
    *,
    actor: Actor,
    version: int | None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> ProjectMember:
    """Take somebody of the laboratories or party institutions into the team, from a day on."""
    _may_change(project, version)
    if role not in PROJECT_ROLES:
        raise RuleBroken("projects:role-unknown", "role", value=role)
    if person_id not in {person.id for person in candidates(project.id)} and not actor.has(
        "executive", "system"
    ):
        raise RuleBroken("projects:person-unknown", "person_id")
    start = valid_from or clock.today()
    if valid_to is not None and valid_to < start:
        raise RuleBroken("projects:days-reversed", "valid_to", start=start)
    if any(row.person_id == person_id and _overlaps(row, start, valid_to) for row in project.members):
        raise RuleBroken("projects:member-twice", "person_id")
    before = project.state()
    row = ProjectMember(person_id=person_id, role=role, valid_from=start, valid_to=valid_to)
    project.members.append(row)
    _record(project, before, actor=actor)
    outbox.tell(
        [person_id],
        "projects:member",
        {
            "who": actor.label,
            "project": project.code,
            "names": notices.names(project),
            "illustrative": project.illustrative,
        },
        address=f"/projects/{project.code}",
        besides=actor.id,
    )
    return row


def end_member(project: Project, member_id: int, *, actor: Actor, version: int | None) -> None:
    """End a membership as of yesterday: the right is gone with the next request. A project keeps one lead."""
    _may_change(project, version)
    row = next((row for row in project.members if row.id == member_id), None)
    if row is None or (row.valid_to is not None and row.valid_to < clock.today()):
        raise RuleBroken("projects:person-unknown")
    others = [r for r in project.members if r.id != row.id and r.role == "lead" and _holds(r)]
    if row.role == "lead" and not others:
        raise RuleBroken("projects:last-lead")
    before = project.state()
    yesterday = clock.today() - timedelta(days=1)
    if row.valid_from > yesterday:
        project.members.remove(row)
    else:
        row.valid_to = yesterday
    _record(project, before, actor=actor)


def _record(project: Project, before: dict[str, Any], *, actor: Actor) -> None:
    db.session.flush()
    change = record("projects:project:people", project, actor=actor, before=before)
    project_entry(project, "edit", change=change)


def _may_change(project: Project, version: int | None) -> None:
    expect(project, version)
    if project.archived_at is not None:
        raise RuleBroken("projects:archived")


def _holds(row: ProjectMember) -> bool:
    today = clock.today()
    return row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)


def _overlaps(row: ProjectMember, start: date, end: date | None) -> bool:
    return (row.valid_to is None or row.valid_to >= start) and (end is None or row.valid_from <= end)
