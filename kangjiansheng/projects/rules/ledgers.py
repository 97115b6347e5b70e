"""The two ledgers as columns, from which a day is read off however many rows there are.

A date is counted in days from 1970, one that nobody gave is `NONE`; an instant in microseconds. Of each project and
milestone the entries stand together and in order, so that the last one up to an instant is where the count of those
up to it ends.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kangjiansheng.core import calendar

from .milestones import SLIP_DAYS
from .names import NONE as NONE
from .names import Names
from .packed import renewed, spliced

Array = NDArray[Any]

STATES = ("open", "done", "cancelled")
_EPOCH = date(1970, 1, 1)
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_EVER, NEVER = int(np.iinfo(np.int64).min), int(np.iinfo(np.int64).max)
_KEPT = 60  # days of which the counts outlast a write
_LASTING = {"project", "code", "decision", "gate"}  # what things are, for good
_LOGGED = 2_000  # changes that are remembered


Pairs = tuple[
    tuple[int, Any], ...
]  # laboratories or parties of a project: the key of each, and how it takes part


def distinct(of: Iterable[Pairs]) -> Mapping[int, Pairs]:
    """Each once, by its identity: thousands of projects have the same, as the same objects."""
    return {id(pairs): pairs for pairs in of}


def keys_of(of: Iterable[Pairs]) -> tuple[int, ...]:
    """All laboratories or parties that are named, by key."""
    return tuple(sorted({key for pairs in distinct(of).values() for key, _how in pairs}))


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
    the things, `said` over the entries, dates in few bytes (`packed.Dates`); among these is the instant `at` from
    which each counts.
    """

    keys: Array
    starts: Array
    facts: Mapping[str, Array]
    said: Mapping[str, Any]

    def last(self, day: date | None) -> Array:
        """Where the last entry of each thing up to the end of a day stands (of all for None); −1 without any."""
        first, after = self.starts[:-1].astype(np.int32), self.starts[1:].astype(np.int32)
        if day is None:
            return np.where(after > first, after - 1, -1)
        reached = np.zeros(len(self.said["at"]) + 1, np.int32)
        np.cumsum(self.said["at"] <= instant(calendar.end_of(day)), out=reached[1:])
        count = reached[after] - reached[first]
        return np.where(count > 0, first + count - 1, -1)

    def differs(self, other: "History", key: int) -> int:
        """From which instant on `other` says something else of a thing that it holds; `NEVER` when nowhere."""
        here, there = (int(np.searchsorted(one.keys, key)) for one in (self, other))
        old, new = [], other.entries(there)
        if here < len(self.keys) and self.keys[here] == key:
            old = self.entries(here)
            if any(
                self.facts[name][here] != other.facts[name][there] for name in _LASTING & self.facts.keys()
            ):
                return _EVER
        same = next(
            (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
        )
        return min((rows[same][0] for rows in (old, new) if same < len(rows)), default=NEVER)

    def entries(self, place: int) -> list[tuple[Any, ...]]:
        """What is said of a thing, entry by entry; the instant comes first."""
        of = slice(self.starts[place], self.starts[place + 1])
        return list(
            zip(
                self.said["at"][of].tolist(),
                *(column[of].tolist() for column in self.said.values()),
                strict=True,
            )
        )

    def renewed(self, fresh: "History") -> "History":
        """The same where all that is said of the things of `fresh` is what that says."""
        at = np.searchsorted(self.keys, fresh.keys)
        after = np.searchsorted(self.keys, fresh.keys, "right")
        things = (at, after, np.arange(len(at)), np.arange(1, len(at) + 1))
        entries = (self.starts[at], self.starts[after], fresh.starts[:-1], fresh.starts[1:])
        counts = spliced(np.diff(self.starts), np.diff(fresh.starts), *things)
        return History(
            keys=spliced(self.keys, fresh.keys, *things),
            starts=np.concatenate(([0], np.cumsum(counts))),
            facts={name: spliced(column, fresh.facts[name], *things) for name, column in self.facts.items()},
            said={name: renewed(column, fresh.said[name], *entries) for name, column in self.said.items()},
        )


Change = tuple[
    int, int
]  # a project, and the instant from which something else is said of it; `NEVER` for nothing


@dataclass(frozen=True, eq=False)
class Log:
    """The last changes of ledgers since all of them were read, `gone` more before them."""

    reading: object = field(default_factory=object)
    gone: int = 0
    changes: tuple[Change, ...] = ()

    def and_then(self, changes: Sequence[Change]) -> "Log":
        """The same with more changes; the oldest are forgotten."""
        found = (*self.changes, *changes)
        return Log(self.reading, self.gone + max(0, len(found) - _LOGGED), found[-_LOGGED:])

    def behind(self, other: "Log") -> bool:
        """Whether `other` goes on where this one ends."""
        counts = [one.gone + len(one.changes) for one in (self, other)]
        return self.reading is other.reading and counts[0] < counts[1]

    def since(self, other: "Log") -> tuple[Change, ...] | None:
        """What has changed since an earlier state of it; None when that is not known."""
        at = other.gone + len(other.changes) - self.gone
        return self.changes[at:] if other.reading is self.reading and at >= 0 else None


@dataclass(frozen=True, eq=False)
class Ledgers:
    """Both ledgers. `labs` are the codes of laboratories by key, `names` what columns of numbers mean. `slipped`: what
    `slipped_on` has counted. `log` names the projects of what was read again, each with the instant from which it says
    something else: who made something of these ledgers sees there what of it still holds."""

    projects: History
    milestones: History
    labs: Mapping[int, str]
    names: Names = field(default_factory=Names)
    slipped: dict[date, Array] = field(default_factory=dict)
    log: Log = field(default_factory=Log)

    @cached_property
    def project(self) -> Array:
        """Where the project of each milestone stands."""
        return np.searchsorted(self.projects.keys, self.milestones.facts["project"]).astype(np.int32)

    @cached_property
    def order(self) -> Array:
        """The milestones by project, and in the order of its plan."""
        return np.lexsort((self.milestones.facts["position"], self.project)).astype(np.int32)

    @cached_property
    def by_code(self) -> Mapping[str, Array]:
        """Where the milestones of each code stand."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, code in enumerate(self.milestones.facts["code"].tolist()):
            found[code].append(place)
        return {code: np.array(places, np.int32) for code, places in found.items()}

    @cached_property
    def rank(self) -> Array:
        """The place of each project when they are sorted by their codes."""
        return np.argsort(np.argsort(self.projects.facts["code"].astype(str), kind="stable"))

    def renewed(
        self,
        projects: History,
        milestones: History,
        labs: Mapping[int, str],
        touched: Sequence[int],
        told: Sequence[int] = (),
    ) -> "Ledgers":
        """The same with other entries, of the milestones `touched` and of the projects `told`. What was made of the things
        alone stays when there are no new ones, and what was counted of all is put right by these."""
        changes = [(key, self.projects.differs(projects, key)) for key in told]
        for key in touched:
            at = int(np.searchsorted(milestones.keys, key))
            if at < len(milestones.keys) and milestones.keys[at] == key:
                changes.append(
                    (int(milestones.facts["project"][at]), self.milestones.differs(milestones, key))
                )
        new = Ledgers(projects, milestones, labs, self.names, log=self.log.and_then(changes))
        made = {"rank": len(projects.keys) == len(self.projects.keys)}
        made["project"] = made["order"] = made["by_code"] = made["rank"] and len(milestones.keys) == len(
            self.milestones.keys
        )
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
        until = np.where(at + 1 == m.starts[thing + 1], NEVER, said["at"][following])
        return self.project[thing], said["at"][at], until

    def open_among(self, keys: Collection[int]) -> list[int]:
        """Those of some milestones that are open now: several may ask for them, of whom not all know which are."""
        m = self.milestones
        places = np.flatnonzero(np.isin(m.keys, list(keys)))
        last = m.starts[places + 1] - 1
        still = (last >= m.starts[places]) & (m.said["state"][last] == STATES.index("open"))
        still &= m.said["actual"][last] == NONE
        found: list[int] = m.keys[places[still]].tolist()
        return found

    def seen(self, day: date | None, shown: Array, *, archived: bool = False) -> tuple[Array, Array]:
        """Of each project its last entry up to a day, and whether it is one of `shown`, was there and not put away
        (or was, with `archived`)."""
        at = self.projects.last(day)
        return at, shown & (at >= 0) & (archived | ~self.projects.said["archived"][at])
