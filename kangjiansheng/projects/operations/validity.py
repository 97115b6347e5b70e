"""What a project holds for a while: written down, changed, ended. Each act leaves a revision."""

from typing import Any

from sqlalchemy import select

from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import next_number
from kangjiansheng.projects.models import Milestone, Plan, Project, Validity
from kangjiansheng.projects.rules import validity as rules


def create_validity(project: Project, *, actor: Actor, milestone_code: str = "", **facts: Any) -> Validity:
    """Write down what the project holds. Refused: an unknown kind, an end before the beginning."""
    _open(project)
    rules.check(facts)
    held = Validity(
        project_id=project.id, number=next_number(Validity.number, Validity.project_id, project), **facts
    )
    held.project, held.milestone = project, _milestone(project, milestone_code)
    db.session.add(held)
    db.session.flush()
    record("projects:validity:create", held, actor=actor, before={})
    return held


def edit_validity(
    held: Validity, *, actor: Actor, version: int | None, milestone_code: str = "", **facts: Any
) -> Validity:
    """Change what is written: a renewal has a later end."""
    _start(held, version)
    rules.check(facts)
    before = held.state()
    for key, value in facts.items():
        setattr(held, key, value)
    held.milestone = _milestone(held.project, milestone_code)
    db.session.flush()
    record("projects:validity:edit", held, actor=actor, before=before)
    return held


def end(held: Validity, reason: str, *, actor: Actor, version: int | None) -> Validity:
    """Say that it counts no more, and why: replaced, given back, not needed."""
    _start(held, version)
    if not reason:
        raise RuleBroken("projects:validity-ending", "reason")
    before = held.state()
    held.life, held.ending = rules.ENDED, reason
    db.session.flush()
    record("projects:validity:end", held, actor=actor, before=before)
    return held


def _start(held: Validity, version: int | None) -> None:
    expect(held, version)
    _open(held.project)
    if held.life == rules.ENDED:
        raise RuleBroken("projects:validity-ended")


def _open(project: Project) -> None:
    if project.archived_at is not None:
        raise RuleBroken("projects:archived")


def _milestone(project: Project, code: str) -> Milestone | None:
    if not code:
        return None
    query = (
        select(Milestone)
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(Plan.project_id == project.id, Milestone.code == code, Milestone.kind == "milestone")
    )
    found = db.session.scalar(query)
    if found is None:
        raise RuleBroken("projects:risk-milestone", "milestone")
    return found
