"""Scenarios: who sees which, what they would do, and whether the plans have moved on since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.queries import sees_meeting
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.queries import foretold
from kangjiansheng.overview.rules import scenario as rules
from kangjiansheng.overview.rules.forecast.runs import Expected
from kangjiansheng.overview.rules.rows import is_open, is_running
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries import (
    MilestoneRow,
    ProjectRow,
    days,
    gates_waiting,
    in_step,
    placed,
    portfolio,
    visible_projects,
)
from kangjiansheng.projects.queries.schedule import Effect, plans, spreads
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, Array

OFFERED = 500  # milestones that a field proposes


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
    dates: Mapping[int, date]  # the days of all that is moved or follows, by id of the milestone
    figures: Sequence[rules.Sides]
    chances: Sequence[Chance]
    portfolio: Day  # all that the reader sees
    changed: Sequence[str]  # what has been said in its projects since its base


def consequences(found: Scenario, *, actor: Actor) -> Consequences:
    """What a scenario would do to the plans as they stand now; statements do not depend on its size."""
    return in_step(lambda: _consequences(found, actor))


def _consequences(found: Scenario, actor: Actor) -> Consequences | None:
    (day,) = days(actor=actor, as_of=None, awaiting=gates_waiting(None))
    touched = set(found.projects)
    places = [at for at in day.there if int(day.ledgers.projects.keys[at]) in touched]
    projects = placed(day, places, None, actor=actor, as_of=None)
    if projects is None:
        return None
    by_id = {m.id: (p, m) for p in projects for m in p.milestones}
    moves = [
        Move(milestone=m, project=p, day=on, fits=is_open(m) and is_running(p))
        for key, on in sorted(found.days.items())
        if key in by_id
        for p, m in [by_id[key]]
    ]
    stops = [p for p in projects if p.id in found.stops and is_running(p)]
    asked = {
        move.milestone.id: move.day for move in moves if move.fits and move.project.id not in found.stops
    }
    spread = spreads(plans(_plans(asked)).values(), asked) if asked else []
    moved = {key: on for one in spread for key, on in one.dates.items()}
    early = {key: on for one in spread for key, on in one.early.items()}
    return Consequences(
        moves=moves,
        stops=stops,
        later=[Later(by_id[e.id][0], e) for one in spread for e in one.moved if e.id in by_id],
        early=[(move, early[move.milestone.id]) for move in moves if move.milestone.id in early],
        dates=moved,
        figures=rules.compared(day, moved, found.stops),
        chances=_chances(found, moved, by_id, actor=actor),
        portfolio=day,
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


Offer = tuple[str, dict[str, str]]  # codes, and the name in all scripts


def projects_to_stop(day: Day, found: Scenario) -> list[Offer]:
    """The projects that people work on, by their codes, but those that the scenario stops already."""
    names, going = day.facts("name"), _goes_on(day, found)
    return [(day.code(at), _named(day, names[at])) for at in day.there if going[at]]


def milestones_to_move(day: Day, found: Scenario) -> list[Offer]:
    """The milestones that may be moved, open ones of running projects; when there are more than anybody looks through,
    those of the projects that the scenario touches, or else the first."""
    going = day.runs & (day.promised != NONE) & _goes_on(day, found)[day.project]
    touched = np.isin(day.ledgers.projects.keys, list(found.projects))[day.project]
    if going.sum() > OFFERED and (going & touched).any():
        going &= touched
    at, names = day.first(going, day.rank, day.position, at_most=OFFERED), day.fact("name")
    rows = zip(at.tolist(), day.project[at].tolist(), day.codes[at].tolist(), strict=True)
    return [(f"{day.code(of)} {code}", _named(day, names[n])) for n, of, code in rows]


def _goes_on(day: Day, found: Scenario) -> Array:
    going: Array = day.working & ~np.isin(day.ledgers.projects.keys, list(found.stops))
    return going


def _named(day: Day, number: int) -> dict[str, str]:
    return dict(zip(("hans", "hant", "en"), day.ledgers.names.all[number], strict=True))


def milestone_to_move(codes: Sequence[str], *, actor: Actor) -> int | None:
    """The id of a milestone by the codes of its project and its own, when it may be moved."""
    rows = portfolio(actor=actor, codes=codes[:1])
    every = [m for p in rows if is_running(p) for m in p.milestones if is_open(m) and m.promised]
    return next((m.id for m in every if [m.code] == list(codes[1:])), None)


def project_to_stop(code: str, *, actor: Actor) -> int | None:
    """The id of a project by its code, when people work on it."""
    return next((p.id for p in portfolio(actor=actor, codes=[code]) if is_running(p)), None)


def scenario_file(*, actor: Actor, number: int, name: str, file: str) -> tuple[Scenario, str, str] | None:
    """A scenario, and which of its files is asked for."""
    found = scenario(actor=actor, number=number)
    return (found, name, file) if found else None


def scenario_with(*, actor: Actor, number: int, kind: str, key: int) -> tuple[Scenario, str, int] | None:
    """A scenario, and a part of it that is there."""
    found = scenario(actor=actor, number=number)
    parts = {"move": found.days, "stop": found.stops} if found else {}
    return (found, kind, key) if found and key in parts[kind] else None
