"""One act on many milestones: what it would do to each, doing it as one change, and taking that back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, ChangeSet, begin
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects import policies
from kangjiansheng.projects.models import Milestone, MilestoneEntry
from kangjiansheng.projects.notices.groups import tell_groups
from kangjiansheng.projects.operations.following import carry
from kangjiansheng.projects.operations.ledger import STATE, outside, put_away, refuse_archived
from kangjiansheng.projects.operations.saying import TURNS, confirmed_before, keep, write
from kangjiansheng.projects.policies import Standing
from kangjiansheng.projects.queries import bulk as queries
from kangjiansheng.projects.queries import schedule
from kangjiansheng.projects.queries.people import BELONGING, owners_by_plan, owners_who_see, people_of_plans
from kangjiansheng.projects.queries.rows import state_of
from kangjiansheng.projects.queries.schedule import Spread
from kangjiansheng.projects.rules import bulk as rules
from kangjiansheng.projects.rules.bulk import Wanted
from kangjiansheng.projects.rules.milestones import MilestoneState, turn
from kangjiansheng.projects.rules.schedule import Follow

Pair = tuple[MilestoneEntry, MilestoneEntry]

KINDS = {"on_track": "confirm", "move": "forecast", "give": "owner", "flag": "flag", "unflag": "flag"}
ACTS = {
    "on_track": "projects:milestone:on-track",
    "give": "projects:milestone:edit",
    "flag": "projects:milestone:flag",
    "unflag": "projects:milestone:unflag",
}
_DATED = ("on_track", "move")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act makes of one milestone, or why it does not. `proposed`: somebody else has to confirm."""

    milestone: Milestone
    new: MilestoneState | None = None
    proposed: bool = False
    approximate: bool = False
    problem: RuleBroken | None = None

    @property
    def before(self) -> date | None:
        """The date that is promised now."""
        return state_of(self.milestone).promised

    @property
    def after(self) -> date | None:
        """The date that would be promised, or proposed."""
        if self.new is None:
            return None
        return self.new.proposed if self.proposed else self.new.promised


@dataclass(frozen=True, slots=True)
class Done:
    """What an act on many milestones came to: done, moved along with it, and refused."""

    change: ChangeSet
    able: list[Outcome]
    along: list[MilestoneEntry]
    refused: list[Outcome]


def preview(seen: Mapping[int, int], wanted: Wanted, *, actor: Actor) -> list[Outcome]:
    """What the act would do to each milestone (id → version that was seen), by project and position."""
    return _outcomes(queries.chosen(seen, actor=actor), seen, wanted, actor=actor)


def effect(outcomes: Iterable[Outcome]) -> list[Spread]:
    """What the new dates would do to milestones that were not selected, by plan; what waits for a yes moves nothing."""
    to = _new_dates(outcomes)
    return schedule.spreads(schedule.plans(_plans(to)).values(), to) if to else []


def apply(
    seen: Mapping[int, int], wanted: Wanted, *, actor: Actor, shown: Mapping[int, int] | None = None
) -> Done:
    """Do it as one change.

    What somebody has changed since it was seen is refused row by row; so is moving along what was not `shown` (id →
    version) as it now is. Refused as a whole when nothing is left, or when there are too many.
    """
    if len(seen) > rules.AT_MOST:
        raise RuleBroken("projects:too-many-rows", most=rules.AT_MOST, count=len(seen))
    plans = schedule.plans(_plans(seen), lock=True)
    found = _outcomes(queries.chosen(seen, actor=actor, lock=True), seen, wanted, actor=actor)
    able = [one for one in found if one.problem is None]
    if not able:
        raise RuleBroken("projects:nothing-to-change")
    spreads, left = _along(plans, able, shown) if wanted.follow != "keep" else ([], [])
    reason = wanted.reason_code if wanted.act == "move" and wanted.days > 0 else None
    change = begin(actor=actor, label=rules.BULK, reason_code=reason, note=wanted.note)
    told = [one.milestone for one in able if _groups_hear(one, wanted)]  # before their dates change
    along = carry(spreads, wanted.follow, actor=actor, change=change, reason_code=reason)
    for one in able:
        _do(one, wanted, actor=actor, change=change)
    touched = [one.milestone for one in able] + [entry.milestone for entry in along]
    _tell(touched, "projects:bulk", actor=actor, change=change, act=wanted.act)
    _tell_groups(told + [entry.milestone for entry in along], wanted, change)
    refused = [one for one in found if one.problem is not None]
    stale = [Outcome(one, problem=RuleBroken("projects:row-changed")) for one in left]
    return Done(change, able, along, refused + stale)


def _plans(milestone_ids: Iterable[int]) -> Select[Any]:
    return select(Milestone.plan_id).where(Milestone.id.in_(list(milestone_ids)))


def _new_dates(outcomes: Iterable[Outcome]) -> dict[int, date]:
    return {
        one.milestone.id: one.after
        for one in outcomes
        if one.after is not None and not one.proposed and one.after != one.before
    }


def _along(
    plans: Mapping[int, Sequence[Milestone]], able: Iterable[Outcome], shown: Mapping[int, int] | None
) -> tuple[list[Spread], list[Milestone]]:
    """What moves along, and what does not because it is no longer as it was shown; that keeps its date, and what
    waits for it alone stays, too."""
    to = _new_dates(able)
    found = schedule.spreads(plans.values(), to)
    if shown is None:
        return found, []
    rows = {row.id: row for plan in plans.values() for row in plan}
    moving = [effect.id for one in found for effect in one.moved]
    left = [rows[key] for key in moving if shown.get(key) != rows[key].version]
    return (schedule.spreads(plans.values(), to, [row.id for row in left]) if left else found), left


def _tell_groups(milestones: Iterable[Milestone], wanted: Wanted, change: ChangeSet) -> None:
    kind = "projects:flagged" if wanted.act == "flag" else "projects:slipped"
    for owner, count in Counter(milestone.plan.owner for milestone in milestones).items():
        tell_groups(kind, owner, change, count)


def _groups_hear(one: Outcome, wanted: Wanted) -> bool:
    if wanted.act == "flag":
        return True
    slips = one.before is not None and one.after is not None and one.after > one.before
    return wanted.act in _DATED and not one.proposed and slips


def undo(change: ChangeSet, *, actor: Actor) -> tuple[int, list[Outcome]]:
    """Take an act on many milestones back as one, with all that moved along; a milestone of which something else was
    said since is refused, and what moved along because of such a one stays with it.

    Returns how many went back, and what was refused. Such a pair counts no move.
    """
    pairs = queries.with_before(change.id)
    plans = schedule.plans(_plans(e.milestone_id for e, _b in pairs), lock=True)
    locked = {m.id: m for m in queries.chosen([e.milestone_id for e, _b in pairs], actor=actor, lock=True)}
    last = queries.latest(locked)
    standing = policies.standing(actor)
    problems: dict[int, str] = {}
    for entry, _before in pairs:
        if (milestone := locked.get(entry.milestone_id)) is not None:
            code = _why_not_back(milestone, entry, last[milestone.id], standing)
            if code is not None:
                problems[milestone.id] = code
    for key in _pushed_by(problems, plans, pairs) - set(problems):
        problems[key] = "projects:predecessor-stays"
    seen = [pair for pair in pairs if pair[0].milestone_id in locked]
    able = [pair for pair in seen if pair[0].milestone_id not in problems]
    refused = [
        Outcome(locked[e.milestone_id], problem=RuleBroken(problems[e.milestone_id]))
        for e, _b in seen
        if e.milestone_id in problems
    ]
    if not able:
        raise RuleBroken("projects:changed-since")
    taken_back = begin(actor=actor, source="undo", undoes=change)
    confirmed = confirmed_before([entry.id for entry, _b in able])
    for entry, before in able:
        values = {key: getattr(before, key) for key in STATE}
        act, row = "projects:milestone:undo", locked[entry.milestone_id]
        keep(row, values, "undo", act, actor=actor, change=taken_back, undoes=entry, confirmed=confirmed)
    _tell([locked[e.milestone_id] for e, _b in able], "projects:bulk-undone", actor=actor, change=change)
    return len(able), refused


def _pushed_by(
    staying: Iterable[int], plans: Mapping[int, Sequence[Milestone]], pairs: Sequence[Pair]
) -> set[int]:
    """What moved along and could not keep its date from before, since what stays where it is comes later."""
    along = {entry.milestone_id for entry, _before in pairs if entry.kind == "follow"}
    rows = {row.id: row for plan in plans.values() for row in plan}
    to = {key: day for key in staying if key in rows and (day := schedule.promised(rows[key])) is not None}
    if not along or not to:
        return set()
    before = {entry.milestone_id: schedule.promised(was) for entry, was in pairs}
    follow = _followed(plans, pairs, before)
    found = schedule.spreads(plans.values(), to, before=before)
    return {effect.id for one in found for effect in one.moved if effect.day(follow) != effect.before} & along


def _followed(
    plans: Mapping[int, Sequence[Milestone]], pairs: Sequence[Pair], before: Mapping[int, date | None]
) -> Follow:
    """In which way the later ones went along, told by where they came: within the slip, or as far as they had to."""
    came = {e.milestone_id: e.proposed or schedule.promised(e) for e, _was in pairs if e.kind == "follow"}
    asked = {e.milestone_id: schedule.promised(e) for e, _was in pairs if e.kind != "follow"}
    to = {key: day for key, day in asked.items() if day is not None}
    effects = [effect for one in schedule.spreads(plans.values(), to, before=before) for effect in one.moved]
    apart = [(came[e.id], e) for e in effects if e.id in came and e.within != e.after]
    return "within" if apart and all(day == effect.within for day, effect in apart) else "move"


def _why_not_back(milestone: Milestone, entry: MilestoneEntry, last: int, standing: Standing) -> str | None:
    if last != entry.id:
        return "projects:changed-since"
    if (away := put_away(milestone.plan)) is not None:
        return away
    # What moved along goes back with what it followed, whoever answers for it.
    along = entry.kind == "follow"
    may = along or standing.may_update(milestone.plan_id, milestone.owner_id)
    return None if may else "projects:no-right"


def _outcomes(
    milestones: Sequence[Milestone], seen: Mapping[int, int], wanted: Wanted, *, actor: Actor
) -> list[Outcome]:
    standing = policies.standing(actor)
    teams = people_of_plans({m.plan_id for m in milestones}) if wanted.act == "give" else {}
    return [_outcome(m, seen[m.id], wanted, standing, teams) for m in milestones]


def _outcome(
    milestone: Milestone, version: int, wanted: Wanted, standing: Standing, teams: Mapping[int, set[int]]
) -> Outcome:
    confirmed = standing.may_confirm(milestone.plan_id, milestone.owner_id)
    try:
        _check(milestone, version, wanted, standing, teams)
        new, approximate = rules.outcome(
            state_of(milestone), wanted, clock.today(), confirmed=confirmed, flagged=milestone.flagged
        )
    except RuleBroken as problem:
        return Outcome(milestone, problem=problem)
    return Outcome(milestone, new, wanted.act in _DATED and not confirmed, approximate)


def _check(
    milestone: Milestone, version: int, wanted: Wanted, standing: Standing, teams: Mapping[int, set[int]]
) -> None:
    if milestone.version != version:
        raise RuleBroken("projects:row-changed")
    refuse_archived(milestone.plan)
    if not _may(milestone, wanted, standing):
        raise RuleBroken("projects:no-right")
    there = wanted.owner_id is None or wanted.owner_id in teams.get(milestone.plan_id, ())
    if wanted.act == "give" and not there:
        raise outside(milestone.plan)
    if wanted.act == "give" and wanted.owner_id == milestone.owner_id:
        raise RuleBroken("projects:owner-already")


def _may(milestone: Milestone, wanted: Wanted, standing: Standing) -> bool:
    plan_id, owner_id = milestone.plan_id, milestone.owner_id
    if wanted.act in _DATED:
        return standing.may_update(plan_id, owner_id)
    if wanted.act == "give":
        return standing.may_plan(plan_id)
    return standing.may_confirm(plan_id, owner_id)


def _do(one: Outcome, wanted: Wanted, *, actor: Actor, change: ChangeSet) -> MilestoneEntry:
    assert one.new is not None
    kind, act = KINDS[wanted.act], ACTS.get(wanted.act, "")
    if one.after is not None and wanted.act == "move":
        act = TURNS[turn(one.before, one.after)]
    if one.proposed:
        kind, act = "propose", "projects:milestone:propose"
    more: dict[str, Any] = {}
    if wanted.act == "give":
        more["owner_id"] = wanted.owner_id
    elif wanted.act in ("flag", "unflag"):
        more["flagged"] = wanted.act == "flag"
    return write(one.milestone, one.new, kind, act, actor=actor, note=wanted.note, change=change, **more)


def _tell(
    milestones: Iterable[Milestone], template: str, *, actor: Actor, change: ChangeSet, **facts: str
) -> None:
    """One notice for each whom any of them concerns, with how many do."""
    milestones = list(milestones)
    people = people_of_plans({m.plan_id for m in milestones}, BELONGING)
    owners = owners_who_see(owners_by_plan(milestones), people)
    counts = Counter(
        person
        for m in milestones
        for person in people.get(m.plan_id, set()) | (owners[m.plan_id] & {m.owner_id})
    )
    illustrative = any(m.plan.owner.illustrative for m in milestones)
    for person, count in counts.items():
        outbox.tell(
            [person],
            template,
            {"who": actor.label, "count": count, "illustrative": illustrative, **facts},
            address=f"/milestones/changes/{change.id}",
            besides=actor.id,
        )
