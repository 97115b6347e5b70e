"""The milestones that are mine, and which of them wait for my word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.models import Milestone, Plan
from kangjiansheng.projects.queries.lab_plans import owner_rows
from kangjiansheng.projects.queries.owners import running
from kangjiansheng.projects.queries.rows import MilestoneRow, OwnerRow
from kangjiansheng.projects.queries.schedule import promised
from kangjiansheng.projects.queries.visible import may_see_plan
from kangjiansheng.projects.rules import updates

Place = tuple[date, str, str]


@dataclass(frozen=True, slots=True)
class Mine:
    """One of my milestones with what its plan belongs to; `confirmed` since Monday, `asked` when it is in the window."""

    milestone: MilestoneRow
    project: OwnerRow
    asked: bool
    confirmed: bool

    def place(self, today: date) -> Place:
        """Where it stands among the others: the most urgent first."""
        return self.milestone.promised or today, self.project.code, self.milestone.code


def mine_to_update(*, actor: Actor) -> Select[int]:
    """How many of my milestones wait for my word, as a statement: the same rule as `mine`."""
    today = clock.today()
    day = func.coalesce(Milestone.forecast, Milestone.current_plan, Milestone.baseline)
    monday = clock.start_of(updates.week_start(today))
    return (
        select(func.count(Milestone.id))
        .join(Plan, Plan.id == Milestone.plan_id)
        .where(
            Milestone.owner_id == actor.id,
            Milestone.state == "open",
            Milestone.kind == "milestone",
            running(),
            may_see_plan(actor),
            day <= today + updates.AHEAD,
            or_(
                day < today,
                Milestone.confirmed_by_id.is_(None),
                Milestone.confirmed_at.is_(None),
                Milestone.confirmed_at < monday,
            ),
        )
    )


def mine(*, actor: Actor, as_of: date | None = None) -> list[Mine]:
    """My open milestones, the most urgent first."""
    return owned(owner_rows(actor=actor, as_of=as_of, owner=actor.id), actor.id, as_of or clock.today())


def owned(projects: Iterable[OwnerRow], person_id: int, today: date) -> list[Mine]:
    """The open milestones of a person, and those reached this week, among projects that were read already, the most urgent first."""
    found = [
        Mine(
            m,
            p,
            asked=not p.resting and (not m.is_open or updates.in_window(m.promised, today)),
            confirmed=not m.is_open
            or updates.is_confirmed(m.promised, m.confirmed_at, bool(m.confirmed_by), today),
        )
        for p in projects
        for m in p.milestones
        if m.owner_id == person_id and (m.is_open or _just_done(m, today))
    ]
    return sorted(found, key=lambda one: one.place(today))


def place_of(thing: Milestone) -> Place:
    """Where a milestone stands now among those of its owner."""
    return promised(thing) or clock.today(), thing.plan.owner.code, thing.code


def _just_done(m: MilestoneRow, today: date) -> bool:
    """Reached by somebody's word this week: what was asked for stays in the count until the week is over."""
    return m.state == "done" and updates.is_confirmed(None, m.confirmed_at, bool(m.confirmed_by), today)


def to_update(found: Iterable[Mine]) -> list[Mine]:
    """Those that wait for a word: the rule of the page, the bell's figure and home."""
    return [one for one in found if one.asked and not one.confirmed]
