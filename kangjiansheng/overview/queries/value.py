"""What the value of the pipeline is reckoned from: where projects stand, when permissions are forecast, what was
entered of their money. Each as it stood at the end of a day, over what the reader sees today: the money is read in a
statement, the others off the columns of the ledgers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, select, true

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.overview.models import ProjectValue
from kangjiansheng.overview.queries.cards import choose
from kangjiansheng.overview.rules.chances import IND_PERMISSION
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import columns, may_see
from kangjiansheng.projects.queries.people import BELONGING, taking_part
from kangjiansheng.projects.rules.days import Day
from kangjiansheng.projects.rules.ledgers import NONE, STATES, Ledgers, day_of, number


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
    id: int

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


def of_day(day: Day) -> tuple[list[Standing], list[Awaited]]:
    """Where the projects of a day that is read stand, and the permissions that they await. No statement."""
    ledgers = day.ledgers
    rows = _stood(ledgers, ledgers.projects.keys[day.there].tolist(), None)
    return rows, _awaited(ledgers, rows, None)


@dataclass(frozen=True, slots=True)
class Compared:
    """The same at the end of a day and of one to compare with; of a narrowed question those projects that are wanted on
    the first, on both, and the permissions that these await. `every` are all that can be chosen."""

    now: tuple[list[Standing], list[Awaited]]
    then: tuple[list[Standing], list[Awaited]]
    every: Cards


def compared(*, actor: Actor, as_of: date | None, compare: date, wanted: Narrowing) -> Compared:
    """Where projects stand on both days. One statement, and the names that can be chosen."""
    ledgers, keys = columns(actor=actor)
    every, ids = choose(ledgers, keys, as_of, wanted, actor=actor)
    only = ids if wanted.asked else None
    now, then = (_told(ledgers, keys, day, only) for day in (as_of, compare))
    return Compared(now, then, every)


def _told(
    ledgers: Ledgers, keys: Sequence[int], day: date | None, only: Collection[int] | None
) -> tuple[list[Standing], list[Awaited]]:
    rows = [one for one in _stood(ledgers, keys, day) if only is None or one.id in only]
    return rows, _awaited(ledgers, rows, day)


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


def _awaited(ledgers: Ledgers, projects: Sequence[Standing], as_of: date | None) -> list[Awaited]:
    """The permissions (A140) of these projects that were open at the end of a day, with their confirmed forecasts."""
    places = ledgers.by_code.get(IND_PERMISSION, np.empty(0, np.int32))
    entry = ledgers.milestones.last(as_of)[places]
    places, entry = places[entry >= 0], entry[entry >= 0]
    said = ledgers.milestones.said
    state, actual, forecast = (said[name][entry] for name in ("state", "actual", "forecast"))
    until = number(as_of or clock.today())
    opened = (state != STATES.index("cancelled")) & ((actual == NONE) | (actual > until))
    known = {project.id: project for project in projects}
    rows = zip(
        ledgers.milestones.facts["project"][places][opened].tolist(),
        forecast[opened].tolist(),
        ledgers.milestones.keys[places][opened].tolist(),
        strict=True,
    )
    return [
        Awaited(known[key], None if on == NONE else day_of(on), milestone)
        for key, on, milestone in rows
        if key in known
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
