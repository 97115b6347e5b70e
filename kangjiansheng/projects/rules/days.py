"""The portfolio at the end of a day, read off the columns of the two ledgers."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from .ledgers import NONE, STATES, Array, Ledgers, number
from .milestones import SEVERITY, SLIP_DAYS, Status
from .sorting import in_order

P = ParamSpec("P")
Made = TypeVar("Made")
_CODE = {status: number for number, status in enumerate(SEVERITY)}


class Day:
    """The projects of `keys` and their milestones at the end of `as_of` (now for None, that is `today`).

    Columns over all projects by their place, of which `seen` says whether they count, and columns over the milestones
    of those that do, by project and in the order of its plan; `project` is the place of each one's project. `awaiting`
    are gates that wait for a decision. Projects that were put away count with `archived`.
    """

    def __init__(
        self,
        ledgers: Ledgers,
        keys: Collection[int],
        as_of: date | None,
        today: date,
        awaiting: Collection[int] = (),
        *,
        archived: bool = False,
    ) -> None:
        self.ledgers, self.day, self._asked = ledgers, as_of or today, (as_of, today, awaiting)
        self.reckoned: WeakKeyDictionary[Day, dict[Any, Any]] = WeakKeyDictionary()
        self._shown = np.isin(ledgers.projects.keys, np.fromiter(keys, np.int64, len(keys)))
        self.number = number(self.day)
        at, self.seen = ledgers.seen(as_of, self._shown, archived=archived)
        self.said_at = at
        self.now = as_of is None
        said: Mapping[str, Array] = ledgers.projects.said
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

    @cached_property
    def next(self) -> Array:
        """Of each project that has any the open milestone that is promised first."""
        return self.best(self.is_open, np.where(self.promised != NONE, self.promised, np.iinfo(np.int32).max))

    @cached_property
    def worst(self) -> Array:
        """Of each project that has any the open milestone with the largest slip."""
        return self.best(self.is_open & (self.slip != NONE), -self.slip)

    def facts(self, name: str) -> Array:
        """A column of what is said of the projects."""
        found: Array = self.ledgers.projects.said[name][self.said_at]
        return found

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
        return np.where(self.forecast != NONE, self.forecast, self.planned)

    @cached_property
    def planned(self) -> Array:
        """The plan, else the baseline."""
        return np.where(self.plan != NONE, self.plan, self.baseline)

    def promised_at(self, day: date) -> Array:
        """The date that counted of each of these milestones at the end of another day; `NONE` for what was not there."""
        entry, said = self.ledgers.milestones.last(day)[self.place], self.ledgers.milestones.said
        baseline, plan, forecast = (said[name][entry] for name in ("baseline", "plan", "forecast"))
        promised = np.where(forecast != NONE, forecast, np.where(plan != NONE, plan, baseline))
        return np.where(entry >= 0, promised, NONE)

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
        return self.said("owner")

    def said(self, name: str) -> Array:
        """A column of what is said of the milestones."""
        found: Array = self.ledgers.milestones.said[name][self.entry]
        return found

    def fact(self, name: str) -> Array:
        """A column of what the milestones are."""
        return np.take(self.ledgers.milestones.facts[name], self.place)

    @cached_property
    def confirmed(self) -> Array:
        """When somebody last stood by each milestone's date, as an instant; `NONE` when nobody did. Of a past day that
        is known when the last entry says so."""
        if self.now:
            return self.fact("confirmed")
        return np.where(self.said("confirms"), self.said("at"), NONE)

    @property
    def by_hand(self) -> Array:
        """Which milestones somebody stood by in person."""
        return self.fact("by_hand") if self.now else self.said("by_hand")

    @cached_property
    def status(self) -> Array:
        """Which of the eight statuses (`SEVERITY`) each milestone has: `rules.milestones.status` over all of them."""
        late_by = np.where(
            (self.forecast != NONE) & (self.baseline != NONE), self.forecast - self.baseline, 0
        )
        reached = (self.actual != NONE) & (self.actual <= self.number)
        codes = np.select(
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
        return codes.astype(np.int8)

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
    def worst_slip(self) -> Array:
        """Of each project the largest slip of its open milestones that slip; nought for none."""
        found, at = np.zeros(len(self.seen), np.int32), self.best(self.slips, -self.slip)
        found[self.project[at]] = self.slip[at]
        return found

    @cached_property
    def consequence(self) -> Array:
        """The place of each project when they are sorted by status, the largest slip and code."""
        codes = np.array([_CODE[status] for status in self.statuses], np.int8)
        found = np.empty(len(codes), np.int32)
        found[np.lexsort((self.ledgers.rank, -self.worst_slip, codes))] = np.arange(len(codes))
        return found

    @cached_property
    def there(self) -> list[int]:
        """The places of the projects that count, by their codes."""
        places = np.flatnonzero(self.seen)
        return list(places[np.argsort(self.ledgers.rank[places])].tolist())

    @property
    def illustrative(self) -> bool:
        """Whether one of the projects that count is."""
        return bool(self.ledgers.projects.facts["illustrative"][self.seen].any())

    def illustrative_among(self, places: Collection[int]) -> bool:
        """Whether one of some projects is."""
        return bool(self.ledgers.projects.facts["illustrative"][list(places)].any())

    def any_illustrative(self, mask: Array) -> bool:
        """Whether the project of one of the milestones of a mask is."""
        return bool(self.ledgers.projects.facts["illustrative"][self.project[mask]].any())

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
        asked = np.zeros(len(SEVERITY), np.bool_)
        asked[[_CODE[status] for status in statuses]] = True
        return asked[self.status]

    @cached_property
    def _stands(self) -> Array:
        stands = np.full(len(self.ledgers.milestones.keys), -1)
        stands[self.place] = np.arange(len(self.place))
        return stands

    def of_code(self, code: str) -> Array:
        """Where the milestones of a code stand."""
        found = self._stands[self.ledgers.by_code.get(code, np.empty(0, np.int32))]
        return found[found >= 0]

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
        return at[in_order(*(key[at] for key in keys))][:at_most]

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


Reckoning = Callable[Concatenate[Day, P], Made]


def once(reckon: Reckoning[P, Made]) -> Reckoning[P, Made]:
    """What is reckoned from a day, at most one other day and plain values, reckoned once for as long as both days are
    kept, since neither changes. Nobody changes what comes of it."""

    @wraps(reckon)
    def kept(day: Day, /, *args: P.args, **named: P.kwargs) -> Made:
        other = next((one for one in args if isinstance(one, Day)), day)
        known = day.reckoned.setdefault(other, {})
        key = reckon, tuple(Day if isinstance(one, Day) else one for one in args), tuple(named.items())
        if key not in known:
            known[key] = reckon(day, *args, **named)
        found: Made = known[key]
        return found

    return kept
