"""What changes at the templates: a draft is begun, written, published or given up; what is published stands."""

from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.models import TemplateVersion
from kangjiansheng.projects.operations.reference import step_data
from kangjiansheng.projects.queries import templates as queries
from kangjiansheng.projects.rules import criteria
from kangjiansheng.projects.rules import templates as rules
from kangjiansheng.projects.rules.vocabulary import TemplateCriterion, TemplateMilestone


def begin(base: TemplateVersion, *, actor: Actor, reason: str) -> TemplateVersion:
    """Begin the next version of a pathway as a copy of one that is there; there is one draft at a time."""
    if not reason.strip():
        raise RuleBroken("projects:template-unfounded", "reason")
    others = select(TemplateVersion).where(TemplateVersion.code == base.code)
    if draft := db.session.scalar(others.where(TemplateVersion.status == "draft")):
        raise RuleBroken("projects:template-drafted", "reason", number=draft.number)
    last = select(func.max(TemplateVersion.number)).where(TemplateVersion.code == base.code)
    draft = TemplateVersion(
        code=base.code,
        number=(db.session.scalar(last) or 0) + 1,
        names=dict(base.names),
        milestones=[dict(step) for step in base.milestones],
        status="draft",
        reason=reason.strip(),
    )
    db.session.add(draft)
    db.session.flush()
    after = {"number": draft.number, "reason": draft.reason, "based_on": base.number}
    record("projects:template:begin", draft, actor=actor, before={}, after=after, note=draft.reason)
    return draft


def put_step(
    draft: TemplateVersion,
    item: TemplateMilestone,
    *,
    actor: Actor,
    version: int | None,
    replacing: str | None = None,
) -> None:
    """Let a step join a draft, or change one."""
    _writable(draft, version)
    _write(draft, rules.put(queries.of(draft).milestones, item, replacing=replacing), actor=actor)


def remove_step(draft: TemplateVersion, code: str, *, actor: Actor, version: int | None) -> None:
    """Take a step out of a draft; those that waited for it wait for what it waited for."""
    _writable(draft, version)
    _write(draft, rules.without(queries.of(draft), code), actor=actor)


def shift_step(draft: TemplateVersion, code: str, *, up: bool, actor: Actor, version: int | None) -> None:
    """Move a step of a draft by one place."""
    _writable(draft, version)
    _write(draft, rules.shifted(queries.of(draft).milestones, code, up=up), actor=actor)


def put_criterion(
    draft: TemplateVersion,
    code: str,
    item: TemplateCriterion,
    *,
    actor: Actor,
    version: int | None,
    place: int | None = None,
) -> None:
    """Let a gate of a draft ask for one more thing, or change what it asks for at a place (from 1)."""
    _writable(draft, version)
    _write(draft, criteria.put(queries.of(draft).milestones, code, item, place=place), actor=actor)


def remove_criterion(
    draft: TemplateVersion, code: str, place: int, *, actor: Actor, version: int | None
) -> None:
    """Take a criterion out of a draft."""
    _writable(draft, version)
    _write(draft, criteria.without(queries.of(draft).milestones, code, place), actor=actor)


def shift_criterion(
    draft: TemplateVersion, code: str, place: int, *, up: bool, actor: Actor, version: int | None
) -> None:
    """Move a criterion of a draft by one place."""
    _writable(draft, version)
    _write(draft, criteria.shifted(queries.of(draft).milestones, code, place, up=up), actor=actor)


def publish(draft: TemplateVersion, *, actor: Actor, version: int | None, note: str) -> None:
    """Let new plans be made from a draft; the version before it is retired, and running plans keep theirs."""
    _writable(draft, version)
    if not note.strip():
        raise RuleBroken("projects:template-unfounded", "note")
    rules.whole(queries.of(draft).milestones)
    standing = queries.published_version(draft.code)
    draft.note, draft.published_at = note.strip(), clock.now()
    change = _become(draft, "published", "projects:template:publish", actor=actor, note=draft.note)
    if standing is not None:
        _become(standing, "retired", "projects:template:retire", actor=actor, change=change)


def give_up(draft: TemplateVersion, *, actor: Actor, version: int | None) -> None:
    """Give a draft up. It stays readable, and its number is not used again."""
    _writable(draft, version)
    _become(draft, "retired", "projects:template:give-up", actor=actor)


def _writable(draft: TemplateVersion, version: int | None) -> None:
    expect(draft, version)
    if draft.status != "draft":
        raise RuleBroken("projects:template-frozen")


def _write(draft: TemplateVersion, steps: rules.Steps, *, actor: Actor) -> None:
    was = queries.of(draft).milestones
    if steps == was:
        return
    before, after = _told(was, steps), _told(steps, was)
    draft.milestones = [step_data(step) for step in steps]
    record("projects:template:edit", draft, actor=actor, before=before, after=after)


def _become(version: TemplateVersion, status: str, act: str, *, actor: Actor, **opening: Any) -> ChangeSet:
    before = {"status": version.status}
    version.status = status
    after = {"status": status, **({"note": opening["note"]} if "note" in opening else {})}
    return record(act, version, actor=actor, before=before, after=after, **opening)


def _told(steps: rules.Steps, others: rules.Steps) -> dict[str, Any]:
    """For the trail: the steps that the other side has not, or has otherwise; the order where only that differs."""
    there = {step.code: step for step in others}
    told: dict[str, Any] = {step.code: _facts(step) for step in steps if there.get(step.code) != step}
    told |= {code: None for code in there if all(step.code != code for step in steps)}
    return told or {"order": [step.code for step in steps]}


def _facts(step: TemplateMilestone) -> dict[str, Any]:
    stored = step_data(step)
    return stored | {
        "name": step.name.hans,
        "duration": f"{step.duration_min}–{step.duration_max} {step.duration_unit}",
        "evidence": [name.hans for name in step.evidence],
        "criteria": [one.name.hans for one in step.criteria],
        "decider": step.decider.hans,
        "basis": [text for text in step.basis.values() if text],
    }
