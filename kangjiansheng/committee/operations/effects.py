"""Effects of decisions: proposed with an item, carried by a resolution, applied when the minutes are finalised.

The effects of one resolution come about together or not at all. What is applied is what was signed, not what the
rows say; when something has changed since, nothing of that resolution is applied, the minutes stand all the same, and
the pages say why. Nobody's signature is refused for what happened in a project meanwhile.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from kangjiansheng.committee import notices
from kangjiansheng.committee.models import AgendaItem, Decision, DecisionEffect, DraftVersion, Meeting
from kangjiansheng.committee.operations.locks import open_facts
from kangjiansheng.committee.queries import effects as reading
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.committee.rules import effects as rules
from kangjiansheng.committee.rules import votes
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, ChangeSet, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.models import GateDecision, Milestone, Plan
from kangjiansheng.projects.operations import baselines, gates, milestones
from kangjiansheng.projects.rules.gates import Condition


class _Rehearsed(Exception):
    """Everything could be applied; take it back."""


def propose(
    item: AgendaItem,
    *,
    actor: Actor,
    kind: str,
    plan: Plan,
    milestone: Milestone | None = None,
    decision: Decision | None = None,
    verdict: str = "",
    day: date | None = None,
    name: str = "",
    conditions: Sequence[Mapping[str, Any]] = (),
) -> DecisionEffect:
    """Put to an item what changes when it is resolved; with `decision` it is carried by that resolution."""
    open_facts(item.meeting)
    asked = [dict(one) for one in conditions]
    _check(kind, plan, milestone, verdict, day, name, asked)
    _refuse_twice(item.meeting, kind, plan, milestone)
    row = DecisionEffect(
        agenda_item_id=item.id,
        decision_id=decision.id if decision else None,
        kind=kind,
        plan_id=plan.id,
        milestone_id=milestone.id if milestone else None,
        verdict=verdict,
        day=day,
        name=name,
        conditions=asked,
        proposed_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    record("committee:effect:propose", row, actor=actor, before={})
    return row


def _check(
    kind: str,
    plan: Plan,
    milestone: Milestone | None,
    verdict: str,
    day: date | None,
    name: str,
    conditions: list[dict[str, Any]],
) -> None:
    if kind not in rules.KINDS:
        raise RuleBroken("committee:kind-unknown", "kind")
    if kind == "baseline":
        if not name:
            raise RuleBroken("committee:effect-name", "name")
        if not reading.moves(plan):
            raise RuleBroken("committee:effect-nothing", "name")
        return
    if milestone is None or milestone.state != "open":
        raise RuleBroken("committee:effect-milestone", "milestone")
    if kind == "gate":
        rules.check_conditions(verdict, conditions, clock.today())
    elif day is None or day == milestone.current_plan:
        raise RuleBroken("committee:effect-day", "day")


def _refuse_twice(meeting: Meeting, kind: str, plan: Plan, milestone: Milestone | None) -> None:
    """Two effects on the same thing in one meeting: the second would find it changed by the first."""
    items = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)
    same = DecisionEffect.milestone_id == milestone.id if milestone else DecisionEffect.plan_id == plan.id
    query = select(DecisionEffect.id).where(
        DecisionEffect.agenda_item_id.in_(items),
        DecisionEffect.removed_at.is_(None),
        DecisionEffect.kind == kind,
        same,
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise RuleBroken("committee:effect-twice", "name" if kind == "baseline" else "milestone")


def check_together(items: Sequence[AgendaItem], to: Meeting) -> None:
    """Refuse to bring items to a meeting where another item asks for a change of the same thing already."""
    asked = select(DecisionEffect).where(
        DecisionEffect.agenda_item_id.in_([item.id for item in items]), DecisionEffect.removed_at.is_(None)
    )
    for one in db.session.scalars(asked.order_by(DecisionEffect.id)):
        try:
            _refuse_twice(to, one.kind, one.plan, one.milestone)
        except RuleBroken:
            raise RuleBroken("committee:effect-there", "to") from None


def carry(effect: DecisionEffect, decision: Decision | None, *, actor: Actor) -> None:
    """Let a resolution of the item carry an effect, or none of them."""
    open_facts(effect.item.meeting)
    if effect.decision_id == (decision.id if decision else None):
        return
    before = effect.state()
    effect.decision_id = decision.id if decision else None
    record("committee:effect:carry", effect, actor=actor, before=before)


def remove(effect: DecisionEffect, *, actor: Actor) -> None:
    """Take an effect back while nobody has been asked to sign it."""
    open_facts(effect.item.meeting)
    before = effect.state()
    effect.removed_at = clock.now()
    record("committee:effect:remove", effect, actor=actor, before=before)


def rehearse(draft: DraftVersion, *, actor: Actor) -> None:
    """Refuse to put to signature what could not be applied today. Nothing is kept of the attempt."""
    for one in _signed(draft):
        if isinstance(made := _attempt(one, draft, actor=actor, keep=False), RuleBroken):
            raise made


def settle(draft: DraftVersion, *, actor: Actor) -> None:
    """Apply what was signed, resolution by resolution; what cannot be applied any more is held, with the reason."""
    held = []
    for signed in _signed(draft):
        made = _attempt(signed, draft, actor=actor, keep=True)
        rows = [db.session.get_one(DecisionEffect, one["id"]) for one in signed["effects"]]
        for row in rows:
            before = row.state()
            row.settled_at = clock.now()
            if isinstance(made, RuleBroken):
                row.life, row.refusal, row.refusal_facts = "not_applied", made.code, _plain(made.facts)
                record("committee:effect:hold", row, actor=actor, before=before)
            elif made is not None:
                row.life, row.change_set_id = "in_force", made.id
                record("committee:effect:apply", row, actor=actor, before=before, change=made)
        if isinstance(made, RuleBroken):
            held.append(rows[0])
    for row in held:
        _tell(row, actor=actor)


def _signed(draft: DraftVersion) -> list[Mapping[str, Any]]:
    """The resolutions that carry effects, as they stand in the signed text."""
    return [one for one in draft.header["decisions"].values() if one.get("effects")]


def _attempt(
    signed: Mapping[str, Any], draft: DraftVersion, *, actor: Actor, keep: bool
) -> ChangeSet | RuleBroken | None:
    if signed.get("result") in votes.FAILED:
        return RuleBroken("committee:effect-rejected")
    try:
        with db.session.begin_nested():
            change = begin(actor=actor, source="decision", label=draft.minutes.meeting.committee.name_hans)
            for one in signed["effects"]:
                _apply(one, draft, actor=actor, change=change)
            if not keep:
                raise _Rehearsed
    except RuleBroken as problem:
        return problem
    except _Rehearsed:
        return None
    return change


def _apply(one: Mapping[str, Any], draft: DraftVersion, *, actor: Actor, change: ChangeSet) -> None:
    row = db.session.get_one(DecisionEffect, one["id"])
    body = draft.minutes.meeting.committee.name_hans
    if one["kind"] == "baseline":
        # Who says something of a milestone meanwhile waits for this, or is seen by it.
        db.session.execute(select(Milestone.id).where(Milestone.plan_id == row.plan_id).with_for_update())
        if reading.moves(row.plan) != one["moves"]:
            raise RuleBroken("committee:effect-moved", where=one["project"])
        baselines.set_baseline(
            row.plan, one["name"], reason=rules.NOTE, authority=body, actor=actor, version=None, change=change
        )
        return
    milestone = _milestone(row, one)
    if one["kind"] == "rebaseline":
        planned = milestone.current_plan.isoformat() if milestone.current_plan else None
        if planned != one["before"]:
            raise RuleBroken("committee:effect-moved", where=f"{one['project']} {one['milestone']}")
        day = date.fromisoformat(one["after"])
        milestones.set_plan(
            milestone, day, actor=actor, version=None, note=rules.NOTE, authority=body, change=change
        )
        return
    since = GateDecision.recorded_at > draft.frozen_at
    query = select(GateDecision.id).where(GateDecision.milestone_id == milestone.id, since)
    if db.session.scalar(query.limit(1)) is not None:
        raise RuleBroken("committee:effect-decided", where=f"{one['project']} {one['milestone']}")
    gates.decide(
        milestone,
        one["verdict"],
        actor=actor,
        decided_on=draft.minutes.meeting.held_on,
        body=body,
        reasons=rules.NOTE,
        conditions=[Condition(c["text"], date.fromisoformat(c["due"])) for c in one["conditions"]],
        change=change,
    )


def _milestone(row: DecisionEffect, one: Mapping[str, Any]) -> Milestone:
    """The milestone as it stands now, held against other writers; refused unless it is the one that was signed."""
    query = select(Milestone).where(Milestone.id == row.milestone_id).with_for_update()
    found = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if found.state != "open" or found.code != one["milestone"]:
        raise RuleBroken("committee:effect-moved", where=f"{one['project']} {one['milestone']}")
    return found


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int) else str(value) for key, value in facts.items()}


def _tell(row: DecisionEffect, *, actor: Actor) -> None:
    """Those who keep the committee, but for who is out of the item."""
    meeting = row.item.meeting
    out = out_of(recusals_of(meeting).get(row.agenda_item_id, ()))
    number = row.decision.number if row.decision else ""
    notices.effects_held(meeting, meeting.committee.keepers_on(clock.today()) - out, number, actor=actor)
