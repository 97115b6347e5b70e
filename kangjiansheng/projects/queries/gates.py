"""Gates as their readers may see them: criteria, decisions, and the conditions that stop a gate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.models import (
    GateCondition,
    GateCriterion,
    GateDecision,
    Milestone,
    MilestoneLink,
    Plan,
    Project,
)
from kangjiansheng.projects.queries.evidence import Piece, expected_in, pieces
from kangjiansheng.projects.queries.owners import ARCHIVED_AT, with_owner
from kangjiansheng.projects.queries.page import milestone
from kangjiansheng.projects.queries.rows import MilestoneRow
from kangjiansheng.projects.queries.visible import may_see_plan
from kangjiansheng.projects.rules import gates as rules
from kangjiansheng.projects.rules.evidence import Expected

THING = GateCriterion.__tablename__
Holder = Milestone | MilestoneRow  # of evidence: today's record, or how it stood


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion at the end of a day. It has no id while it stands in the template alone."""

    id: int | None
    milestone_id: int
    number: int
    position: int
    name_hans: str
    name_hant: str
    name_en: str
    kinds: list[str]
    basis: Mapping[str, Any] = field(default_factory=dict)
    verdict: str = ""
    verdict_note: str = ""
    judged_by_id: int | None = None
    judged_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as pages show it, with its conditions as they stood on the day of the page."""

    id: int
    milestone_id: int
    verdict: str
    decided_on: date
    body: str
    reasons: str
    recorded_at: datetime
    who: str
    conditions: tuple["Asked", ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition: the milestone that it became."""

    code: str
    name_hans: str
    name_hant: str
    name_en: str
    state: str
    due: date | None
    owner: str


def gate(*, actor: Actor, **where: str) -> Milestone | None:
    """A gate of a plan that the actor may see; another milestone has no dossier."""
    found = milestone(actor=actor, **where)
    return found if found is not None and found.gate else None


def criterion(*, actor: Actor, number: int, **where: str) -> tuple[Milestone, Criterion] | None:
    """A criterion of a gate that the actor may see, also one that only the template has."""
    found = gate(actor=actor, **where)
    if found is None:
        return None
    one = next((one for one in criteria(found) if one.number == number), None)
    return (found, one) if one else None


def criteria(thing: Milestone, *, as_of: date | None = None) -> list[Criterion]:
    """The criteria of a gate in order: its own, else those of its plan's template."""
    if as_of is None:
        rows = db.session.scalars(select(GateCriterion).where(GateCriterion.milestone_id == thing.id))
        states = {row.id: row.state() for row in rows}
    else:
        its = select(GateCriterion.id).where(GateCriterion.milestone_id == thing.id)
        states = states_at(GateCriterion, its, clock.end_of(as_of))
    own = [_criterion(key, state) for key, state in states.items()]
    found = own or _of_template(thing)
    return sorted(
        (one for one in found if one.removed_at is None), key=lambda one: (one.position, one.number)
    )


def _criterion(key: int, state: Mapping[str, Any]) -> Criterion:
    values = dict(state)
    for name in ("judged_at", "removed_at"):
        if isinstance(values[name], str):
            values[name] = datetime.fromisoformat(values[name])
    return Criterion(id=key, **values)


def _of_template(thing: Milestone) -> list[Criterion]:
    made_from = thing.plan.template_version
    return [
        Criterion(
            id=None,
            milestone_id=thing.id,
            number=number,
            position=number,
            **{f"name_{script}": row["name"].get(script, "") for script in ("hans", "hant", "en")},
            kinds=list(row.get("evidence", ())),
            basis=row.get("basis", {}),
        )
        for number, row in enumerate(
            rules.from_template(made_from.milestones if made_from else (), thing.code), 1
        )
    ]


def version_of(milestone_id: int, number: int) -> int:
    """The version that a form about a criterion carries; what only the template has becomes the first."""
    query = select(GateCriterion.version).where(
        GateCriterion.milestone_id == milestone_id, GateCriterion.number == number
    )
    return db.session.scalar(query) or 1


def predecessors_of(thing: Milestone) -> list[Milestone]:
    """The milestones for which a gate waits directly, in the order of the plan."""
    query = (
        select(Milestone)
        .join(MilestoneLink, MilestoneLink.predecessor_id == Milestone.id)
        .where(MilestoneLink.milestone_id == thing.id, Milestone.state != "cancelled")
        .options(joinedload(Milestone.owner))
        .order_by(Milestone.position, Milestone.id)
    )
    return list(db.session.scalars(query))


def resting_on(
    thing: Milestone, before: Sequence[Holder]
) -> tuple[dict[str, Expected], dict[int, tuple[Expected, ...]]]:
    """On what a criterion of a gate may rest: the kinds of its own evidence and of its predecessors', by the word
    with which a criterion names them; and what each of these milestones is expected to show."""
    wanted = expected_in(thing.plan, [thing, *before])
    found = {one.kind: one for one in wanted[thing.id]}
    for m in before:
        found |= {f"{m.code}:{one.kind}": one for one in wanted[m.id]}
    return found, wanted


def brought_for(
    kinds: list[str], thing: Holder, before: Sequence[Holder], there: Mapping[int, list[Piece]]
) -> list[tuple[Holder, Piece]]:
    """The evidence, not withdrawn, on which a criterion rests, each with its milestone."""
    by_code = {m.code: m for m in before}
    found: list[tuple[Holder, Piece]] = []
    for word in kinds:
        code, _colon, kind = word.rpartition(":")
        holder = by_code.get(code) if code else thing
        if holder is not None:
            found += [(holder, p) for p in there.get(holder.id, []) if p.kind == kind and not p.withdrawn]
    return found


def evidence_of(
    thing: Holder, before: Sequence[Holder], as_of: date | None, *, actor: Actor
) -> dict[int, list[Piece]]:
    """The evidence of a gate and of its predecessors that the actor sees, in one statement."""
    return pieces([thing.id, *(m.id for m in before)], actor=actor, as_of=as_of)


def decisions(
    plan_id: int, milestones: Sequence[MilestoneRow], *, as_of: date | None = None
) -> dict[int, list[Decided]]:
    """What was decided at the gates of a plan, by gate, newest first; one statement. `milestones` are those of the
    plan as they stood on that day: conditions are among them."""
    query = (
        select(GateDecision, Person)
        .join(Milestone, Milestone.id == GateDecision.milestone_id)
        .join(ChangeSet, ChangeSet.id == GateDecision.change_set_id)
        .outerjoin(Person, Person.id == ChangeSet.actor_id)
        .where(Milestone.plan_id == plan_id)
        .options(joinedload(GateDecision.conditions))
        .order_by(GateDecision.id.desc())
    )
    if as_of is not None:
        query = query.where(GateDecision.recorded_at <= clock.end_of(as_of))
    found: dict[int, list[Decided]] = {}
    there = {m.id: m for m in milestones}
    for row, person in db.session.execute(query).unique():
        found.setdefault(row.milestone_id, []).append(_decided(row, person, there))
    return found


def newest(
    plan: Plan | None, milestones: Sequence[MilestoneRow], *, as_of: date | None = None
) -> dict[int, Decided]:
    """The newest decision at each gate of a plan that was read with them, without who recorded it; no statement."""
    rows = plan.decisions if plan else []
    if as_of is not None:
        rows = [row for row in rows if row.recorded_at <= clock.end_of(as_of)]
    there = {m.id: m for m in milestones}
    return {row.milestone_id: _decided(row, None, there) for row in reversed(rows)}


def _decided(row: GateDecision, person: Person | None, there: Mapping[int, MilestoneRow]) -> Decided:
    return Decided(
        row.id,
        row.milestone_id,
        row.verdict,
        row.decided_on,
        row.body,
        row.reasons,
        row.recorded_at,
        name_of(person) if person else "",
        tuple(_asked(there[one.milestone_id]) for one in row.conditions if one.milestone_id in there),
    )


def _asked(m: MilestoneRow) -> Asked:
    return Asked(m.code, m.name_hans, m.name_hant, m.name_en, m.state, m.promised, m.owner_label)


def open_conditions(thing: Milestone) -> list[Milestone]:
    """The milestones by which conditions still stop a gate; none for what is no gate."""
    return stopped([thing.plan_id]).get(thing.id, []) if thing.gate else []


@cache
def _stops(of_plans: bool) -> Select[int, int, Milestone, int, int | None]:
    """Conditions that are not met, each with its gate, its milestone, the place from which it stops, and the last decision
    to go on; all, or those whose milestones belong to some plans."""
    asked, first = aliased(Milestone), aliased(Milestone)
    later = aliased(GateDecision)
    go = (
        select(func.max(later.id))
        .where(later.milestone_id == GateDecision.milestone_id, later.verdict == "go")
        .scalar_subquery()
    )
    query = (
        select(GateCondition.decision_id, GateDecision.milestone_id, asked, first.position, go)
        .join(asked, asked.id == GateCondition.milestone_id)
        .join(first, first.id == GateCondition.stops_id)
        .join(GateDecision, GateDecision.id == GateCondition.decision_id)
        .where(asked.state != "done")
        .order_by(GateCondition.id)
    )
    return query.where(asked.plan_id.in_(bindparam("plans", expanding=True))) if of_plans else query


def stopped(plan_ids: Collection[int] | None = None) -> dict[int, list[Milestone]]:
    """The gates (of some plans, or of all) that conditions still stop, each with the milestones that stop it; at
    most two statements."""
    rows = list(db.session.execute(_stops(plan_ids is not None), {"plans": list(plan_ids or ())}))
    if not rows:
        return {}
    unconditional = {row[1]: row[4] for row in rows if row[4] is not None}
    gates = select(Milestone.id, Milestone.plan_id, Milestone.position).where(
        Milestone.gate, Milestone.plan_id.in_({row[2].plan_id for row in rows})
    )
    found = {}
    for gate_id, plan_id, position in db.session.execute(gates):
        here = {
            m.code: (m, rules.Standing(m.code, gate, decision, place, m.state))
            for decision, gate, m, place, _go in rows
            if m.plan_id == plan_id
        }
        holding = rules.stopping((one for _m, one in here.values()), position, unconditional)
        if holding:
            found[gate_id] = [here[one.code][0] for one in holding]
    return found


def to_decide(
    *, actor: Actor, code: str = "", kept: int | None = None, lab_id: int | None = None
) -> list[Milestone]:
    """The open gates that the actor may see, of one project or of all that are not archived, and of the plan of a
    laboratory; `kept` too, whatever has become of it."""
    query = with_owner(select(Milestone).where(Milestone.gate), load=True).where(
        may_see_plan(actor),
        or_(Plan.project_id.is_not(None), Plan.lab_id == lab_id),
        or_(Milestone.id == kept, and_(Milestone.state == "open", ARCHIVED_AT.is_(None))),
    )
    query = query.order_by(Project.code, Milestone.position, Milestone.id)
    return list(db.session.scalars(query.where(Project.code == code) if code else query))


def is_gate_of(milestone_id: int, project_id: int | None, lab_id: int | None = None) -> bool:
    """Whether a milestone is a gate of a project, or without one of the plan of a laboratory."""
    query = select(Plan.project_id, Plan.lab_id).join(Milestone, Milestone.plan_id == Plan.id)
    found = db.session.execute(query.where(Milestone.id == milestone_id, Milestone.gate)).first()
    return found is not None and tuple(found) == (project_id, None if project_id else lab_id)


def lab_gates(ids: Collection[int], *, actor: Actor) -> dict[int, Milestone]:
    """Of some milestones those that stand in the plan of a laboratory which the actor sees, by id."""
    if not ids:
        return {}
    query = with_owner(select(Milestone).where(Milestone.id.in_(ids)), load=True)
    rows = db.session.scalars(query.where(Plan.lab_id.is_not(None), may_see_plan(actor)))
    return {row.id: row for row in rows}


def next_gate(thing: Milestone) -> Milestone | None:
    """The first gate after one in its plan that is still open."""
    query = (
        select(Milestone)
        .where(
            Milestone.plan_id == thing.plan_id,
            Milestone.gate,
            Milestone.state == "open",
            Milestone.position > thing.position,
        )
        .order_by(Milestone.position, Milestone.id)
        .limit(1)
    )
    return db.session.scalar(query)
