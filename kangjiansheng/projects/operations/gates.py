"""What changes at a gate: its criteria, the verdicts on them, and the decision with its conditions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.operations import accept_lab
from kangjiansheng.projects import notices
from kangjiansheng.projects.models import (
    GateCondition,
    GateCriterion,
    GateDecision,
    Milestone,
    MilestoneLink,
)
from kangjiansheng.projects.notices.groups import tell_groups
from kangjiansheng.projects.operations.ledger import milestone_entry, outside, refuse_archived
from kangjiansheng.projects.queries import gates as reading
from kangjiansheng.projects.queries.acceptance import meaning_of
from kangjiansheng.projects.queries.people import team_ids
from kangjiansheng.projects.rules import gates as rules
from kangjiansheng.projects.rules.gates import Condition
from kangjiansheng.projects.rules.templates import ACCEPTANCE


def add_criterion(
    gate: Milestone, names: Mapping[str, str], *, actor: Actor, kinds: Sequence[str] = ()
) -> GateCriterion:
    """Write down one more thing that a gate asks for."""
    refuse_archived(gate.plan)
    _adopt(gate, actor=actor)
    known = select(func.max(GateCriterion.number), func.max(GateCriterion.position))
    last = db.session.execute(known.where(GateCriterion.milestone_id == gate.id)).one()
    row = GateCriterion(
        milestone=gate,
        number=(last[0] or 0) + 1,
        position=(last[1] or 0) + 1,
        kinds=_known(gate, kinds),
        **_named(names),
    )
    db.session.add(row)
    db.session.flush()
    record("projects:criterion:add", row, actor=actor, before={})
    return row


def edit_criterion(
    gate: Milestone,
    number: int,
    names: Mapping[str, str],
    *,
    actor: Actor,
    version: int | None,
    position: int,
    kinds: Sequence[str] = (),
) -> GateCriterion:
    """Change the words of a criterion, its place, or the evidence on which it rests.

    Other words are the project's own: what was said of where the old ones come from does not hold for them.
    """
    row, before = _start(gate, number, version, actor=actor)
    if row.name_hans != names.get("hans"):
        row.basis = {}
    for key, value in _named(names).items():
        setattr(row, key, value)
    row.position, row.kinds = position, _known(gate, kinds)
    record("projects:criterion:edit", row, actor=actor, before=before)
    return row


def judge_criterion(
    gate: Milestone, number: int, verdict: str, *, actor: Actor, version: int | None, note: str = ""
) -> GateCriterion:
    """Say whether a criterion is met; that it is not needs a reason."""
    if verdict not in rules.CRITERION_VERDICTS:
        raise RuleBroken("projects:criterion-verdict", "verdict")
    if verdict == "unmet" and not note:
        raise RuleBroken("projects:criterion-reason", "note")
    row, before = _start(gate, number, version, actor=actor)
    change = begin(actor=actor, note=note)
    row.verdict, row.verdict_note = verdict, note
    row.judged_by_id, row.judged_at = actor.id, change.recorded_at
    record("projects:criterion:judge", row, actor=actor, before=before, change=change)
    return row


def remove_criterion(gate: Milestone, number: int, *, actor: Actor, version: int | None) -> None:
    """Ask for it no longer; past days and decisions keep it."""
    row, before = _start(gate, number, version, actor=actor)
    row.removed_at = clock.now()
    record("projects:criterion:remove", row, actor=actor, before=before)


def _start(
    gate: Milestone, number: int, version: int | None, *, actor: Actor
) -> tuple[GateCriterion, dict[str, Any]]:
    refuse_archived(gate.plan)
    _adopt(gate, actor=actor)
    query = select(GateCriterion).where(GateCriterion.milestone_id == gate.id, GateCriterion.number == number)
    row = db.session.scalars(query).one()
    expect(row, version)
    if row.removed_at is not None:
        raise RuleBroken("projects:criterion-removed")
    return row, row.state()


def _adopt(gate: Milestone, *, actor: Actor) -> None:
    """The first change copies the template's criteria to the gate, so that a later template changes nothing."""
    for one in reading.criteria(gate):
        if one.id is None:
            row = GateCriterion(
                milestone=gate,
                number=one.number,
                position=one.position,
                name_hans=one.name_hans,
                name_hant=one.name_hant,
                name_en=one.name_en,
                kinds=one.kinds,
                basis=dict(one.basis),
            )
            db.session.add(row)
            db.session.flush()
            record("projects:criterion:add", row, actor=actor, before={})


def _named(names: Mapping[str, str]) -> dict[str, str]:
    if not names.get("hans"):
        raise RuleBroken("projects:criterion-text", "name_hans")
    return {f"name_{script}": names.get(script, "") for script in ("hans", "hant", "en")}


def _known(gate: Milestone, kinds: Sequence[str]) -> list[str]:
    known, _wanted = reading.resting_on(gate, reading.predecessors_of(gate))
    return [kind for kind in kinds if kind in known]


def decide(
    gate: Milestone,
    verdict: str,
    *,
    actor: Actor,
    decided_on: date | None,
    body: str,
    reasons: str = "",
    conditions: Sequence[Condition] = (),
    change: ChangeSet | None = None,
) -> GateDecision:
    """Record what was decided at a gate, with its dossier as it stands.

    Each condition of a conditional go becomes a milestone of the plan that stops the next gate. A go is refused
    while conditions of an earlier gate are open. A go without conditions at the acceptance gate of a laboratory
    accepts the laboratory. `change` when the act is part of another one (a committee's).
    """
    refuse_archived(gate.plan)
    if not gate.gate:
        raise RuleBroken("projects:not-a-gate")
    if gate.state == "cancelled":
        raise RuleBroken("projects:not-open")
    rules.check_decision(verdict, decided_on, body, reasons, conditions, clock.today())
    if verdict != "stop":
        require_conditions_met(gate)
    change = change or begin(actor=actor, note=reasons)
    row = GateDecision(
        milestone=gate,
        verdict=verdict,
        decided_on=decided_on,
        body=body,
        reasons=reasons,
        dossier=_snapshot(gate, actor),
        recorded_at=change.recorded_at,
        change_set_id=change.id,
    )
    db.session.add(row)
    db.session.flush()
    after = {
        "gate": gate.code,
        "verdict": verdict,
        "decided_on": decided_on,
        "body": body,
        "reasons": reasons,
    }
    record("projects:gate:decide", row, actor=actor, before={}, after=after, change=change)
    if verdict == "go" and gate.plan.lab is not None and meaning_of(gate) == ACCEPTANCE:
        accept_lab(gate.plan.lab, row.decided_on, actor=actor, change=change)
    made = _conditions(row, conditions, actor=actor, change=change)
    owners = {one.owner_id for one in made if one.owner_id}
    _tell(gate, "projects:gate-decided", actor, notices.concerned(gate, owners), verdict=verdict, body=body)
    tell_groups("projects:gate-decided", gate.plan.owner, change)
    return row


def require_conditions_met(gate: Milestone) -> None:
    """Refuse, with their names, while conditions of an earlier gate are open."""
    found = reading.open_conditions(gate)
    if found:
        named = " · ".join(f"{one.code} {name_of(one)}" for one in found)
        raise RuleBroken("projects:conditions-open", conditions=named)


def _conditions(
    decision: GateDecision, conditions: Sequence[Condition], *, actor: Actor, change: ChangeSet
) -> list[Milestone]:
    gate = decision.milestone
    follower = reading.next_gate(gate)
    team = team_ids(gate.plan)
    codes = set(db.session.scalars(select(Milestone.code).where(Milestone.plan_id == gate.plan_id)))
    made = []
    for number, condition in enumerate(conditions, 1):
        if condition.owner_id is not None and condition.owner_id not in team:
            raise outside(gate.plan, f"owner_{number}")
        code = next(f"{gate.code}-C{n}" for n in range(1, 1000) if f"{gate.code}-C{n}" not in codes)
        codes.add(code)
        made.append(_milestone(gate, code, condition))
        db.session.flush()
        _stop(decision, made[-1], follower, actor=actor, change=change)
    return made


def _milestone(gate: Milestone, code: str, condition: Condition) -> Milestone:
    """It stands behind its gate: the same place in the plan, and a later key."""
    milestone = Milestone(
        plan_id=gate.plan_id,
        code=code,
        name_hans=condition.text,
        position=gate.position,
        owner_id=condition.owner_id,
        baseline=condition.due,
        current_plan=condition.due,
    )
    db.session.add(milestone)
    return milestone


def _stop(
    decision: GateDecision, asked: Milestone, follower: Milestone | None, *, actor: Actor, change: ChangeSet
) -> None:
    if follower is not None:
        db.session.add(MilestoneLink(milestone_id=follower.id, predecessor_id=asked.id))
    db.session.add(
        GateCondition(
            decision_id=decision.id,
            milestone_id=asked.id,
            stops_id=follower.id if follower else None,
            change_set_id=change.id,
        )
    )
    facts = {"name_hans": asked.name_hans, "baseline": asked.baseline, "gate": decision.milestone.code}
    record("projects:milestone:create", asked, actor=actor, before={}, after=facts, change=change)
    milestone_entry(asked, "open", change=change)


def _snapshot(gate: Milestone, actor: Actor) -> dict[str, Any]:
    """Criteria, evidence and verdicts as they stand: who decides later must not have decided on something else.
    Whoever decides sees them all."""
    before = reading.predecessors_of(gate)
    there = reading.evidence_of(gate, before, None, actor=actor)
    holders = [gate, *before]
    return {
        "criteria": [
            {"number": one.number, "text": one.name_hans, "verdict": one.verdict, "note": one.verdict_note}
            for one in reading.criteria(gate)
        ],
        "evidence": [
            {
                "milestone": holder.code,
                "number": piece.number,
                "kind": piece.kind,
                "name": piece.name,
                "version": piece.version_no,
                "sha256": piece.sha256,
                "verdict": piece.verdict,
            }
            for holder in holders
            for piece in there.get(holder.id, [])
            if not piece.withdrawn
        ],
        "predecessors": [{"code": m.code, "state": m.state} for m in before],
    }


def _tell(gate: Milestone, template: str, actor: Actor, people: set[int], **facts: Any) -> None:
    outbox.tell(
        people,
        template,
        notices.facts(gate, actor, **facts),
        address=f"{gate.path}/dossier",
        besides=actor.id,
    )
