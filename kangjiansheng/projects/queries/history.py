"""What the trail tells of a project and of everything that hangs on it, up to a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, and_, cast, literal, select, union_all

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.projects.models import (
    Baseline,
    Evidence,
    GateCriterion,
    GateDecision,
    Milestone,
    Plan,
    Project,
    RegistryRecord,
    Risk,
    Validity,
)
from kangjiansheng.projects.queries.past import SCHEDULED, STARTED, STOPPED
from kangjiansheng.projects.queries.visible import sees_evidence

OF_MILESTONES = Evidence, GateCriterion, GateDecision
OF_PROJECT = Risk, Validity, RegistryRecord


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the trail, with the state of its thing after it as far as the trail has told it.

    `milestone_id` is that of a milestone's own entry, or of the milestone on which the thing hangs.
    """

    entry: AuditEntry
    state: Mapping[str, Any]
    milestone_id: int | None


def acts_of(plan: Plan | None, *, actor: Actor, as_of: date | None = None) -> list[Act]:
    """What was done to a plan, to the project that has it and to what hangs on them, oldest first; one statement.

    What the ledger of the milestones tells is left out: of them only plans and clocks are told here. Whoever sees a
    project sees its risks, its gates and its evidence, but for files with a narrower level of their own.
    """
    if plan is None:
        return []
    plan_id = plan.id
    parts: list[Any] = [
        select(
            cast(literal(Milestone.__tablename__), String).label("thing"),
            Milestone.id.label("thing_id"),
            Milestone.id.label("milestone_id"),
        ).where(Milestone.plan_id == plan_id),
        _things(Baseline, literal(0)).where(Baseline.plan_id == plan_id),
    ]
    for kind in OF_MILESTONES:
        mine = select(Milestone.id).where(Milestone.plan_id == plan_id)
        of_kind = _things(kind, kind.milestone_id).where(kind.milestone_id.in_(mine))
        if kind is Evidence:
            of_kind = of_kind.join(FileRef, FileRef.id == Evidence.file_id).where(sees_evidence(actor))
        parts.append(of_kind)
    if plan.project_id is not None:
        parts.append(_things(Project, literal(0)).where(Project.id == plan.project_id))
        parts += [_things(kind, literal(0)).where(kind.project_id == plan.project_id) for kind in OF_PROJECT]
    things = union_all(*parts).subquery()
    query = (
        select(AuditEntry, things.c.milestone_id)
        .join(things, and_(AuditEntry.thing == things.c.thing, AuditEntry.thing_id == things.c.thing_id))
        .where(
            (AuditEntry.thing != Milestone.__tablename__) | AuditEntry.act.in_((SCHEDULED, STOPPED, STARTED))
        )
        .order_by(AuditEntry.seq)
    )
    if as_of is not None:
        query = query.where(AuditEntry.recorded_at <= clock.end_of(as_of))
    return _told(db.session.execute(query).all())


def _things(kind: Any, milestone_id: Any) -> Any:
    return select(literal(kind.__tablename__), kind.id, milestone_id)


def _told(rows: Sequence[Any]) -> list[Act]:
    states: dict[tuple[str, int], dict[str, Any]] = {}
    found = []
    for entry, milestone_id in rows:
        key = (entry.thing, entry.thing_id)
        states[key] = states.get(key, {}) | entry.after
        found.append(Act(entry, states[key], milestone_id or None))
    return found
