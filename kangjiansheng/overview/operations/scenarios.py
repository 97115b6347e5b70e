"""What people try out: made, changed, thrown away and brought back, and put to a meeting. No plan changes by it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.operations import effects, meetings
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.rules import scenario as rules
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.rules.milestones import plausible


def create(*, actor: Actor, name: str, note: str, shared: bool, illustrative: bool) -> Scenario:
    """Begin a scenario on the plans as they stand now."""
    made = Scenario(
        name=name,
        note=note,
        owner_id=actor.id,
        shared=shared,
        base_at=clock.now(),
        moves={},
        stops=[],
        projects=[],
        illustrative=illustrative,
    )
    db.session.add(made)
    db.session.flush()
    record("overview:scenario:create", made, actor=actor, before={})
    return made


def edit(
    found: Scenario, *, actor: Actor, version: int | None, name: str, note: str, shared: bool
) -> Scenario:
    """Change what it is called, says, and whether others see it."""
    expect(found, version)
    before = found.state()
    found.name, found.note, found.shared = name, note, shared
    record("overview:scenario:edit", found, actor=actor, before=before)
    return found


def move(found: Scenario, milestone: Milestone, day: date, *, actor: Actor, version: int | None) -> None:
    """Try another day for a milestone."""
    _open(found, version)
    if milestone.state != "open" or milestone.kind == "decision":
        raise RuleBroken("overview:scenario-not-open", "milestone")
    today = clock.today()
    if day < today:
        raise RuleBroken("overview:scenario-day-passed", "day", today=today)
    plausible(day, today, field="day")
    _full(found)
    before = found.state()
    found.moves = {**found.moves, str(milestone.id): day.isoformat()}
    _settle(found)
    record("overview:scenario:edit", found, actor=actor, before=before)


def stop(found: Scenario, project: Project, *, actor: Actor, version: int | None) -> None:
    """Try what happens when nobody works on a project any more."""
    _open(found, version)
    if project.id in found.stops:
        return
    _full(found)
    before = found.state()
    found.stops = [*found.stops, project.id]
    _settle(found)
    record("overview:scenario:edit", found, actor=actor, before=before)


def take_out(found: Scenario, *, actor: Actor, version: int | None, kind: str, key: int) -> None:
    """Leave a move (`move`) or a stop (`stop`) out again."""
    _open(found, version)
    before = found.state()
    if kind == "move":
        found.moves = {one: day for one, day in found.moves.items() if one != str(key)}
    else:
        found.stops = [one for one in found.stops if one != key]
    if found.state() != before:
        _settle(found)
        record("overview:scenario:edit", found, actor=actor, before=before)


def rebase(found: Scenario, *, actor: Actor, version: int | None) -> None:
    """Take the plans as they stand now for its base: what has changed since was looked at."""
    _open(found, version)
    before = found.state()
    found.base_at = clock.now()
    record("overview:scenario:rebase", found, actor=actor, before=before)


def throw(found: Scenario, *, actor: Actor, version: int | None) -> None:
    """Throw it away; its owner can bring it back."""
    _open(found, version)
    before = found.state()
    found.thrown_at = clock.now()
    record("overview:scenario:throw", found, actor=actor, before=before)


def bring_back(found: Scenario, *, actor: Actor) -> None:
    """Bring back what was thrown away."""
    before = found.state()
    if found.thrown_at is not None:
        found.thrown_at = None
        record("overview:scenario:return", found, actor=actor, before=before)


def propose(
    found: Scenario, meeting: Meeting, projects: Sequence[Project], *, actor: Actor, version: int | None
) -> list[AgendaItem]:
    """Put it to a coming meeting: an item for each project, with its new planned days as effects of a resolution, and
    for a stopped project also the verdict at its next open gate. They apply when the minutes are finalised, not before.

    Who sees one of several projects sees its item: what the scenario is called and says may name the others, and stays.
    """
    _open(found, version)
    if not projects:
        raise RuleBroken("overview:scenario-empty")
    alone = len(projects) == 1
    made = [_item(found, meeting, project, actor=actor, alone=alone) for project in projects]
    before = found.state()
    found.proposed_to = meeting.code
    record("overview:scenario:propose", found, actor=actor, before=before)
    return made


def _item(found: Scenario, meeting: Meeting, project: Project, *, actor: Actor, alone: bool) -> AgendaItem:
    plan = db.session.scalars(select(Plan).where(Plan.project_id == project.id)).one()
    gate = _next_gate(plan) if project.id in found.stops else None
    fields: dict[str, Any] = {"gate_id": gate.id} if gate else {}
    if project.id in found.stops and gate is None:
        raise RuleBroken("overview:scenario-no-gate", project=project.code)
    name, text = (found.name, found.note) if alone else (project.name_hans, "")
    item = meetings.propose_item(
        meeting, project, actor=actor, name_hans=name, kind="decide", text=text, **fields
    )
    query = select(Milestone).where(Milestone.plan_id == plan.id, Milestone.id.in_(found.days))
    for milestone in db.session.scalars(query.order_by(Milestone.position, Milestone.id)).all():
        day = found.days[milestone.id]
        effects.propose(item, actor=actor, kind="rebaseline", plan=plan, milestone=milestone, day=day)
    if gate is not None:  # after the days: of a gate that was decided none is planned any more
        effects.propose(item, actor=actor, kind="gate", plan=plan, milestone=gate, verdict="stop")
    return item


def _next_gate(plan: Plan) -> Milestone | None:
    query = select(Milestone).where(
        Milestone.plan_id == plan.id, Milestone.gate.is_(True), Milestone.state == "open"
    )
    return db.session.scalars(query.order_by(Milestone.position, Milestone.id).limit(1)).first()


def _open(found: Scenario, version: int | None) -> None:
    expect(found, version)
    if found.thrown_at is not None:
        raise RuleBroken("overview:scenario-thrown")


def _full(found: Scenario) -> None:
    if len(found.moves) + len(found.stops) >= rules.MOST:
        raise RuleBroken("overview:scenario-full", most=rules.MOST)


def _settle(found: Scenario) -> None:
    """Note which projects it touches: they decide who sees it."""
    query = (
        select(Plan.project_id)
        .join(Milestone, Milestone.plan_id == Plan.id)
        .where(Milestone.id.in_(found.days))
    )
    found.projects = sorted({*db.session.scalars(query), *found.stops})
