"""What the pages of a plan read: who waits for whom, what holds the end where it is, and which clocks stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import ClockStop, Milestone
from kangjiansheng.projects.queries.page import milestone
from kangjiansheng.projects.queries.rows import OwnerRow
from kangjiansheng.projects.queries.schedule import Held, Network, schedule


@dataclass(frozen=True, slots=True)
class Waiting:
    """One predecessor of a milestone: its code, and how long after it one has to wait."""

    code: str
    lag: int
    unit: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the schedule of today says of a plan: the codes that hold its last milestone where it is, and for each
    that promises too early (by code) the first day that its predecessors leave it, or the hand-offs for which it waits
    (`held`, by code those that leave it that day); which clocks stand, since when."""

    critical: tuple[str, ...] = ()
    too_early: tuple[tuple[str, date], ...] = ()
    standing: tuple[tuple[str, date], ...] = ()
    held: Mapping[str, Held] = field(default_factory=dict)


def outlook(owner: OwnerRow, found: Network) -> Outlook:
    """The outlook of a plan as it stands today, from what has been read of it."""
    opened = [m for m in owner.milestones if m.is_open and m.promised is not None]
    if not opened:
        return Outlook()
    plan = schedule(owner.milestones, found)
    codes = {m.id: m.code for m in owner.milestones}
    last = max(opened, key=lambda m: (m.promised or date.min, m.position))
    path, early = plan.driving(last.id), plan.too_early(stated=True)
    return Outlook(
        critical=tuple(codes[key] for key in path) if len(path) > 1 else (),
        too_early=tuple((codes[key], day) for key, day in early.items()),
        held={
            m.code: held
            for m in opened
            if m.promised and (held := found.holding(m.id, m.promised)) and held.day == early.get(m.id)
        },
        standing=tuple(
            (m.code, stop.first) for m in opened for stop in found.stops.get(m.id, ()) if stop.last is None
        ),
    )


def waiting(owner: OwnerRow, found: Network) -> dict[int, list[Waiting]]:
    """What each milestone waits for, by id, in the order of the plan."""
    order = {m.id: n for n, m in enumerate(owner.milestones)}
    return {
        key: [
            Waiting(owner.milestones[order[link.before]].code, link.lag, link.unit)
            for link in sorted(links, key=lambda link: order.get(link.before, -1))
            if link.before in order
        ]
        for key, links in found.links.items()
    }


def stops(milestone_id: int) -> list[ClockStop]:
    """When the clock of a milestone stood still, in order."""
    query = (
        select(ClockStop)
        .where(ClockStop.milestone_id == milestone_id)
        .order_by(ClockStop.first, ClockStop.id)
    )
    return list(db.session.scalars(query))


def stop_of(*, actor: Actor, number: int, **where: str) -> tuple[Milestone, ClockStop] | None:
    """A stop of the clock of a milestone that the actor may see, with that milestone."""
    thing = milestone(actor=actor, **where)
    if thing is None:
        return None
    query = select(ClockStop).where(ClockStop.id == number, ClockStop.milestone_id == thing.id)
    stop = db.session.scalar(query)
    return (thing, stop) if stop else None


def to_wait_for(plan_id: int, besides: int | None = None) -> list[tuple[str, str, str, str]]:
    """Code and names of the milestones of a plan that another may wait for."""
    keys = (Milestone.code, Milestone.name_hans, Milestone.name_hant, Milestone.name_en)
    query = select(*keys).where(Milestone.plan_id == plan_id, Milestone.kind == "milestone")
    if besides is not None:
        query = query.where(Milestone.id != besides)
    return [
        (code, hans, hant, en)
        for code, hans, hant, en in db.session.execute(query.order_by(Milestone.position, Milestone.id))
    ]
