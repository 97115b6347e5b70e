"""Where each project stands: stage columns by families of modality."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kangjiansheng.projects.rules.days import Day, once
from kangjiansheng.projects.rules.vocabulary import column_of, families, stage_columns, stages

from .rows import ENDED, Naming, Project

CLINICAL = frozenset({"I", "II_III"})


@dataclass(frozen=True, slots=True)
class Chip:
    """A project in its cell; `slip` is the worst slip of its open milestones, when it is 1 day or more."""

    project: Project
    slip: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the grid says: how many are in trials and how many more rest there, and the codes of those nearest to
    marketing."""

    code: Literal["empty", "early", "clinical"]
    clinical: int = 0
    nearest: tuple[str, ...] = ()
    paused: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The chips of a cell or a column, all or the first few; `total` counts all."""

    chips: tuple[Chip, ...]
    total: int

    @property
    def more(self) -> int:
        """How many are left out."""
        return self.total - len(self.chips)


@dataclass(frozen=True, slots=True)
class Few:
    """More than `at_most` are folded to `shown`."""

    at_most: int
    shown: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Columns and rows by code, without those in which nothing stands; cells by (row, column). For a phone whole columns."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: Mapping[tuple[str, str], Group]
    whole: Mapping[str, Group]
    finding: Finding

    @property
    def total(self) -> int:
        """How many projects stand in it, shown or not."""
        return sum(group.total for group in self.whole.values())


def standing(day: Day) -> Counter[tuple[str, str]]:
    """How many projects of each status stand in each column."""
    return Counter((day.statuses[at], column_of(day.stage[at])) for at in _of(day))


@once
def _of(day: Day) -> list[int]:
    """Whom it shows, by codes: who has ended is left out."""
    return [place for place in day.there if day.claimed[place] not in ENDED]


def pipeline(
    day: Day,
    naming: Naming,
    cell: Few | None = None,
    column: Few | None = None,
    first: int | None = None,
) -> Pipeline:
    """Projects that have ended are left out; one on hold stays where it stopped. Whom a group leaves out needs
    somebody less than those whom it shows. With `first` only so many are shown, by their codes."""
    there, cells = _of(day), _cells(day)
    columns = tuple(c for c in stage_columns() if any(column == c for _, column in cells))
    rows = tuple(f for f in families() if any(row == f for row, _ in cells))
    shown = Chips(day, naming, None if first is None else set(there[:first]))
    return Pipeline(
        columns=columns,
        rows=rows,
        cells={key: shown.group(places, cell) for key, places in cells.items()},
        whole={c: shown.group([at for r in rows for at in cells.get((r, c), ())], column) for c in columns},
        finding=_finding(day),
    )


@once
def _cells(day: Day) -> dict[tuple[str, str], list[int]]:
    """Where the projects of each family and column stand, by codes."""
    cells: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in _of(day):
        cells[_family(day.family[place]), column_of(day.stage[place])].append(place)
    return dict(cells)


class Chips:
    """Makes the chips of a day, `only` for some places."""

    def __init__(self, day: Day, naming: Naming, only: Collection[int] | None = None) -> None:
        self.day, self.naming, self.only = day, naming, only

    def group(self, places: Sequence[int], few: Few | None) -> Group:
        """Projects in their order when they are few; else the first by status, slip and code."""
        shown = places if self.only is None else [at for at in places if at in self.only]
        if few and len(places) > few.at_most:
            found = np.array(places)
            shown = found[np.argsort(self.day.consequence[found])[: few.shown]].tolist()
        slips = self.day.worst_slip
        chips = tuple(Chip(self.naming.project(at), int(slips[at]) or None) for at in shown)
        return Group(chips, len(places))


def _family(family: str) -> str:
    return family if family in families() else "OTHER"


@once
def _finding(day: Day) -> Finding:
    shown = _of(day)
    running = [at for at in shown if day.working[at]]
    if not running:
        return Finding("empty")
    columns = {stage: column_of(stage) for stage in set(day.stage[list(shown)].tolist())}
    there = [at for at in shown if columns[day.stage[at]] in CLINICAL]
    clinical = sum(bool(day.working[at]) for at in there)
    ahead = [at for at in running if columns[day.stage[at]] != "TRANSLATION"]
    furthest = max((stages()[stage].order for stage in set(day.stage[ahead].tolist())), default=None)
    nearest = sorted(day.code(at) for at in ahead if stages()[day.stage[at]].order == furthest)
    code: Literal["early", "clinical"] = "clinical" if there else "early"
    return Finding(code, clinical, tuple(nearest), len(there) - clinical)
