"""The milestones that are mine, and which of them wait for my word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.queries.portfolio import RESTING, portfolio
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules import updates

ENDED = RESTING


@dataclass(frozen=True, slots=True)
class Mine:
    """One of my milestones with its project; `confirmed` since Monday, `asked` when it is in the window."""

    milestone: MilestoneRow
    project: ProjectRow
    asked: bool
    confirmed: bool


def mine_to_update(*, actor: Actor) -> Select[int]:
    """How many of my milestones wait for my word, as a statement: the same rule as `mine`."""
    today = clock.today()
    promised = func.coalesce(Milestone.forecast, Milestone.current_plan, Milestone.baseline)
    monday = clock.start_of(updates.week_start(today))
    return (
        select(func.count(Milestone.id))
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(
            Milestone.owner_id == actor.id,
            Milestone.state == "open",
            Milestone.kind == "milestone",
            Project.archived_at.is_(None),
            Project.status.not_in(ENDED),
            may_see(actor),
            promised <= today + updates.AHEAD,
            or_(
                promised < today,
                Milestone.confirmed_by_id.is_(None),
                Milestone.confirmed_at.is_(None),
                Milestone.confirmed_at < monday,
            ),
        )
    )


def mine(*, actor: Actor, as_of: date | None = None) -> list[Mine]:
    """My open milestones, the most urgent first."""
    return owned(portfolio(actor=actor, as_of=as_of, owner=actor.id), actor.id, as_of or clock.today())


def owned(projects: Iterable[ProjectRow], person_id: int, today: date) -> list[Mine]:
    """The open milestones of a person, and those reached this week, among projects that were read already, the most urgent first."""
    found = [
        Mine(
            m,
            p,
            asked=p.claimed not in ENDED and (not m.is_open or updates.in_window(m.promised, today)),
            confirmed=not m.is_open
            or updates.is_confirmed(m.promised, m.confirmed_at, bool(m.confirmed_by), today),
        )
        for p in projects
        for m in p.milestones
        if m.owner_id == person_id and (m.is_open or _just_done(m, today))
    ]
    return sorted(
        found, key=lambda one: (one.milestone.promised or today, one.project.code, one.milestone.code)
    )


def _just_done(m: MilestoneRow, today: date) -> bool:
    """Reached by somebody's word this week: what was asked for stays in the count until the week is over."""
    return m.state == "done" and updates.is_confirmed(None, m.confirmed_at, bool(m.confirmed_by), today)


def to_update(found: Iterable[Mine]) -> list[Mine]:
    """Those that wait for a word: the rule of the page, the bell's figure and home."""
    return [one for one in found if one.asked and not one.confirmed]
