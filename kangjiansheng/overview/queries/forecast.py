"""The ledger as forecasts take it: what the reader may see, and nothing that was said after the day.

A forecast rests on the history that its reader may see. Quantiles over all parties would tell one party how another
one's milestones slip, and with few of a kind that is somebody's date.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, and_, or_, select, true

from kangjiansheng.core import clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db, reading
from kangjiansheng.overview.rules.forecast.book import Book, Entries, Runs, Steps
from kangjiansheng.overview.rules.forecast.days import MISSING, NEVER, Counting
from kangjiansheng.overview.rules.forecast.graph import Bonds, Graph
from kangjiansheng.projects.models import Milestone, MilestoneLink, Plan
from kangjiansheng.projects.queries.past import NAMES, SCHEDULED, named_then
from kangjiansheng.projects.rules.ledgers import (
    NONE,
    STATES,
    Array,
    Change,
    History,
    Ledgers,
    Log,
    day_at,
    instant,
)

_IN_A_BOOK = 2_000  # milestones
_FIRST = date(1970, 1, 1).toordinal()
_MANY = 500  # projects that are read again one by one; of more all are


class Bond(NamedTuple):
    """What binds a milestone: the ids it waits for, each with its lag and whether that counts working days, and its
    duration, MISSING when nobody stated one."""

    waits: tuple[tuple[int, int, bool], ...] = ()
    duration: int = MISSING
    in_work: bool = False


_FREE = Bond()
# Of a milestone, newest first: on which day it was bound otherwise, and how it was bound before.
Changes = Sequence[tuple[int, Bond]]


@dataclass(frozen=True, eq=False)
class Bound:
    """What is kept of plans from one time to the next beside their ledgers, which others hold: as of which changes, and
    where the milestones of each project stand that are no decisions."""

    log: Log
    working: Sequence[int]
    bonds: Mapping[int, Bond]
    changes: Mapping[int, Changes]
    project: Array
    kind: Array  # of each milestone the number of its code
    places: Array
    starts: Array


class Portfolio:
    """All plans of projects, by the columns of their ledgers and what binds their milestones. `changed` says of the
    projects that were written to since `before` from which day on something else is said of them; None when all were
    read."""

    def __init__(self, ledgers: Ledgers, working: Sequence[int], before: Bound | None) -> None:
        self.ledgers, self.working = ledgers, working
        touched = ledgers.log.since(before.log) if before and before.working is working else None
        keys = {key for key, _since in touched or ()}
        self.changed: Mapping[int, int] | None = None
        self.bonds, self.changes = (before.bonds, before.changes) if before else ({}, {})
        if touched is None or len(keys) > _MANY:
            with reading(db.engine) as connection:
                self.bonds, self.changes = _bonds(connection, true())
        else:
            self.changed = self._renewed(keys, touched) if keys else {}
        self._kind, self._places, self._starts = _placed(ledgers, before)

    @cached_property
    def counting(self) -> Counting:
        """Working days."""
        return Counting(self.working)

    @property
    def bound(self) -> Bound:
        """What the next one begins with."""
        ledgers, placed = self.ledgers, (self._kind, self._places, self._starts)
        return Bound(ledgers.log, self.working, self.bonds, self.changes, ledgers.project, *placed)

    def _renewed(self, keys: Collection[int], touched: Sequence[Change]) -> dict[int, int]:
        """Read again what binds the milestones of some projects. From which day on each project says something else."""
        found = dict.fromkeys(keys, NEVER)
        for project, at in touched:
            found[project] = min(found[project], _day(at))
        m = self.ledgers.milestones
        places = np.flatnonzero(np.isin(m.facts["project"], list(keys)))
        with reading(db.engine) as connection:
            fresh = _bonds(connection, Plan.project_id.in_(keys))
        bonds, changes = self.bonds, self.changes = dict(self.bonds), dict(self.changes)
        projects = m.facts["project"][places].tolist()
        for at, key, project in zip(places.tolist(), m.keys[places].tolist(), projects, strict=True):
            was = bonds.pop(key, _FREE), changes.pop(key, ())
            now = fresh[0].get(key, _FREE), fresh[1].get(key, ())
            if was != now and m.starts[at] < m.starts[at + 1]:
                # Before it was there it bound nobody.
                first = _day(int(m.said["at"][m.starts[at]]))
                found[project] = min(found[project], max(first, _parted(*was, *now)))
            if now[0] != _FREE:
                bonds[key] = now[0]
            if now[1]:
                changes[key] = now[1]
        return found

    def planned(self, projects: Collection[int]) -> Array:
        """The places of those of some projects that have milestones."""
        return np.flatnonzero(
            np.isin(self.ledgers.projects.keys, list(projects)) & (np.diff(self._starts) > 0)
        )

    def begun(self, projects: Collection[int]) -> int:
        """The day of the first entry of some projects; later than all days without any."""
        m = self.ledgers.milestones
        there = np.flatnonzero(np.isin(m.facts["project"], list(projects)) & ~m.facts["decision"])
        there = there[m.starts[there + 1] > m.starts[there]]
        return _day(int(m.said["at"][m.starts[there]].min())) if len(there) else NEVER

    def closed(self, projects: Collection[int], day: int) -> Iterator[tuple[Book, Graph]]:
        """Some projects as they were known at the end of a day, a few in each book."""
        keys = self.ledgers.projects.keys
        places = np.flatnonzero(np.isin(keys, list(projects)))
        sizes = np.cumsum(self._starts[places + 1] - self._starts[places]) // _IN_A_BOOK
        for some in np.split(places, np.flatnonzero(np.diff(sizes)) + 1):
            if len(some):
                yield self._book(some, day)

    def _book(self, projects: Array, day: int) -> tuple[Book, Graph]:
        m = self.ledgers.milestones
        which = _ranges(self._starts[projects], self._starts[projects + 1])
        places = self._places[which]
        steps = Steps(
            id=m.keys[places],
            project=m.facts["project"][places],
            code=m.facts["code"][places],
            kind=self._kind[places],
            gate=m.facts["gate"][places],
        )
        book = Book(steps, _entries(m, places, day), _runs(self.ledgers.projects, projects), day)
        return book, Graph(self._bonds_of(steps, day), self.counting)

    def _bonds_of(self, steps: Steps, day: int) -> Bonds:
        ids = steps.id.tolist()
        rows = {key: row for row, key in enumerate(ids)}
        duration, in_work = np.full(len(ids), MISSING, np.int32), np.zeros(len(ids), np.bool_)
        links = []
        for row, key in enumerate(ids):
            bond = _then(self.bonds.get(key, _FREE), self.changes.get(key, ()), day)
            if bond is not _FREE:
                duration[row], in_work[row] = bond.duration, bond.in_work
                links += [
                    (row, rows[before], lag, work) for before, lag, work in bond.waits if before in rows
                ]
        after, before, lag, work = np.array(links, np.int64).reshape(-1, 4).T
        return Bonds(duration, in_work, after, before, lag.astype(np.int32), work.astype(np.bool_))


def _placed(ledgers: Ledgers, before: Bound | None) -> tuple[Array, Array, Array]:
    """Of each milestone the number of its code; and the places of those that are no decisions, project by project, and
    where those of each project begin."""
    if before is not None and before.project is ledgers.project:
        return before.kind, before.places, before.starts
    m = ledgers.milestones
    kind = np.array([ledgers.names.number(code) for code in m.facts["code"].tolist()], np.int32)
    order = np.argsort(ledgers.project, kind="stable")
    places = order[~m.facts["decision"][order]].astype(np.int32)
    starts = np.searchsorted(ledgers.project[places], np.arange(len(ledgers.projects.keys) + 1))
    return kind, places, starts.astype(np.int32)


def _then(bond: Bond, changes: Changes, day: int) -> Bond:
    for at, before in changes:
        if at <= day:
            break
        bond = before
    return bond


def _parted(was: Bond, old: Changes, now: Bond, new: Changes) -> int:
    """From which day on a milestone was bound otherwise than one thought."""
    days = {MISSING, *(at for at, _bond in (*old, *new))}
    return min((day for day in days if _then(was, old, day) != _then(now, new, day)), default=NEVER)


def _bonds(connection: Connection, chosen: Any) -> tuple[dict[int, Bond], dict[int, Changes]]:
    """What binds milestones now, and how they were bound before it was changed. Three statements."""
    of_projects = and_(Plan.id == Milestone.plan_id, Plan.project_id.is_not(None), chosen)
    waits: dict[int, list[tuple[int, int, bool]]] = {}
    link = MilestoneLink
    links = select(link.milestone_id, link.predecessor_id, link.lag, link.unit)
    links = links.join(Milestone, Milestone.id == link.milestone_id).join(Plan, of_projects)
    for key, before, lag, unit in connection.execute(links.order_by(link.id)):
        waits.setdefault(key, []).append((before, lag, unit == "workday"))
    stated = select(Milestone.id, Milestone.duration, Milestone.unit).join(Plan, of_projects)
    stated = stated.where(or_(Milestone.duration.is_not(None), Milestone.unit == "workday"))
    takes = {key: (duration, unit) for key, duration, unit in connection.execute(stated)}
    found = {
        key: _bond(tuple(waits.get(key, ())), *takes.get(key, (None, "day"))) for key in {*waits, *takes}
    }
    return found, _changes(connection, of_projects, found)


def _bond(waits: tuple[tuple[int, int, bool], ...], duration: int | None, unit: str) -> Bond:
    return Bond(waits, MISSING if duration is None else duration, unit == "workday")


def _changes(connection: Connection, of_projects: Any, bonds: Mapping[int, Bond]) -> dict[int, Changes]:
    entry = AuditEntry
    query = (
        select(entry.thing_id, Milestone.plan_id, entry.recorded_at, entry.before)
        .join(Milestone, Milestone.id == entry.thing_id)
        .join(Plan, of_projects)
        .where(entry.thing == Milestone.__tablename__, entry.act == SCHEDULED)
        .order_by(entry.seq.desc())
    )
    rows = connection.execute(query).all()
    plans = {row.plan_id for row in rows}
    named = select(Milestone.plan_id, Milestone.code, Milestone.id)
    ids = {
        (plan, code): key
        for plan, code, key in (
            connection.execute(named.where(Milestone.plan_id.in_(plans))) if plans else ()
        )
    }
    found: dict[int, list[tuple[int, Bond]]] = {}
    for key, plan, at, before in rows:
        known = found.setdefault(key, [])
        bond = known[-1][1] if known else bonds.get(key, _FREE)
        if "waits" in before:
            waits = ((ids.get((plan, code)), lag, unit == "workday") for code, lag, unit in before["waits"])
            bond = bond._replace(waits=tuple((one, lag, work) for one, lag, work in waits if one is not None))
        if "duration" in before:
            bond = bond._replace(duration=MISSING if before["duration"] is None else before["duration"])
        if "unit" in before:
            bond = bond._replace(in_work=before["unit"] == "workday")
        known.append((clock.day_of(at).toordinal(), bond))
    return {key: tuple(known) for key, known in found.items()}


def _day(at: int) -> int:
    """The day of an instant of the ledgers; nothing for one that is before or after all."""
    return MISSING if at < 0 else NEVER if at == np.iinfo(np.int64).max else day_at(at).toordinal()


def _ranges(first: Array, after: Array) -> Array:
    """All whole numbers from each of `first` up to the one of `after`."""
    sizes = after - first
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + sizes, sizes)


def _entries(m: History, places: Array, day: int) -> Entries:
    """What was said of milestones up to the end of a day."""
    first = m.starts[places]
    sizes = m.starts[places + 1] - first
    at = _ranges(first, first + sizes)
    of = np.repeat(np.arange(len(places), dtype=np.int32), sizes)
    known = m.said["at"][at] <= instant(clock.end_of(date.fromordinal(day)))
    at, of = at[known], of[known]
    baseline, plan, forecast, actual = (
        _days(m.said[name][at]) for name in ("baseline", "plan", "forecast", "actual")
    )
    plan = np.where(plan != MISSING, plan, baseline)
    state = m.said["state"][at]
    return Entries(
        of=of,
        day=_days_of(m.said["at"][at]),
        plan=plan,
        promise=np.where(forecast != MISSING, forecast, plan),
        actual=actual,
        open=state == STATES.index("open"),
        cancelled=state == STATES.index("cancelled"),
    )


def _days(numbers: Array) -> Array:
    return np.where(numbers == NONE, MISSING, numbers + np.int32(_FIRST)).astype(np.int32)


def _days_of(at: Array) -> Array:
    """The days of instants. From 1992 on Shanghai has been eight hours before UTC."""
    found = ((at + 8 * 3600 * 1_000_000) // (24 * 3600 * 1_000_000)).astype(np.int32) + np.int32(_FIRST)
    for n in np.flatnonzero(found < date(1992, 1, 1).toordinal()).tolist():
        found[n] = day_at(int(at[n])).toordinal()
    return found


def _runs(p: History, places: Array) -> Runs:
    """Since when and until when people worked on projects."""
    first, after = p.starts[places], p.starts[places + 1]
    at = _ranges(first, after)
    since = _days_of(p.said["at"][at]).astype(np.int64)
    ends = np.cumsum(after - first)[after > first] - 1
    until = np.append(since[1:], NEVER)
    until[ends] = NEVER
    works = ~p.said["rests"][at] & ~p.said["archived"][at]
    return Runs(np.repeat(p.keys[places], after - first)[works], since[works], until[works])


@dataclass(frozen=True, slots=True)
class Named:
    """A milestone by its words, as it was called on the day."""

    id: int
    project_code: str
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    gate: bool

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/projects/{self.project_code}/milestones/{self.code}"


class Called:
    """Milestones by their words, as they were called at the end of a day (now for None). One statement for a past day."""

    def __init__(self, ledgers: Ledgers, as_of: date | None) -> None:
        self._ledgers, self._then = ledgers, named_then(as_of) if as_of else {}

    def __getitem__(self, key: int) -> Named:
        return self.of([key])[0]

    def of(self, keys: Sequence[int]) -> list[Named]:
        """Some of them, in this order."""
        m, p, names = self._ledgers.milestones, self._ledgers.projects, self._ledgers.names.all
        at = np.searchsorted(m.keys, keys)
        codes = p.facts["code"][np.searchsorted(p.keys, m.facts["project"][at])]
        columns = (codes, *(m.facts[name][at] for name in ("code", "gate", "name")))
        return [
            Named(key, project, code, *self._words(key, names[name]), gate=gate)
            for key, project, code, gate, name in zip(keys, *(c.tolist() for c in columns), strict=True)
        ]

    def _words(self, key: int, now: Sequence[str]) -> tuple[str, str, str]:
        was = self._then.get(key, {})
        hans, hant, en = (was.get(name, text) for name, text in zip(NAMES, now, strict=True))
        return hans, hant, en
