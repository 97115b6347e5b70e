"""What changes in a plan: its milestones, what each waits for and takes, and when a statutory clock stands still."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import working_days_between
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.models import ClockStop, Milestone, MilestoneLink, Plan
from kangjiansheng.projects.operations.ledger import milestone_entry, refuse_archived
from kangjiansheng.projects.queries.acceptance import require_accepted
from kangjiansheng.projects.queries.schedule import network, schedule
from kangjiansheng.projects.rules.codes import is_code
from kangjiansheng.projects.rules.schedule import Cycle, Link, Step, in_order

LONGEST = 7300  # days: twenty years
UNITS = ("day", "workday")


@dataclass(frozen=True, slots=True)
class Wait:
    """Whom a milestone waits for, by code, and for how long after it."""

    code: str
    lag: int = 0
    unit: str = "day"


def add_milestone(
    plan: Plan,
    *,
    actor: Actor,
    version: int | None,
    code: str,
    names: Mapping[str, str],
    day: date | None = None,
    duration: int | None = None,
    unit: str = "day",
    waits: Sequence[Wait] = (),
    gate: bool = False,
) -> Milestone:
    """Put a milestone into a running plan, after the last that it waits for; its date is its baseline.

    A duration that is not said is the gap that today's promises leave: those of the others may have moved far
    from the plan.
    """
    expect(plan.owner, version)
    refuse_archived(plan)
    if not is_code(code):
        raise RuleBroken("projects:code-invalid", "code")
    there = _codes(plan.id)
    if code in there:
        raise RuleBroken("projects:code-taken", "code", code=code)
    _refuse_step_of_pathway(plan, code, names)
    require_accepted(plan, code, "code")
    _check(duration, unit, waits, there)
    places = select(func.max(Milestone.position)).where(Milestone.plan_id == plan.id)
    after = [there[wait.code] for wait in waits]
    place = db.session.scalar(places.where(Milestone.id.in_(after)) if after else places)
    milestone = Milestone(
        plan=plan,
        code=code,
        **{f"name_{script}": names.get(script, "") for script in ("hans", "hant", "en")},
        position=0 if place is None else place if after else place + 1,
        gate=gate,
        owner_id=plan.lead_id,
        baseline=day,
        current_plan=day,
        duration=duration,
        unit=unit,
    )
    db.session.add(milestone)
    db.session.flush()
    _link(milestone, waits, there)
    if duration is None and day is not None:
        milestone.duration = _gap(milestone, day)
    change = record(
        "projects:milestone:create", milestone, actor=actor, before={}, after=_facts(milestone, waits)
    )
    milestone_entry(milestone, "open", change=change)
    return milestone


def _refuse_step_of_pathway(plan: Plan, code: str, names: Mapping[str, str]) -> None:
    """A code of the pathway means its step: evidence, dates of registries and templates go by it."""
    version = plan.template_version
    steps = version.milestones if version else ()
    step = next((step for step in steps if step["code"] == code), None)
    if step is not None and step["name"]["hans"] != names.get("hans"):
        raise RuleBroken("projects:code-of-pathway", "code", code=code, name=step["name"]["hans"])


def _gap(milestone: Milestone, day: date) -> int | None:
    """From the last that a milestone waits for to its day, in its unit; None when it waits for nothing dated."""
    query = select(Milestone).where(Milestone.plan_id == milestone.plan_id)
    rows = db.session.scalars(query.order_by(Milestone.position, Milestone.id)).all()
    begin = schedule(rows, network(milestone.plan_id)).begin(milestone.id)
    if begin is None or begin > day:
        return None
    return working_days_between(begin, day)[0] if milestone.unit == "workday" else (day - begin).days


def set_schedule(
    milestone: Milestone,
    *,
    actor: Actor,
    version: int | None,
    names: Mapping[str, str],
    duration: int | None,
    unit: str,
    waits: Sequence[Wait],
) -> None:
    """Change the names, the duration and what a milestone waits for; no date moves by it.

    Refused when milestones would wait for each other, with their codes.
    """
    expect(milestone, version)
    refuse_archived(milestone.plan)
    there = _codes(milestone.plan_id)
    _check(duration, unit, waits, there)
    before = _facts(milestone, waits_of(milestone))
    _refuse_cycle(milestone, waits, there)
    for script, name in names.items():
        setattr(milestone, f"name_{script}", name)
    milestone.duration, milestone.unit = duration, unit
    for link in _links(milestone):
        db.session.delete(link)
    db.session.flush()
    _link(milestone, waits, there)
    record(
        "projects:milestone:schedule",
        milestone,
        actor=actor,
        before=before,
        after=_facts(milestone, waits),
    )


def waits_of(milestone: Milestone) -> list[Wait]:
    """What a milestone waits for today, in the order of the plan."""
    query = (
        select(Milestone.code, MilestoneLink.lag, MilestoneLink.unit)
        .join(Milestone, Milestone.id == MilestoneLink.predecessor_id)
        .where(MilestoneLink.milestone_id == milestone.id)
        .order_by(Milestone.position, Milestone.id)
    )
    return [Wait(*row) for row in db.session.execute(query)]


def stop_clock(
    milestone: Milestone,
    first: date,
    *,
    actor: Actor,
    version: int | None,
    last: date | None = None,
    note: str = "",
) -> ClockStop:
    """Let the statutory clock of a milestone stand still from a day on (发补), up to a last day when it is known."""
    expect(milestone, version)
    refuse_archived(milestone.plan)
    if milestone.state != "open":
        raise RuleBroken("projects:not-open")
    if first > clock.today():
        raise RuleBroken("projects:stop-ahead", "first", date=first, today=clock.today())
    if last is not None and last < first:
        raise RuleBroken("projects:days-reversed", "last", start=first)
    standing = select(ClockStop).where(ClockStop.milestone_id == milestone.id, ClockStop.last.is_(None))
    if db.session.scalar(standing):
        raise RuleBroken("projects:clock-stands", "first")
    stop = ClockStop(milestone_id=milestone.id, first=first, last=last, note=note)
    db.session.add(stop)
    _record_stop("projects:milestone:stop", milestone, stop, {}, actor=actor)
    return stop


def start_clock(stop: ClockStop, last: date, *, actor: Actor, version: int | None) -> None:
    """Let a clock that stands still run on after a last day."""
    milestone = db.session.get_one(Milestone, stop.milestone_id)
    expect(milestone, version)
    refuse_archived(milestone.plan)
    if last < stop.first:
        raise RuleBroken("projects:days-reversed", "last", start=stop.first)
    if last > clock.today():
        raise RuleBroken("projects:start-ahead", "last", date=last, today=clock.today())
    before = _stop_facts(stop)
    stop.last = last
    _record_stop("projects:milestone:start", milestone, stop, before, actor=actor)


def _record_stop(
    act: str, milestone: Milestone, stop: ClockStop, before: dict[str, Any], *, actor: Actor
) -> None:
    db.session.flush()
    record(act, milestone, actor=actor, before=before or {"first": None}, after=_stop_facts(stop))


def _stop_facts(stop: ClockStop) -> dict[str, Any]:
    return {"first": stop.first, "last": stop.last, "note": stop.note}


def _codes(plan_id: int) -> dict[str, int]:
    """The milestones of a plan that somebody may wait for: decisions are none."""
    query = select(Milestone.code, Milestone.id).where(
        Milestone.plan_id == plan_id, Milestone.kind == "milestone"
    )
    return {code: key for code, key in db.session.execute(query)}


def _check(duration: int | None, unit: str, waits: Sequence[Wait], there: Mapping[str, int]) -> None:
    if duration is not None and not 0 <= duration <= LONGEST:
        raise RuleBroken("projects:duration-range", "duration", longest=LONGEST)
    if unit not in UNITS or any(wait.unit not in UNITS for wait in waits):
        raise RuleBroken("projects:unit-unknown", "unit")
    for wait in waits:
        if wait.code not in there:
            raise RuleBroken("projects:wait-unknown", "waits", code=wait.code)
        if not 0 <= wait.lag <= LONGEST:
            raise RuleBroken("projects:duration-range", "waits", longest=LONGEST)
    twice = [code for code, count in Counter(wait.code for wait in waits).items() if count > 1]
    if twice:
        raise RuleBroken("projects:wait-twice", "waits", code=twice[0])


def _refuse_cycle(milestone: Milestone, waits: Sequence[Wait], there: Mapping[str, int]) -> None:
    names = {key: code for code, key in there.items()}
    links: dict[int, list[int]] = {key: [] for key in names}
    query = select(MilestoneLink.milestone_id, MilestoneLink.predecessor_id)
    for key, before in db.session.execute(query.where(MilestoneLink.milestone_id.in_(names))):
        links[key].append(before)
    links[milestone.id] = [there[wait.code] for wait in waits]
    try:
        in_order(Step(key, tuple(Link(before) for before in found)) for key, found in links.items())
    except Cycle as ring:
        codes = [names[key] for key in ring.members]
        raise RuleBroken("projects:cycle", "waits", members=" → ".join([*codes, codes[0]])) from None


def _links(milestone: Milestone) -> Sequence[MilestoneLink]:
    return db.session.scalars(select(MilestoneLink).where(MilestoneLink.milestone_id == milestone.id)).all()


def _link(milestone: Milestone, waits: Sequence[Wait], there: Mapping[str, int]) -> None:
    for wait in waits:
        db.session.add(
            MilestoneLink(
                milestone_id=milestone.id, predecessor_id=there[wait.code], lag=wait.lag, unit=wait.unit
            )
        )
    db.session.flush()


def _facts(milestone: Milestone, waits: Sequence[Wait]) -> dict[str, Any]:
    plain = {
        key: getattr(milestone, key) for key in ("name_hans", "name_hant", "name_en", "duration", "unit")
    }
    return plain | {"waits": [[wait.code, wait.lag, wait.unit] for wait in waits]}
