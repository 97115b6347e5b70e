"""The schedule of a plan as it stands today, and what a new date of one milestone does to the later ones."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, String, cast, null, select, union_all

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import ClockStop, Milestone, MilestoneEntry, MilestoneLink
from kangjiansheng.projects.rules.schedule import Link, Schedule, Shift, Step, Stop, Unit


@dataclass(frozen=True, slots=True)
class Effect:
    """A later milestone that has to move, in the order of the plan. `approximate`: beyond published holidays."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    gate: bool
    before: date
    after: date
    approximate: bool

    @property
    def days(self) -> int:
        """By how many calendar days it moves."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class Network:
    """What binds the milestones of a plan, by their ids: whom each waits for, and when its clock stood still."""

    links: Mapping[int, Sequence[Link]]
    stops: Mapping[int, Sequence[Stop]]


def network(plan_id: int | None) -> Network:
    """The network of a plan; one statement."""
    links: dict[int, list[Link]] = defaultdict(list)
    stops: dict[int, list[Stop]] = defaultdict(list)
    none, no_day = cast(null(), Integer), cast(null(), Date)
    both: CompoundSelect[Any] = union_all(
        select(
            MilestoneLink.milestone_id,
            MilestoneLink.predecessor_id,
            MilestoneLink.lag,
            MilestoneLink.unit,
            no_day.label("first"),
            no_day.label("last"),
        )
        .join(Milestone, Milestone.id == MilestoneLink.milestone_id)
        .where(Milestone.plan_id == plan_id),
        select(ClockStop.milestone_id, none, none, cast(null(), String), ClockStop.first, ClockStop.last)
        .join(Milestone, Milestone.id == ClockStop.milestone_id)
        .where(Milestone.plan_id == plan_id),
    )
    for key, before, lag, unit, first, last in db.session.execute(both):
        if before is None:
            stops[key].append(Stop(first, last))
        else:
            links[key].append(Link(before, lag, _unit(unit)))
    return Network(links, stops)


def schedule(rows: Iterable[Any], found: Network) -> Schedule:
    """The schedule of a plan from its milestones (records, or rows of today) in order.

    Decisions (X9…) promise nothing and take no part.
    """
    steps = [
        Step(
            row.id,
            tuple(found.links.get(row.id, ())),
            promised=row.forecast or row.current_plan or row.baseline,
            planned=row.current_plan or row.baseline,
            actual=row.actual,
            cancelled=row.state == "cancelled",
            duration=row.duration,
            unit=_unit(row.unit),
            stops=tuple(found.stops.get(row.id, ())),
        )
        for row in rows
        if row.kind == "milestone"
    ]
    return Schedule(steps, today=clock.today())


def _unit(word: str) -> Unit:
    return "workday" if word == "workday" else "day"


def effects(milestone: Milestone, to: date) -> list[Effect]:
    """What has to move when a milestone comes on another day than it promises now; two statements, and one for the holidays in use.

    What would move to a day that has passed is left out: it is overdue, and its owner has to speak for it.
    """
    query = select(Milestone).where(Milestone.plan_id == milestone.plan_id)
    rows = db.session.scalars(query.order_by(Milestone.position, Milestone.id)).all()
    moved = schedule(rows, network(milestone.plan_id)).moved({milestone.id: to})
    by_id = {row.id: row for row in rows}
    today = clock.today()
    return [_effect(by_id[key], shift) for key, shift in moved.items() if shift.after >= today]


def _effect(row: Milestone, shift: Shift) -> Effect:
    return Effect(
        row.id,
        row.code,
        row.name_hans,
        row.name_hant,
        row.name_en,
        row.gate,
        shift.before,
        shift.after,
        shift.approximate,
    )


def moved_along(entry: MilestoneEntry) -> Sequence[MilestoneEntry]:
    """The entries of those that moved along in the act of an entry; none for a follower's own entry."""
    query = select(MilestoneEntry).where(
        MilestoneEntry.change_set_id == entry.change_set_id, MilestoneEntry.kind == "follow"
    )
    return [] if entry.kind == "follow" else db.session.scalars(query.order_by(MilestoneEntry.id)).all()


def reached_later(milestone: Milestone) -> list[str]:
    """The codes of predecessors that were reached after the milestone itself: one of both dates is wrong."""
    if milestone.actual is None:
        return []
    query = (
        select(Milestone.code)
        .join(MilestoneLink, MilestoneLink.predecessor_id == Milestone.id)
        .where(MilestoneLink.milestone_id == milestone.id, Milestone.actual > milestone.actual)
        .order_by(Milestone.position)
    )
    return list(db.session.scalars(query))


def is_advance(entry: MilestoneEntry) -> bool:
    """True when the entry promises an earlier day than the one before it did."""
    query = (
        select(MilestoneEntry)
        .where(MilestoneEntry.milestone_id == entry.milestone_id, MilestoneEntry.id < entry.id)
        .order_by(MilestoneEntry.effective_at.desc(), MilestoneEntry.id.desc())
        .limit(1)
    )
    before = db.session.scalar(query)
    was = (before.forecast or before.current_plan or before.baseline) if before else None
    return was is not None and entry.forecast is not None and entry.forecast < was
