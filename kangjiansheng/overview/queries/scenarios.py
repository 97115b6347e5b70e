"""Scenarios: who sees which, what they would do, and whether the plans have moved on since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.queries import sees_meeting
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.queries import foretold
from kangjiansheng.overview.rules import scenario as rules
from kangjiansheng.overview.rules.forecast.runs import Expected
from kangjiansheng.overview.rules.rows import is_open, is_running
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries import MilestoneRow, ProjectRow, portfolio, visible_projects
from kangjiansheng.projects.queries.schedule import Effect, plans, spreads


def scenario(*, actor: Actor, number: int) -> Scenario | None:
    """A scenario of the actor's own, or one that is shared; and then only to who may see all its projects."""
    return next(iter(_seen(Scenario.id == number, actor=actor)), None)


def listed(*, actor: Actor) -> list[Scenario]:
    """Those that the actor sees and that were not thrown away, the newest first; two statements."""
    return _seen(Scenario.thrown_at.is_(None), actor=actor)


def _seen(which: Any, *, actor: Actor) -> list[Scenario]:
    mine = Scenario.owner_id == actor.id
    open_to = or_(mine, and_(Scenario.shared.is_(True), Scenario.thrown_at.is_(None)))
    query = select(Scenario).where(which, open_to).options(joinedload(Scenario.owner))
    rows = db.session.scalars(query.order_by(Scenario.id.desc())).all()
    named = {key for row in rows for key in row.projects}
    seen = set(db.session.scalars(visible_projects(actor).where(Project.id.in_(named)))) if named else set()
    # Without projects nothing says to whom it may be open.
    return [row for row in rows if set(row.projects) <= seen and (row.projects or row.owner_id == actor.id)]


def meeting_of(found: Scenario, *, actor: Actor) -> Meeting | None:
    """The meeting that it was put to last; None for who may not see that, who then learns no more than that it was."""
    if not found.proposed_to:
        return None
    return db.session.scalar(select(Meeting).where(Meeting.code == found.proposed_to, sees_meeting(actor)))


@dataclass(frozen=True, slots=True)
class Move:
    """A day that is tried for a milestone. `fits` is False when it is not open any more."""

    milestone: MilestoneRow
    project: ProjectRow
    day: date
    fits: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A milestone that has to follow."""

    project: ProjectRow
    effect: Effect


@dataclass(frozen=True, slots=True)
class Chance:
    """The forecast of a milestone on both sides, in ordinals of days; `then` is None in a stopped project."""

    project: ProjectRow
    milestone: MilestoneRow
    now: Expected | None
    then: Expected | None


@dataclass(frozen=True, slots=True)
class Consequences:
    """All that a scenario would do, by what the reader may see."""

    moves: Sequence[Move]
    stops: Sequence[ProjectRow]
    later: Sequence[Later]
    early: Sequence[tuple[Move, date]]  # moved before the day that predecessors leave
    figures: Sequence[rules.Sides]
    chances: Sequence[Chance]
    projects: Sequence[ProjectRow]  # all that the reader sees
    changed: Sequence[str]  # what has been said in its projects since its base


def consequences(found: Scenario, *, actor: Actor) -> Consequences:
    """What a scenario would do to the plans as they stand now; statements do not depend on its size."""
    projects = portfolio(actor=actor)
    by_id = {m.id: (p, m) for p in projects for m in p.milestones}
    moves = [
        Move(milestone=m, project=p, day=day, fits=is_open(m) and is_running(p))
        for key, day in sorted(found.days.items())
        if key in by_id
        for p, m in [by_id[key]]
    ]
    stops = [p for p in projects if p.id in found.stops and is_running(p)]
    asked = {
        move.milestone.id: move.day for move in moves if move.fits and move.project.id not in found.stops
    }
    spread = spreads(plans(_plans(asked)).values(), asked) if asked else []
    days = {key: day for one in spread for key, day in one.dates.items()}
    then = rules.tried(projects, days, set(found.stops))
    early = {key: day for one in spread for key, day in one.early.items()}
    return Consequences(
        moves=moves,
        stops=stops,
        later=[Later(by_id[e.id][0], e) for one in spread for e in one.moved if e.id in by_id],
        early=[(move, early[move.milestone.id]) for move in moves if move.milestone.id in early],
        figures=rules.compared(projects, then, clock.today()),
        chances=_chances(found, days, by_id, actor=actor),
        projects=projects,
        changed=_changed(found),
    )


def _plans(asked: Iterable[int]) -> Any:
    return select(Milestone.plan_id).where(Milestone.id.in_(list(asked)))


def _chances(found: Scenario, days: dict[int, date], by_id: Any, *, actor: Actor) -> list[Chance]:
    """The forecast of the projects that it touches, with the same luck on both sides: only the scenario differs."""
    if not found.projects:
        return []
    moved = {key: day.toordinal() for key, day in days.items()}
    expected, tried = foretold.tried(found.projects, moved, found.stops, actor=actor)
    now, then = ({one.id: one for one in side} for side in (expected, tried))
    touched = [
        (p, m) for key, (p, m) in by_id.items()
        if p.id in found.projects and key in now and now[key].known
    ]  # fmt: skip
    return [
        Chance(p, m, now[m.id], then.get(m.id))
        for p, m in sorted(touched, key=lambda pair: (pair[0].code, pair[1].position))
        if m.id not in then or _days(then[m.id]) != _days(now[m.id])
    ]


def _days(one: Expected) -> tuple[int | None, int | None]:
    return one.p50, one.p80


def _changed(found: Scenario) -> list[str]:
    """The milestones and projects in which something was said after the base, by their codes; two statements."""
    said = (
        select(Project.code, Milestone.code)
        .join(Plan, Plan.project_id == Project.id)
        .join(Milestone, Milestone.plan_id == Plan.id)
        .join(MilestoneEntry, MilestoneEntry.milestone_id == Milestone.id)
        .where(Project.id.in_(found.projects), MilestoneEntry.recorded_at > found.base_at)
        .distinct()
        .order_by(Project.code, Milestone.code)
    )
    stood = (
        select(Project.code)
        .join(ProjectEntry, ProjectEntry.project_id == Project.id)
        .where(Project.id.in_(found.projects), ProjectEntry.recorded_at > found.base_at)
        .distinct()
    )
    return [f"{a} {b}" for a, b in db.session.execute(said)] + list(db.session.scalars(stood))


def candidates(projects: Sequence[ProjectRow]) -> list[tuple[ProjectRow, MilestoneRow]]:
    """The milestones that may be moved: open ones of running projects."""
    return [(p, m) for p in projects if is_running(p) for m in p.milestones if is_open(m) and m.promised]


def scenario_with(*, actor: Actor, number: int, kind: str, key: int) -> tuple[Scenario, str, int] | None:
    """A scenario, and a part of it that is there."""
    found = scenario(actor=actor, number=number)
    parts = {"move": found.days, "stop": found.stops} if found else {}
    return (found, kind, key) if found and key in parts[kind] else None
