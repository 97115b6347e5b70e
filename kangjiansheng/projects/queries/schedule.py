"""The schedule of a plan as it stands today, and what a new date of one milestone does to the later ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

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


def schedule(plan_id: int) -> Schedule:
    """The schedule of a plan; three statements. Decisions (X9…) promise nothing and take no part."""
    return Schedule(_steps(plan_id), today=clock.today())


def _steps(plan_id: int) -> list[Step]:
    mine = select(Milestone.id).where(Milestone.plan_id == plan_id, Milestone.kind == "milestone")
    links: dict[int, list[Link]] = defaultdict(list)
    for link in db.session.scalars(select(MilestoneLink).where(MilestoneLink.milestone_id.in_(mine))):
        links[link.milestone_id].append(Link(link.predecessor_id, link.lag, _unit(link.unit)))
    stops: dict[int, list[Stop]] = defaultdict(list)
    for stop in db.session.scalars(select(ClockStop).where(ClockStop.milestone_id.in_(mine))):
        stops[stop.milestone_id].append(Stop(stop.first, stop.last))
    keys = "id baseline current_plan forecast actual state duration unit"
    query = (
        select(*(getattr(Milestone, key) for key in keys.split()))
        .where(Milestone.id.in_(mine))
        .order_by(Milestone.position, Milestone.id)
    )
    return [
        Step(
            row.id,
            tuple(links[row.id]),
            promised=row.forecast or row.current_plan or row.baseline,
            planned=row.current_plan or row.baseline,
            actual=row.actual,
            cancelled=row.state == "cancelled",
            duration=row.duration,
            unit=_unit(row.unit),
            stops=tuple(stops[row.id]),
        )
        for row in db.session.execute(query)
    ]


def _unit(word: str) -> Unit:
    return "workday" if word == "workday" else "day"


def effects(milestone: Milestone, to: date) -> list[Effect]:
    """What has to move when a milestone comes on another day than it promises now.

    What would move to a day that has passed is left out: it is overdue, and its owner has to speak for it.
    """
    moved = schedule(milestone.plan_id).moved({milestone.id: to})
    today = clock.today()
    moved = {key: shift for key, shift in moved.items() if shift.after >= today}
    if not moved:
        return []
    rows = db.session.scalars(select(Milestone).where(Milestone.id.in_(moved)))
    return sorted(
        (_effect(row, moved[row.id]) for row in rows), key=lambda effect: list(moved).index(effect.id)
    )


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
