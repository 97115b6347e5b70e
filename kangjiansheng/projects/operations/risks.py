"""Risks and issues: written down, changed, closed, reopened. Each act leaves a revision."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import next_number
from kangjiansheng.projects.models import Milestone, Plan, Project, Risk, RiskMilestone
from kangjiansheng.projects.queries.people import team_ids
from kangjiansheng.projects.rules import risks as rules


def create_risk(
    project: Project, *, actor: Actor, milestone_codes: Collection[str] = (), **facts: Any
) -> Risk:
    """Write a risk or an issue down. Refused: words and numbers outside the lists, an owner outside the team."""
    _open(project)
    rules.check(facts, today=clock.today())
    risk = Risk(
        project_id=project.id, number=next_number(Risk.number, Risk.project_id, project), milestones=[]
    )
    risk.project = project
    _fill(risk, milestone_codes, facts)
    db.session.add(risk)
    db.session.flush()
    record("projects:risk:create", risk, actor=actor, before={})
    _tell_owner(risk, actor)
    return risk


def block(milestone: Milestone, words: str, *, actor: Actor, version: int | None) -> Risk:
    """Write down in one line what stops a milestone: an issue that needs somebody at once. It is for the milestone's owner,
    else for who says it, as far as they are in the team; else for nobody yet. The same words about the same milestone
    while they stand are one issue. Refused: a stale form; no words; a milestone that has ended, or that belongs to no
    project."""
    expect(milestone, version)
    project = milestone.plan.project
    if project is None or milestone.state != "open":
        raise RuleBroken("projects:choice-missing", "choice")
    if not words.strip():
        raise RuleBroken("projects:risk-title", "obstacle")
    if said := _said_already(milestone, words.strip()):
        return said
    team = team_ids(milestone.plan)
    facts: dict[str, Any] = {
        **rules.BLOCKED,
        "title": words.strip(),
        "description": "",
        "likelihood": None,
        "measure": "",
        "owner_id": next((one for one in (milestone.owner_id, actor.id) if one in team), None),
        "review_on": clock.today() + timedelta(rules.LOOK_AGAIN),
    }
    return create_risk(project, actor=actor, milestone_codes=[milestone.code], **facts)


def _said_already(milestone: Milestone, title: str) -> Risk | None:
    """An open issue about it in the same words: two said it at once, or one said it twice."""
    about = select(RiskMilestone.risk_id).where(RiskMilestone.milestone_id == milestone.id)
    query = select(Risk).where(
        Risk.id.in_(about), Risk.title == title, Risk.kind == rules.BLOCKED["kind"], Risk.life != rules.CLOSED
    )
    return db.session.scalar(query.order_by(Risk.id).limit(1))


def edit_risk(
    risk: Risk, *, actor: Actor, version: int | None, milestone_codes: Collection[str] = (), **facts: Any
) -> Risk:
    """Change what is written of a risk. A review date that has passed may stay as long as nobody moves it."""
    _start(risk, version)
    if risk.life == rules.CLOSED:
        raise RuleBroken("projects:risk-closed")
    rules.check(facts, today=clock.today(), before=risk.review_on)
    before, owner = risk.state(), risk.owner_id
    _fill(risk, milestone_codes, facts)
    db.session.flush()
    record("projects:risk:edit", risk, actor=actor, before=before)
    if risk.owner_id != owner:
        _tell_owner(risk, actor)
    return risk


def give_risk(risk: Risk, owner_id: int, *, actor: Actor) -> None:
    """Hand an open risk to somebody of the project or its laboratories."""
    _start(risk, None)
    if risk.life == rules.CLOSED:
        raise RuleBroken("projects:risk-closed")
    if owner_id not in team_ids(risk.project.plan):
        raise RuleBroken("projects:owner-outside", "owner_id")
    before = risk.state()
    risk.owner_id = owner_id
    db.session.flush()
    record("projects:risk:edit", risk, actor=actor, before=before)
    _tell_owner(risk, actor)


def close(risk: Risk, reason: str, *, actor: Actor, version: int | None) -> None:
    """Close a risk, saying why: it has passed, or is dealt with."""
    _start(risk, version)
    if risk.life == rules.CLOSED:
        raise RuleBroken("projects:risk-closed")
    if not reason:
        raise RuleBroken("projects:risk-closing", "reason")
    before = risk.state()
    risk.life, risk.closing = rules.CLOSED, reason
    db.session.flush()
    record("projects:risk:close", risk, actor=actor, before=before)


def reopen(risk: Risk, *, actor: Actor, version: int | None) -> None:
    """Open a closed risk again; its review may well be late by then, and says so."""
    _start(risk, version)
    if risk.life != rules.CLOSED:
        raise RuleBroken("projects:risk-not-closed")
    before = risk.state()
    risk.life, risk.closing = "open", ""
    db.session.flush()
    record("projects:risk:reopen", risk, actor=actor, before=before)


def _start(risk: Risk, version: int | None) -> None:
    expect(risk, version)
    _open(risk.project)


def _open(project: Project) -> None:
    if project.archived_at is not None:
        raise RuleBroken("projects:archived")


def _fill(risk: Risk, milestone_codes: Collection[str], facts: dict[str, Any]) -> None:
    owner_id = facts["owner_id"]
    if owner_id is not None and owner_id != risk.owner_id and owner_id not in team_ids(risk.project.plan):
        raise RuleBroken("projects:owner-outside", "owner_id")
    for key, value in facts.items():
        setattr(risk, key, value)
    if risk.kind == "issue":
        risk.likelihood = None
    _set_milestones(risk, set(milestone_codes))


def _set_milestones(risk: Risk, codes: set[str]) -> None:
    query = select(Milestone).join(Plan, Plan.id == Milestone.plan_id)
    query = query.where(Plan.project_id == risk.project_id, Milestone.code.in_(codes))
    found = {milestone.id: milestone for milestone in db.session.scalars(query)}
    if len(found) != len(codes):
        raise RuleBroken("projects:risk-milestone", "milestones")
    for row in list(risk.milestones):
        if row.milestone_id in found:
            del found[row.milestone_id]
        else:
            risk.milestones.remove(row)
    for milestone in found.values():
        risk.milestones.append(RiskMilestone(milestone=milestone))


def _tell_owner(risk: Risk, actor: Actor) -> None:
    if risk.owner_id is None:
        return
    facts = {
        "who": actor.label,
        "project": risk.project.code,
        "title": risk.title,
        "illustrative": risk.project.illustrative,
    }
    address = f"/projects/{risk.project.code}/risks/{risk.number}"
    outbox.tell([risk.owner_id], "projects:risk-owner", facts, address=address, besides=actor.id)
