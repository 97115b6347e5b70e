"""What decisions change in the projects: as proposed, as frozen with the text, and as it came about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.committee.models import AgendaItem, Decision, DecisionEffect, Meeting, Minutes, Paragraph
from kangjiansheng.committee.queries.visible import reads_item, sees_decision
from kangjiansheng.committee.rules import effects as rules
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.models import Milestone, Plan
from kangjiansheng.projects.queries import schedule
from kangjiansheng.projects.queries.rows import state_of


@dataclass(frozen=True, slots=True)
class Later:
    """A later milestone that would have to move: its day now, and where it comes."""

    code: str
    before: date
    after: date


def item(*, actor: Actor, code: str, number: int) -> AgendaItem | None:
    """An item whose discussion and outcome the actor may read."""
    query = (
        select(AgendaItem)
        .join(Meeting)
        .where(Meeting.code == code, AgendaItem.id == number, reads_item(actor))
        .options(
            joinedload(AgendaItem.meeting).options(
                joinedload(Meeting.committee), joinedload(Meeting.minutes)
            ),
            joinedload(AgendaItem.project),
            joinedload(AgendaItem.gate).joinedload(Milestone.plan).joinedload(Plan.lab),
        )
    )
    return db.session.scalar(query)


def lab_of(item: AgendaItem) -> JointLab | None:
    """The laboratory whose gate an item decides; its plan is what the resolutions of the item change."""
    return item.gate.plan.lab if item.gate is not None and item.project_id is None else None


def effect(*, actor: Actor, code: str, number: int, effect: int) -> DecisionEffect | None:
    """An effect that stands of such an item."""
    found = item(actor=actor, code=code, number=number)
    query = _standing().where(DecisionEffect.id == effect, DecisionEffect.agenda_item_id == number)
    return db.session.scalar(query) if found else None


def _standing() -> Select[DecisionEffect]:
    return (
        select(DecisionEffect)
        .where(DecisionEffect.removed_at.is_(None))
        .options(
            joinedload(DecisionEffect.milestone),
            joinedload(DecisionEffect.plan).options(joinedload(Plan.project), joinedload(Plan.lab)),
            joinedload(DecisionEffect.decision),
        )
        .order_by(DecisionEffect.id)
    )


def of_item(item: AgendaItem) -> list[DecisionEffect]:
    """The effects that an item asks for."""
    return list(db.session.scalars(_standing().where(DecisionEffect.agenda_item_id == item.id)))


def decisions_of(item: AgendaItem) -> list[Decision]:
    """The resolutions of an item that stand in the text: only they change anything, recommendations ask."""
    gone = select(Paragraph.id).where(Paragraph.removed_at.is_not(None))
    query = select(Decision).where(
        Decision.agenda_item_id == item.id, Decision.kind == "D", Decision.paragraph_id.not_in(gone)
    )
    return list(db.session.scalars(query.order_by(Decision.id)))


def told(
    rows: Sequence[DecisionEffect], *, further: bool
) -> list[tuple[DecisionEffect, dict[str, Any], Sequence[Later]]]:
    """Effects with their facts and, if that is asked for, with what each alone does to later milestones; as many
    statements for one as for many."""
    changed = moves_of({one.plan_id for one in rows if one.kind == "baseline"})
    later = _downstream(rows) if further else {}
    return [(one, _facts(one, changed.get(one.plan_id, [])), later.get(one.id, ())) for one in rows]


def _facts(one: DecisionEffect, changed: list[dict[str, Any]]) -> dict[str, Any]:
    """An effect with what it changes, before and after, as plain JSON; `project` is the code of what the plan belongs to,
    `changed` what a new baseline of it changes."""
    found: dict[str, Any] = {"id": one.id, "kind": one.kind, "project": one.plan.owner.code}
    if one.milestone is not None:
        found |= {"milestone": one.milestone.code, "name": one.milestone.name_hans}
    if one.kind == "gate":
        found |= {"verdict": one.verdict, "conditions": one.conditions}
    elif one.kind == "rebaseline":
        plan = one.milestone.current_plan if one.milestone else None
        found |= {
            "before": plan.isoformat() if plan else None,
            "after": one.day.isoformat() if one.day else None,
        }
    else:
        found |= {"name": one.name, "moves": changed}
    return found | {"text": rules.sentence(found)}


def moves(plan: Plan) -> list[dict[str, Any]]:
    """The open milestones whose promise differs from the current plan: what a new baseline changes."""
    return moves_of([plan.id]).get(plan.id, [])


def moves_of(plan_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The same for several plans; one statement, none without a plan."""
    found: dict[int, list[dict[str, Any]]] = {}
    query = select(Milestone).where(
        Milestone.plan_id.in_(plan_ids), Milestone.kind == "milestone", Milestone.state == "open"
    )
    rows = db.session.scalars(query.order_by(Milestone.position, Milestone.id)) if plan_ids else ()
    for m in rows:
        after = state_of(m).promised
        if after is not None and after != m.current_plan:
            before = m.current_plan.isoformat() if m.current_plan else None
            move = {"milestone": m.code, "before": before, "after": after.isoformat()}
            found.setdefault(m.plan_id, []).append(move)
    return found


def carried(decisions: Collection[Decision]) -> dict[int, list[dict[str, Any]]]:
    """The facts of the effects that these decisions carry, by decision; what a draft is frozen with."""
    ids = [d.id for d in decisions if d.kind == "D"]
    if not ids:
        return {}
    rows = db.session.scalars(_standing().where(DecisionEffect.decision_id.in_(ids))).all()
    found: dict[int, list[dict[str, Any]]] = {}
    for one, what, _later in told(rows, further=False):
        found.setdefault(one.decision_id or 0, []).append(what)
    return found


def _downstream(rows: Iterable[DecisionEffect]) -> dict[int, list[Later]]:
    """The later milestones that would then promise too early, by effect; the decision does not move them. Each effect is
    taken alone, for one resolution may carry it and none another."""
    asked = [(one, one.milestone, one.day) for one in rows if one.kind == "rebaseline"]
    wanted = [(one.id, m, day) for one, m, day in asked if m is not None and day is not None]
    if not wanted:
        return {}
    today, keys = clock.today(), {m.plan_id for _key, m, _day in wanted}
    in_order = schedule.plans(select(Plan.id).where(Plan.id.in_(keys)))
    bound = schedule.network(*in_order)
    stands = {key: schedule.schedule(in_order[key], bound) for key in in_order}
    codes = {m.id: m.code for milestones in in_order.values() for m in milestones}
    return {
        key: [
            Later(codes[moved], shift.before, shift.after)
            for moved, shift in stands[m.plan_id].moved({m.id: day}).items()
            if shift.after >= today
        ]
        for key, m, day in wanted
    }


def settled(ids: Collection[int]) -> Mapping[int, DecisionEffect]:
    """What became of some effects, by id."""
    if not ids:
        return {}
    query = select(DecisionEffect).where(DecisionEffect.id.in_(ids))
    return {one.id: one for one in db.session.scalars(query)}


def in_text(text: Any) -> Mapping[int, DecisionEffect]:
    """What became of the effects that a text shows."""
    told = [e["id"] for p in text.paragraphs if p.decision for e in p.decision.get("effects", ())]
    return settled(told)


def of_decision(decision: Decision) -> list[dict[str, Any]]:
    """The effects of a decision of minutes that stand, as they were signed."""
    minutes = db.session.scalars(select(Minutes).where(Minutes.meeting_id == decision.meeting_id)).one()
    draft = next((d for d in minutes.drafts if d.kind == "draft" and d.number == minutes.current_draft), None)
    if draft is None or decision.paragraph_id is None:
        return []
    key = db.session.scalars(select(Paragraph.public_id).where(Paragraph.id == decision.paragraph_id)).one()
    return list(draft.header["decisions"].get(key, {}).get("effects", []))


def moved(
    milestone: Milestone, *, actor: Actor, until: datetime | None = None
) -> list[tuple[DecisionEffect, bool]]:
    """The decisions that changed a milestone, newest first, and whether the actor may see each; one statement."""
    seen = and_(DecisionEffect.decision_id.is_not(None), sees_decision(actor))
    query = (
        select(DecisionEffect, seen.label("seen"))
        .outerjoin(DecisionEffect.decision)
        .outerjoin(Decision.meeting)
        .where(
            DecisionEffect.life == "in_force",
            or_(
                DecisionEffect.milestone_id == milestone.id,
                (DecisionEffect.kind == "baseline") & (DecisionEffect.plan_id == milestone.plan_id),
            ),
        )
        .options(
            contains_eager(DecisionEffect.decision)
            .contains_eager(Decision.meeting)
            .joinedload(Meeting.committee)
        )
        .order_by(DecisionEffect.id.desc())
    )
    if until is not None:
        query = query.where(DecisionEffect.settled_at <= until)
    return [(row[0], bool(row[1])) for row in db.session.execute(query)]
