"""The two ledgers as columns, and the portfolio at the end of a day read off them, however many rows there are.

A date is counted in days from 1970, one that nobody gave is `NONE`; an instant in microseconds. Of each project and milestone the entries stand
together and in order, so that the last one up to an instant is where the count of those up to it ends.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kangjiansheng.core import calendar

from .milestones import SEVERITY, SLIP_DAYS, Status

Array = NDArray[Any]

NONE = int(np.iinfo(np.int32).min)
STATES = ("open", "done", "cancelled")
_EPOCH = date(1970, 1, 1)
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = int(np.iinfo(np.int64).max)
_KEPT = 60  # days of which the counts outlast a write
_CODE = {status: number for number, status in enumerate(SEVERITY)}


def instant(at: datetime) -> int:
    """An instant as its number."""
    return (at - _BEGIN) // timedelta(microseconds=1)


def day_at(number: int) -> date:
    """The day of an instant's number."""
    return calendar.day_of(_BEGIN + timedelta(microseconds=int(number)))


def number(day: date) -> int:
    """A day as its number."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day of a number; one that is `NONE` has none."""
    return _EPOCH + timedelta(days=int(number))


@dataclass(frozen=True, eq=False)
class History:
    """Things by ascending key, and the entries of their ledger.

    `starts` says where the entries of each thing begin, and at its end how many there are. `facts` are columns over
    the things, `said` over the entries; among these is the instant `at` from which each counts.
    """

    keys: Array
    starts: Array
    facts: Mapping[str, Array]
    said: Mapping[str, Array]

    def last(self, day: date | None) -> Array:
        """Where the last entry of each thing up to the end of a day stands (of all for None); −1 without any."""
        first, after = self.starts[:-1], self.starts[1:]
        if day is None:
            return np.where(after > first, after - 1, -1)
        reached = np.zeros(len(self.said["at"]) + 1, np.int32)
        np.cumsum(self.said["at"] <= instant(calendar.end_of(day)), out=reached[1:])
        count = reached[after] - reached[first]
        return np.where(count > 0, first + count - 1, -1)

    def renewed(self, fresh: "History") -> "History":
        """The same where all that is said of the things of `fresh` is what that says."""
        at = np.searchsorted(self.keys, fresh.keys)
        after = np.searchsorted(self.keys, fresh.keys, "right")
        things = (at, after, np.arange(len(at)), np.arange(1, len(at) + 1))
        entries = (self.starts[at], self.starts[after], fresh.starts[:-1], fresh.starts[1:])
        counts = _spliced(np.diff(self.starts), np.diff(fresh.starts), *things)
        return History(
            keys=_spliced(self.keys, fresh.keys, *things),
            starts=np.concatenate(([0], np.cumsum(counts))),
            facts={name: _spliced(column, fresh.facts[name], *things) for name, column in self.facts.items()},
            said={name: _spliced(column, fresh.said[name], *entries) for name, column in self.said.items()},
        )


def _spliced(old: Array, new: Array, first: Array, after: Array, begin: Array, end: Array) -> Array:
    """A column in which each stretch from `first` to `after` is the one from `begin` to `end` of another."""
    parts, at = [], 0
    for a, b, c, d in zip(first.tolist(), after.tolist(), begin.tolist(), end.tolist(), strict=True):
        parts += [old[at:a], new[c:d]]
        at = b
    return np.concatenate([*parts, old[at:]])


@dataclass(frozen=True, eq=False)
class Ledgers:
    """Both ledgers. `labs` are the codes of laboratories by key. `slipped`: what `slipped_on` has counted."""

    projects: History
    milestones: History
    labs: Mapping[int, str]
    slipped: dict[date, Array] = field(default_factory=dict)

    @cached_property
    def project(self) -> Array:
        """Where the project of each milestone stands."""
        return np.searchsorted(self.projects.keys, self.milestones.facts["project"])

    @cached_property
    def order(self) -> Array:
        """The milestones by project, and in the order of its plan."""
        return np.lexsort((self.milestones.facts["position"], self.project))

    @cached_property
    def rank(self) -> Array:
        """The place of each project when they are sorted by their codes."""
        return np.argsort(np.argsort(self.projects.facts["code"].astype(str), kind="stable"))

    def renewed(
        self, projects: History, milestones: History, labs: Mapping[int, str], touched: Sequence[int]
    ) -> "Ledgers":
        """The same with other entries, of the milestones `touched`. What was made of the things alone stays when there
        are no new ones, and what was counted of all is put right by these."""
        new = Ledgers(projects, milestones, labs)
        made = {"rank": len(projects.keys) == len(self.projects.keys)}
        made["project"] = made["order"] = made["rank"] and len(milestones.keys) == len(self.milestones.keys)
        new.__dict__.update(
            {name: self.__dict__[name] for name, stays in made.items() if stays and name in self.__dict__}
        )
        counted = list(self.slipped.items())
        if made["project"] and len(counted) <= _KEPT:
            places = np.flatnonzero(np.isin(milestones.keys, touched))
            gone, come = self._stretches(places), new._stretches(places)
            new.slipped.update(
                {day: found - self._count(gone, day) + self._count(come, day) for day, found in counted}
            )
        return new

    def slipped_on(self, day: date) -> Array:
        """How many open milestones of each project were 15 days or more behind their baseline at the end of a day."""
        if day not in self.slipped:
            self.slipped[day] = self._count(self._slips, day)
        return self.slipped[day]

    def _count(self, stretches: tuple[Array, Array, Array], day: date) -> Array:
        project, since, until = stretches
        end = instant(calendar.end_of(day))
        return np.bincount(project[(since <= end) & (end < until)], minlength=len(self.projects.keys))

    @cached_property
    def _slips(self) -> tuple[Array, Array, Array]:
        return self._stretches()

    def _stretches(self, places: Array | None = None) -> tuple[Array, Array, Array]:
        """When milestones were that far behind, those at some places or all: the project, from which instant, and
        until before which."""
        m, said = self.milestones, self.milestones.said
        chosen: Any = slice(None)
        if places is not None:
            runs = zip(m.starts[places].tolist(), m.starts[places + 1].tolist(), strict=True)
            chosen = np.concatenate([np.empty(0, np.int64), *(np.arange(a, b) for a, b in runs)])
        baseline, forecast, actual, state = (
            said[name][chosen] for name in ("baseline", "forecast", "actual", "state")
        )
        slips = (forecast != NONE) & (baseline != NONE) & (actual == NONE) & (state == STATES.index("open"))
        at = np.flatnonzero(slips) if places is None else chosen[slips]
        at = at[said["forecast"][at] - said["baseline"][at] >= SLIP_DAYS]
        thing = np.searchsorted(m.starts, at, "right") - 1
        at, thing = at[~m.facts["decision"][thing]], thing[~m.facts["decision"][thing]]
        following = np.minimum(at + 1, len(said["at"]) - 1)
        until = np.where(at + 1 == m.starts[thing + 1], _NEVER, said["at"][following])
        return self.project[thing], said["at"][at], until

    def seen(self, day: date | None, shown: Array) -> tuple[Array, Array]:
        """Of each project its last entry up to a day, and whether it is one of `shown`, was there and not put away."""
        at = self.projects.last(day)
        return at, shown & (at >= 0) & ~self.projects.said["archived"][at]


class Day:
    """The projects of `keys` and their milestones at the end of `as_of` (now for None, that is `today`).

    Columns over all projects by their place, of which `seen` says whether they count, and columns over the milestones
    of those that do, by project and in the order of its plan; `project` is the place of each one's project. `awaiting` are gates that wait for a decision.
    """

    def __init__(
        self,
        ledgers: Ledgers,
        keys: Collection[int],
        as_of: date | None,
        today: date,
        awaiting: Collection[int] = (),
    ) -> None:
        self.ledgers, self.day, self._asked = ledgers, as_of or today, (as_of, today, awaiting)
        self._shown = np.isin(ledgers.projects.keys, np.fromiter(keys, np.int64, len(keys)))
        self.number = number(self.day)
        at, self.seen = ledgers.seen(as_of, self._shown)
        self._said_at = at
        said = ledgers.projects.said
        self.claimed, self.stage, self.family, self.lab = (
            said[name][at] for name in ("claimed", "stage", "family", "lab")
        )
        self.working = ~said["rests"][at]
        last = ledgers.milestones.last(as_of)
        place = ledgers.order[((last >= 0) & self.seen[ledgers.project])[ledgers.order]]
        entry, said = last[place], ledgers.milestones.said
        self.id, self.project = ledgers.milestones.keys[place], ledgers.project[place]
        self.place, self.entry = place, entry
        facts = ledgers.milestones.facts
        self.position, self.decision, self.gate = (
            facts[name][place] for name in ("position", "decision", "gate")
        )
        self.baseline, self.plan, self.forecast, self.actual, self.state, self.flagged = (
            said[name][entry] for name in ("baseline", "plan", "forecast", "actual", "state", "flagged")
        )

    def of(self, keys: Collection[int]) -> "Day":
        """The same day of some of the projects."""
        as_of, today, awaiting = self._asked
        shown = set(self.ledgers.projects.keys[self._shown].tolist())
        return Day(self.ledgers, shown & set(keys), as_of, today, awaiting)

    def facts(self, name: str) -> Array:
        """A column of what is said of the projects."""
        return self.ledgers.projects.said[name][self._said_at]

    @cached_property
    def is_open(self) -> Array:
        """Still to be reached, and no decision."""
        opened: Array = ~self.decision & (self.actual == NONE) & (self.state == STATES.index("open"))
        return opened

    @cached_property
    def is_done(self) -> Array:
        """Reached, and no decision."""
        done: Array = ~self.decision & (self.actual != NONE)
        return done

    @cached_property
    def runs(self) -> Array:
        """Still to be reached in a project that neither rests nor has ended."""
        return self.is_open & self.working[self.project]

    @cached_property
    def promised(self) -> Array:
        """The date that counts: the confirmed forecast, else the plan, else the baseline."""
        planned = np.where(self.plan != NONE, self.plan, self.baseline)
        return np.where(self.forecast != NONE, self.forecast, planned)

    @cached_property
    def reached(self) -> Array:
        """The actual date, or else the confirmed forecast."""
        return np.where(self.actual != NONE, self.actual, self.forecast)

    @cached_property
    def slip(self) -> Array:
        """Calendar days from the baseline to the date that is reached; `NONE` without both."""
        known = (self.reached != NONE) & (self.baseline != NONE) & ~self.decision
        return np.where(known, self.reached - self.baseline, NONE)

    @cached_property
    def slips(self) -> Array:
        """Still to be reached, and a day or more behind the baseline."""
        return self.runs & (self.slip > 0)

    @cached_property
    def waits(self) -> Array:
        """Which are gates that are to be decided."""
        named = np.isin(self.id, np.fromiter(self._asked[2], np.int64, len(self._asked[2])))
        waits: Array = named & self.gate & (self.actual == NONE) & (self.state == STATES.index("open"))
        return waits

    @cached_property
    def owner(self) -> Array:
        """Whose each milestone is; 0 for nobody's."""
        return np.take(self.ledgers.milestones.said["owner"], self.entry)

    @cached_property
    def status(self) -> Array:
        """Which of the eight statuses (`SEVERITY`) each milestone has: `rules.milestones.status` over all of them."""
        late_by = np.where(
            (self.forecast != NONE) & (self.baseline != NONE), self.forecast - self.baseline, 0
        )
        reached = (self.actual != NONE) & (self.actual <= self.number)
        return np.select(
            [
                self.decision,
                reached,
                self.state == STATES.index("cancelled"),
                ~self.working[self.project],
                self.waits,
                (self.promised != NONE) & (self.promised < self.number),
                late_by >= SLIP_DAYS,
                (late_by > 0) | self.flagged,
                self.forecast == NONE,
            ],
            [
                np.where(self.actual != NONE, _CODE["done"], _CODE["idle"]),
                _CODE["done"],
                _CODE["idle"],
                _CODE["pause"],
                _CODE["gate"],
                _CODE["late"],
                _CODE["slip"],
                _CODE["risk"],
                _CODE["idle"],
            ],
            _CODE["ontrack"],
        )

    @cached_property
    def statuses(self) -> list[Status]:
        """The status of each project: what is claimed when it rests, else the worst of its milestones."""
        counted = ~self.decision & (self.state != STATES.index("cancelled"))
        cells = self.project[counted] * len(SEVERITY) + self.status[counted]
        there = np.bincount(cells, minlength=len(self.seen) * len(SEVERITY)).reshape(-1, len(SEVERITY)) > 0
        worst = np.where(there.any(axis=1), there.argmax(axis=1), _CODE["idle"])
        held = np.isin(self.claimed, ("ON_HOLD", "TERMINATED"))
        codes = np.where(held, _CODE["pause"], np.where(self.working, worst, _CODE["done"]))
        return [SEVERITY[code] for code in codes.tolist()]

    @cached_property
    def there(self) -> list[int]:
        """The places of the projects that count, by their codes."""
        places = np.flatnonzero(self.seen)
        return list(places[np.argsort(self.ledgers.rank[places])].tolist())

    @property
    def illustrative(self) -> bool:
        """Whether one of the projects that count is."""
        return bool(self.ledgers.projects.facts["illustrative"][self.seen].any())

    def worked_on(self, day: date) -> Array:
        """Which projects people worked on at the end of another day."""
        at, seen = self.ledgers.seen(day, self._shown)
        working: Array = seen & ~self.ledgers.projects.said["rests"][at]
        return working

    def in_order(self, *statuses: Status) -> Array:
        """Of each milestone the place of its status among some; others come after all of them."""
        places = np.full(len(SEVERITY), len(statuses))
        places[[_CODE[status] for status in statuses]] = range(len(statuses))
        return places[self.status]

    def for_each(self, other: "Day", column: Array) -> Array:
        """A column of this day for each milestone of another one; `NONE` for what was not there."""
        found = np.full(len(self.ledgers.milestones.keys), NONE, column.dtype)
        found[self.place] = column
        return found[other.place]

    def is_of(self, *statuses: Status) -> Array:
        """Which milestones have one of some statuses."""
        return np.isin(self.status, [_CODE[status] for status in statuses])

    @cached_property
    def _stands(self) -> Array:
        stands = np.full(len(self.ledgers.milestones.keys), -1)
        stands[self.place] = np.arange(len(self.place))
        return stands

    def find(self, key: int) -> int | None:
        """Where a milestone stands, None when it is not there."""
        keys = self.ledgers.milestones.keys
        at = int(np.searchsorted(keys, key))
        found = int(self._stands[at]) if at < len(keys) and keys[at] == key else -1
        return found if found >= 0 else None

    def best(self, mask: Array, weight: Array) -> Array:
        """Of each project that has any of a mask the one that weighs least; of equals the first in its plan."""
        at = np.flatnonzero(mask)
        if not len(at):
            return at
        project, weight = self.project[at], weight[at]
        starts = np.flatnonzero(np.diff(project, prepend=-1))
        least = np.minimum.reduceat(weight, starts)
        of_project = np.cumsum(np.diff(project, prepend=project[0]) != 0)
        lightest = np.flatnonzero(weight == least[of_project])
        return at[lightest[np.flatnonzero(np.diff(of_project[lightest], prepend=-1))]]

    def find_project(self, key: int) -> int | None:
        """The place of a project, None when it does not count."""
        keys = self.ledgers.projects.keys
        at = int(np.searchsorted(keys, key))
        return at if at < len(keys) and keys[at] == key and self.seen[at] else None

    def first(self, mask: Array, *keys: Array, at_most: int | None = None) -> Array:
        """Where the milestones of a mask stand, sorted by columns of which the first weighs most."""
        at = np.flatnonzero(mask)
        if at_most is not None and len(at) > at_most:
            weight = keys[0][at]
            at = at[weight <= np.partition(weight, at_most - 1)[at_most - 1]]
        order = np.lexsort(tuple(key[at] for key in reversed(keys)))
        return at[order][:at_most]

    @cached_property
    def rank(self) -> Array:
        """The place of each milestone's project when they are sorted by their codes."""
        return self.ledgers.rank[self.project]

    def code(self, place: int) -> str:
        """The code of a project."""
        return str(self.ledgers.projects.facts["code"][place])

    @cached_property
    def codes(self) -> Array:
        """The codes of the milestones."""
        return self.ledgers.milestones.facts["code"][self.place]
