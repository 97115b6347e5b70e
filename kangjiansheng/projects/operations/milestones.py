"""What changes at a milestone. Each act leaves the full state in the ledger, an entry in the trail and a notice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, ChangeSet, begin
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects import notices, policies
from kangjiansheng.projects.models import Milestone, MilestoneEntry
from kangjiansheng.projects.notices.groups import tell_groups
from kangjiansheng.projects.operations.following import carry
from kangjiansheng.projects.operations.ledger import STATE, outside, refuse_archived
from kangjiansheng.projects.operations.saying import TURNS, is_quick, keep, write
from kangjiansheng.projects.queries.people import team_ids
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.queries.schedule import moved_along, spread
from kangjiansheng.projects.rules import milestones as rules
from kangjiansheng.projects.rules.milestones import MilestoneState
from kangjiansheng.projects.rules.schedule import Follow


def on_track(
    milestone: Milestone, *, actor: Actor, version: int | None, note: str = "", follow: Follow = "move"
) -> MilestoneEntry:
    """Confirm the promised date, or the proposed one. Without the right to confirm it is a proposal."""
    _start(milestone, version)
    state = state_of(milestone)
    new = rules.on_track(state, clock.today())
    if not policies.confirm(actor, milestone):
        return _propose(milestone, replace(state, proposed=state.promised), actor=actor, note=note)
    change = begin(actor=actor, note=note)
    followers = _followers(milestone, new, follow, actor=actor, change=change)
    entry = write(
        milestone, new, "confirm", "projects:milestone:on-track", actor=actor, note=note, change=change
    )
    if state.proposed is not None:
        _tell_moved(milestone, actor, change, followers, before=state.promised, to=new.promised)
    return entry


def will_slip(
    milestone: Milestone,
    to: date,
    reason_code: str,
    *,
    actor: Actor,
    version: int | None,
    note: str = "",
    follow: Follow = "move",
) -> MilestoneEntry:
    """Promise another date with a reason; from a member who may not confirm it is a proposal. An earlier date is
    recorded as an advance, without a reason; the promised one as kept, or with the new reason of a slip.

    The later milestones move along as far as they have to, or `within` the days of this slip; when they `keep` their
    dates the pages say that they promise too early.
    """
    _start(milestone, version)
    state = state_of(milestone)
    confirmed = policies.confirm(actor, milestone)
    new = rules.will_slip(state, to, reason_code, clock.today(), confirmed=confirmed)
    if not confirmed:
        return _propose(milestone, new, actor=actor, note=note)
    reason = rules.cause(state, to, reason_code)
    way = rules.turn(state.promised, to)
    keeps = way == "same" and not reason
    change = begin(actor=actor, reason_code=reason or None, note=note)
    followers = _followers(milestone, new, follow, actor=actor, change=change)
    kind, act = ("confirm", "projects:milestone:on-track") if keeps else ("forecast", TURNS[way])
    entry = write(milestone, new, kind, act, actor=actor, note=note, change=change)
    _tell_moved(milestone, actor, change, followers, before=state.promised, to=to, reason=reason)
    return entry


def done(
    milestone: Milestone,
    on: date,
    *,
    actor: Actor,
    version: int | None,
    note: str = "",
    follow: Follow = "move",
) -> MilestoneEntry:
    """Record the day on which it was reached; what it has held up moves along, as `follow` says."""
    _start(milestone, version)
    new = rules.done(state_of(milestone), on, clock.today(), _begun(milestone))
    change = begin(actor=actor, note=note)
    followers = _followers(milestone, new, follow, actor=actor, change=change)
    entry = write(milestone, new, "done", "projects:milestone:done", actor=actor, note=note, change=change)
    _tell(milestone, "projects:done", actor, to=on, followers=len(followers))
    tell_groups("projects:done", milestone.plan.owner, change)
    return entry


def _followers(
    milestone: Milestone, new: MilestoneState, follow: Follow, *, actor: Actor, change: ChangeSet
) -> list[MilestoneEntry]:
    to = new.actual or new.promised
    if follow == "keep" or to is None:
        return []
    reason = new.reason_code if new.actual is None else None
    found = [spread(milestone, to)]
    return carry(found, follow, actor=actor, change=change, reason_code=reason or milestone.reason_code)


def reopen(milestone: Milestone, *, actor: Actor, version: int | None, note: str = "") -> MilestoneEntry:
    """Open a reached or cancelled milestone again; the ledger keeps what had been said."""
    _start(milestone, version)
    new = rules.reopen(state_of(milestone))
    entry = write(milestone, new, "reopen", "projects:milestone:reopen", actor=actor, note=note)
    _tell(milestone, "projects:reopened", actor)
    return entry


def cancel(milestone: Milestone, *, actor: Actor, version: int | None, note: str = "") -> MilestoneEntry:
    """Take an open milestone out of the plan; it stays in the record."""
    _start(milestone, version)
    new = rules.cancel(state_of(milestone))
    return write(milestone, new, "cancel", "projects:milestone:cancel", actor=actor, note=note)


def flag(
    milestone: Milestone, flagged: bool, *, actor: Actor, version: int | None, note: str = ""
) -> MilestoneEntry:
    """Its owner sees a risk before any date has moved, or sees it no longer."""
    _start(milestone, version)
    if milestone.state != "open":
        raise RuleBroken("projects:not-open")
    act = "projects:milestone:flag" if flagged else "projects:milestone:unflag"
    entry = write(milestone, state_of(milestone), "flag", act, actor=actor, note=note, flagged=flagged)
    if flagged:
        _tell(milestone, "projects:flagged", actor)
        tell_groups("projects:flagged", milestone.plan.owner, entry.change_set)
    return entry


def set_plan(
    milestone: Milestone,
    plan: date,
    *,
    actor: Actor,
    version: int | None,
    note: str = "",
    authority: str = "",
    change: ChangeSet | None = None,
) -> MilestoneEntry:
    """Plan a milestone: the first date becomes the baseline for good, a later one the current plan.

    A later one is refused without a reason (`note`) and the authority by which the plan is changed. `change` when
    the act is part of another one (a committee's).
    """
    _start(milestone, version)
    state = state_of(milestone)
    rules.plausible(plan, clock.today(), _begun(milestone), field="plan")
    if state.baseline is None and state.state == "open":
        new = replace(state, baseline=plan, plan=plan)
    else:
        new = rules.rebaseline(state, plan)
        if not note or not authority:
            raise RuleBroken("projects:baseline-unfounded", "authority" if note else "note")
    change = change or begin(actor=actor, label=authority, note=note)
    return write(milestone, new, "rebaseline", "projects:milestone:edit", actor=actor, change=change)


def _begun(milestone: Milestone) -> date | None:
    """The day on which the work began, as far as its facts and its other milestones tell."""
    others = select(func.min(Milestone.baseline), func.min(Milestone.actual)).where(
        Milestone.plan_id == milestone.plan_id, Milestone.id != milestone.id
    )
    known = [milestone.plan.begun, *db.session.execute(others).one()]
    return min((day for day in known if day), default=None)


def give_to(
    milestone: Milestone, owner_id: int | None, *, actor: Actor, version: int | None
) -> MilestoneEntry:
    """Hand a milestone to somebody of the project or its laboratories, of the laboratory whose plan it is, or to nobody."""
    _start(milestone, version)
    if owner_id is not None and owner_id not in team_ids(milestone.plan):
        raise outside(milestone.plan, "owner_id")
    entry = write(
        milestone, state_of(milestone), "owner", "projects:milestone:edit", actor=actor, owner_id=owner_id
    )
    if owner_id is not None:
        outbox.tell(
            [owner_id],
            "projects:owner",
            notices.facts(milestone, actor),
            address=milestone.path,
            besides=actor.id,
        )
    return entry


def undo(entry: MilestoneEntry, *, actor: Actor) -> MilestoneEntry:
    """Take back the last thing that was said, by an entry that names it; what moved along goes back with it.

    Refused for the opening and for what an import said, for an undo itself, and as soon as somebody has said
    something else, of it or of one that moved along.
    """
    if entry.imported or entry.kind == "open":
        raise RuleBroken("projects:undo-opening")
    if entry.kind == "undo":
        raise RuleBroken("projects:undo-twice")
    if entry.change_set.source == "decision":
        raise RuleBroken("projects:undo-decision")
    followers = moved_along(entry)
    change = begin(
        actor=actor, source="undo" if actor.source == "page" else actor.source, undoes=entry.change_set
    )
    for follower in followers:
        _take_back(follower, actor=actor, change=change)
    written = _take_back(entry, actor=actor, change=change)
    milestone = entry.milestone
    _tell(milestone, "projects:undone", actor, to=state_of(milestone).promised, followers=len(followers))
    return written


def _take_back(entry: MilestoneEntry, *, actor: Actor, change: ChangeSet) -> MilestoneEntry:
    milestone = entry.milestone
    last, before = _last_two(milestone)
    if last is not None and last.undoes_id == entry.id:
        raise RuleBroken("projects:undo-twice")
    if before is None or last is None or last.id != entry.id:
        raise RuleBroken("projects:one-changed-since", code=milestone.code)
    rules.undo(state_of(milestone), state_of(entry), state_of(before))
    values = {key: getattr(before, key) for key in STATE}
    if not is_quick(entry, actor=actor):
        moved = before.forecast != entry.forecast or before.current_plan != entry.current_plan
        values["moves"] = entry.moves + int(moved)
    return keep(
        milestone, values, "undo", "projects:milestone:undo", actor=actor, change=change, undoes=entry
    )


def _last_two(milestone: Milestone) -> tuple[MilestoneEntry | None, MilestoneEntry | None]:
    query = (
        select(MilestoneEntry)
        .where(MilestoneEntry.milestone_id == milestone.id)
        .order_by(MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc())
        .limit(2)
    )
    found = [*db.session.scalars(query), None, None]
    return found[0], found[1]


def _start(milestone: Milestone, version: int | None) -> None:
    """Nothing is written to what was put away, nor by a form that saw an older state."""
    expect(milestone, version)
    refuse_archived(milestone.plan)


def _propose(milestone: Milestone, new: MilestoneState, *, actor: Actor, note: str) -> MilestoneEntry:
    entry = write(milestone, new, "propose", "projects:milestone:propose", actor=actor, note=note)
    _tell(milestone, "projects:proposed", actor, to=new.proposed)
    return entry


def _tell(milestone: Milestone, template: str, actor: Actor, **facts: Any) -> None:
    outbox.tell(
        notices.concerned(milestone),
        template,
        notices.facts(milestone, actor, **facts),
        address=milestone.path,
        besides=actor.id,
    )


def _tell_moved(
    milestone: Milestone,
    actor: Actor,
    change: ChangeSet,
    followers: Sequence[MilestoneEntry],
    *,
    before: date | None,
    to: date | None,
    **facts: Any,
) -> None:
    """Everybody whom the milestone concerns, and who answers for what moved along."""
    owners = {entry.owner_id for entry in followers if entry.owner_id is not None}
    outbox.tell(
        notices.concerned(milestone, owners),
        "projects:moved",
        notices.facts(milestone, actor, followers=len(followers), before=before, to=to, **facts),
        address=milestone.path,
        besides=actor.id,
    )
    if before and to and to > before:
        tell_groups("projects:slipped", milestone.plan.owner, change, 1 + len(followers))
