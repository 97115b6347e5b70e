"""The list of all milestones: filtered, sorted and grouped as an address asks."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Generic

import numpy as np

from kangjiansheng.core import clock, paging
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.paging import Behind, Page, Part, Piece, Pieces
from kangjiansheng.projects.queries.milestone_order import Order
from kangjiansheng.projects.queries.milestone_table import Table
from kangjiansheng.projects.queries.portfolio import in_step, named
from kangjiansheng.projects.queries.rows import MilestoneRow, OwnerRow, Ref
from kangjiansheng.projects.queries.stood import promised_before
from kangjiansheng.projects.rules import freshness, updates
from kangjiansheng.projects.rules.freshness import Age
from kangjiansheng.projects.rules.ledgers import NONE, Array
from kangjiansheng.projects.rules.sorting import occurring
from kangjiansheng.projects.rules.vocabulary import families

_LAST = 10**6
_NAMED = 1000  # up to so many milestones are read by their ids, more with all of their projects


@dataclass(frozen=True, slots=True)
class MilestoneFilter:
    """What a list of milestones shows; empty means all. `moved` is a day as ISO text; `figure` one of the board's."""

    q: str = ""
    status: str = ""
    project: str = ""
    lab: str = ""
    family: str = ""
    party: str = ""
    stage: str = ""
    pathway: str = ""
    reason: str = ""
    within: str = ""
    state: str = ""
    gate: str = ""
    owner: str = ""
    stale: str = ""
    moved: str = ""
    figure: str = ""
    sort: str = ""
    by: str = ""

    @property
    def narrows(self) -> bool:
        """True when anything is left out."""
        return any(getattr(self, key) for key in NARROWING)

    @property
    def since(self) -> date | None:
        """The day since which milestones have moved."""
        return date.fromisoformat(self.moved) if self.moved else None


NARROWING = tuple(item.name for item in fields(MilestoneFilter) if item.name not in ("sort", "by"))


@dataclass(frozen=True, slots=True)
class Line:
    """A milestone in a list, with the project or the laboratory in whose plan it stands.

    `stale`: it waits for its owner's word, as My milestones asks for it. `age`: how old the last word is.
    `moved`: by how many days its promise has moved since the day with which the list is compared; None when it
    was not there or made no promise.
    """

    milestone: MilestoneRow
    project: OwnerRow
    stale: bool = False
    age: Age = "fresh"
    moved: int | None = None


@dataclass(frozen=True, slots=True)
class Listed(Generic[Part]):
    """The milestones that a filter lets through: a page or a piece of them as lines, and what is said of all.

    `in_group`: how many there are in the group of each line of that. `plans` and `owners` are those of all, for the
    rights. What can be chosen is what occurs among all that the reader sees.
    """

    rows: Part
    in_group: Sequence[int]
    illustrative: bool
    plans: Any
    owners: Any
    labs: Collection[Ref]
    parties: Collection[Ref]
    families: Collection[str]
    people: Mapping[int | None, str]


def milestones(wanted: MilestoneFilter, *, actor: Actor, as_of: date | None) -> list[Line]:
    """The milestones of all plans that the actor sees and the filter lets through, in its order."""
    return list(listed(wanted, actor=actor, as_of=as_of, cut=whole).rows.items)


def pieces(wanted: MilestoneFilter, *, actor: Actor, as_of: date | None) -> Pieces:
    """The same in pieces, by what the milestones belong to and their codes."""

    def piece(behind: Behind) -> Piece:
        def cut(table: Table, places: Any) -> Piece:
            known = table.named(*(behind.last or "").split("/"))
            found = np.flatnonzero(places == known).tolist() if known is not None else []
            return behind.cut(places, found[0] if found else None)

        return _listed(wanted, actor, as_of, cut).rows

    return piece


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a timeline shows: a page of the `things` that have a date, which are projects and, from the place `first` on,
    laboratories, with all milestones of these as `lines`; and, over all that the filter lets through, where each stands
    (a day, `NONE` without one), its status (its place in `SEVERITY`) and its thing."""

    listed: Listed[Page]
    things: Page
    first: int
    days: Array
    statuses: Array
    of: Array


def drawn(wanted: MilestoneFilter, *, actor: Actor, as_of: date | None, page: str | None) -> Drawn:
    """The same for a timeline, whose rows are things, by group and code."""
    made: dict[str, Any] = {}

    def cut(table: Table, places: Any) -> Page:
        of, days = table.thing[places], _stands(table)[places]
        codes, by = table.facts_of_things("code"), "" if wanted.by == "project" else wanted.by
        dated = sorted(
            set(of[days != NONE].tolist()),
            key=lambda at: (_place_of(by, table.lead(at) if by else None, str(table.family[at])), codes[at]),
        )
        things = paging.cut(dated, page)
        made.update(things=things, first=table.first, days=days, of=of)
        made["statuses"] = table.column("status")[places]
        return Page(places[np.isin(of, things.items)], 1, 1, len(places))

    listed = _listed(wanted, actor, as_of, cut)
    return Drawn(listed, **made)


def _stands(table: Table) -> Array:
    """The day on which each milestone stands: the actual one, else the promise."""
    actual = table.column("actual")
    return np.where(actual != NONE, actual, table.column("promised"))


def whole(places: Any) -> Page:
    """All on one page."""
    return Page(places, 1, 1, len(places))


def listed(
    wanted: MilestoneFilter, *, actor: Actor, as_of: date | None, cut: Callable[[Any], Page]
) -> Listed[Page]:
    """The same, of which `cut` says what is shown: only that is read. Chosen and sorted over columns."""
    return _listed(wanted, actor, as_of, lambda _table, places: cut(places))


def _listed(
    wanted: MilestoneFilter, actor: Actor, as_of: date | None, cut: Callable[[Table, Array], Part]
) -> Listed[Part]:
    def make() -> Listed[Part] | None:
        table = Table(wanted, actor, as_of)
        places = Order(table).sorted(table.fitting())
        part = cut(table, places)
        lines = _lines(table, np.asarray(part.items, np.int64))
        if lines is None:
            return None
        return _told(table, places, replace(part, items=lines))

    return in_step(make)


def _told(table: Table, places: Array, part: Part) -> Listed[Part]:
    things = table.thing[places]
    return Listed(
        rows=part,
        in_group=_in_group(table, things, part) if table.wanted.by else (),
        illustrative=bool(table.facts_of_things("illustrative")[things].any()),
        plans=table.fact("plan")[places],
        owners=table.column("owner")[places],
        labs=table.lab.values(),
        parties=table.party.values(),
        families=set(table.family[table.there].tolist()),
        people=table.called.people,
    )


def _in_group(table: Table, things: Array, part: Page | Piece) -> list[int]:
    keys = {at: _group(table, at) for at in table.there}
    counts = Counter[Any]()
    for at, count in occurring(things).items():
        counts[keys[at]] += count
    return [counts[keys[table.at(line.project)]] for line in part.items]


def _group(table: Table, at: int) -> Any:
    by = table.wanted.by
    return at if by == "project" else table.lead(at) if by == "lab" else table.family[at]


def _lines(table: Table, places: Array) -> list[Line] | None:
    """The lines of some places; None when one of them cannot be read."""
    day, (projects, statuses) = table.days[0], (table.days[0].ledgers.projects.keys, table.days[0].statuses)
    inside = places[places < len(day.id)]
    ids = day.id[inside].tolist()
    read = named(
        {int(projects[at]): statuses[at] for at in np.unique(day.project[inside]).tolist()},
        ids if len(ids) <= _NAMED else None,
        actor=table.actor,
        as_of=table.as_of,
        waiting=table.waiting,
    )  # fmt: skip
    found = {m.id: (m, row) for row in (*read, *table.labs) for m in row.milestones}
    wanted = table.column("id")[places].tolist()
    if not all(key in found for key in wanted):
        return None
    moved = table.moved[places].tolist() if table.wanted.since else [NONE] * len(wanted)
    return [_line(*found[key], day.day, days) for key, days in zip(wanted, moved, strict=True)]


def lines_of(rows: Sequence[OwnerRow], wanted: MilestoneFilter, *, as_of: date | None) -> list[Line]:
    """The milestones of plans that were read already, compared as the filter asks."""
    today = as_of or clock.today()
    every = [(m, p) for p in rows for m in p.milestones]
    then = promised_before(wanted.since, [m.id for m, _p in every]) if wanted.since else {}
    return [_line(m, p, today, _days(then.get(m.id), m.promised)) for m, p in every]


def _line(m: MilestoneRow, p: OwnerRow, today: date, moved: int) -> Line:
    return Line(m, p, _waits(m, p, today), _age(m, today), None if moved == NONE else moved)


def _waits(m: MilestoneRow, p: OwnerRow, today: date) -> bool:
    if not m.is_open or p.resting or not updates.in_window(m.promised, today):
        return False
    return not updates.is_confirmed(m.promised, m.confirmed_at, bool(m.confirmed_by), today)


def _age(m: MilestoneRow, today: date) -> Age:
    if not m.is_open:
        return "fresh"
    return freshness.age(clock.day_of(m.confirmed_at) if m.confirmed_at else None, today)


def _days(before: date | None, now: date | None) -> int:
    return (now - before).days if before is not None and now is not None else NONE


def by_project(lines: Sequence[Line], by: str) -> list[Line]:
    """Lines by group, project and position: the order of a timeline."""
    return sorted(
        lines, key=lambda line: (_group_place(line, by), line.project.code, line.milestone.position)
    )


def _group_place(line: Line, by: str) -> Any:
    p = line.project
    return _place_of(by, p.lead_lab.code if p.lead_lab else None, p.family)


def _place_of(by: str, lead: str | None, family: str) -> Any:
    if by == "lab":
        return (0, lead) if lead else (1, "")
    return list(families()).index(family) if by and family in families() else _LAST
