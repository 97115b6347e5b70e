"""What the value of the pipeline is reckoned from: where projects stand, when permissions are forecast, what was
entered of their money. Each as it stood at the end of a day, over what the reader sees today: where projects stand is
read off the columns of the ledger, the others in a statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import aliased

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.overview.models import ProjectValue
from kangjiansheng.overview.queries.cards import choose
from kangjiansheng.overview.rules.chances import IND_PERMISSION
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project
from kangjiansheng.projects.queries import columns, may_see
from kangjiansheng.projects.queries.people import BELONGING, taking_part
from kangjiansheng.projects.rules.ledgers import Ledgers


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a project stands at the end of a day, as its people claim it."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    pathway: str
    stage: str
    claimed: str
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Awaited:
    """An open permission to begin a clinical trial, with its project."""

    project: Standing
    forecast: date | None

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/projects/{self.project.code}/milestones/{IND_PERMISSION}"


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered of a project's money, with the project and the state at the end of the day."""

    project: Standing
    state: dict[str, Any]


def standings(*, actor: Actor, as_of: date | None = None) -> list[Standing]:
    """The projects that the actor sees today, by code, as they stood at the end of a day (now for None)."""
    ledgers, keys = columns(actor=actor)
    return _stood(ledgers, keys, as_of)


@dataclass(frozen=True, slots=True)
class Compared:
    """The same at the end of a day and of one to compare with; of a narrowed question those projects that are wanted on
    the first, on both. `every` are all that can be chosen."""

    now: list[Standing]
    then: list[Standing]
    every: Cards


def compared(*, actor: Actor, as_of: date | None, compare: date, wanted: Narrowing) -> Compared:
    """Where projects stand on both days. One statement, and the names that can be chosen."""
    ledgers, keys = columns(actor=actor)
    every, ids = choose(ledgers, keys, as_of, wanted, actor=actor)
    now, then = _stood(ledgers, keys, as_of), _stood(ledgers, keys, compare)
    if wanted.asked:
        now, then = ([one for one in rows if one.id in ids] for rows in (now, then))
    return Compared(now, then, every)


def _stood(ledgers: Ledgers, keys: Sequence[int], as_of: date | None) -> list[Standing]:
    shown = np.isin(ledgers.projects.keys, np.fromiter(keys, np.int64, len(keys)))
    last, there = ledgers.seen(as_of, shown)
    at, facts, names = np.flatnonzero(there), ledgers.projects.facts, ledgers.names.all
    said = {name: column[last[at]] for name, column in ledgers.projects.said.items()}
    of_rows = (
        ledgers.projects.keys[at],
        facts["code"][at],
        said["name"],
        said["pathway"],
        said["stage"],
        said["claimed"],
        facts["illustrative"][at],
    )
    rows = zip(*(column.tolist() for column in of_rows), strict=True)
    found = [Standing(key, code, *names[name], *others) for key, code, name, *others in rows]
    return sorted(found, key=lambda one: one.code)


def awaited(projects: Sequence[Standing], *, actor: Actor, as_of: date | None = None) -> list[Awaited]:
    """The permissions (A140) that were open at the end of a day, with their confirmed forecasts."""
    day = as_of or clock.today()
    query: Any = select(Plan.project_id).join(Milestone, Milestone.plan_id == Plan.id)
    row: Any = Milestone
    if as_of is not None:
        entry = aliased(MilestoneEntry)
        last = (
            select(entry.id)
            .where(entry.milestone_id == Milestone.id, entry.effective_at <= clock.end_of(as_of))
            .order_by(entry.effective_at.desc(), entry.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        row = MilestoneEntry
        query = query.join(MilestoneEntry, MilestoneEntry.id == last)
    query = (
        query.add_columns(row.forecast)
        .join(Project, Project.id == Plan.project_id)
        .where(
            Milestone.code == IND_PERMISSION,
            may_see(actor),
            row.state != "cancelled",
            or_(row.actual.is_(None), row.actual > day),
        )
    )
    known = {project.id: project for project in projects}
    return [
        Awaited(known[project_id], forecast)
        for project_id, forecast in db.session.execute(query)
        if project_id in known
    ]


def may_see_money(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Project` under which the actor sees what was entered of its money: its team (leads, members,
    directors of its laboratories), and who reads everything, for the trail shows it to them anyway."""
    if actor.reads_all:
        return true()
    row = taking_part()
    mine = select(row.c.project_id).where(row.c.person_id == actor.id, row.c.part.in_(BELONGING))
    return Project.id.in_(mine) & may_see(actor)


def entered(projects: Sequence[Standing], *, actor: Actor, as_of: date | None = None) -> list[Entered]:
    """What was entered of the money of projects, by the end of a day, of those whose money the actor may see."""
    known = {project.id: project for project in projects}
    if as_of is None:
        query = select(ProjectValue).join(Project, Project.id == ProjectValue.project_id)
        states = [row.state() for row in db.session.scalars(query.where(may_see_money(actor)))]
    else:
        ids = select(ProjectValue.id).join(Project).where(may_see_money(actor))
        states = list(states_at(ProjectValue, ids, clock.end_of(as_of)).values())
    found = [Entered(known[s["project_id"]], s) for s in states if s["project_id"] in known]
    return sorted(found, key=lambda one: one.project.code)


def project_money(*, actor: Actor, code: str) -> Project | None:
    """A project whose money the actor may see; to anybody else its page of money is not there."""
    return db.session.scalar(select(Project).where(Project.code == code, may_see_money(actor)))


def value_of(project_id: int) -> ProjectValue | None:
    """What was entered of the money of a project, as it stands now."""
    return db.session.scalar(select(ProjectValue).where(ProjectValue.project_id == project_id))
