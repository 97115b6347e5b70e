"""The forecast with its scoreboard, of which only what was written since the last time is reckoned anew.

What each project adds to it hangs on that project alone and is kept for all readers. What follows from several is kept
for the projects that a reader may see, which is asked each time: nobody's forecast rests on what another one sees.
Who narrows it is shown some rows of that same forecast: the dates of a milestone do not hang on what else is asked for,
and of such a question nothing is kept.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import RLock
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import china, working_days
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview.queries.cards import choose
from kangjiansheng.overview.queries.forecast import Bound, Called, Portfolio
from kangjiansheng.overview.rules.forecast.days import NEVER
from kangjiansheng.overview.rules.forecast.known import HORIZON, Ends, Known, learn
from kangjiansheng.overview.rules.forecast.record import Record, Said, judge
from kangjiansheng.overview.rules.forecast.runs import SEED, Expected, Outlook, play
from kangjiansheng.overview.rules.forecast.whole import Foresight, foresee, quarters, said_on
from kangjiansheng.overview.rules.narrowing import Cards, Narrowing
from kangjiansheng.projects.queries import columns
from kangjiansheng.projects.rules.ledgers import Ledgers

_READERS = 8  # forecasts that are kept, each for some projects, a day and a seed
_DAYS = 2  # of which it is kept what each project adds


@dataclass(frozen=True, slots=True)
class Foretold:
    """A forecast, how such forecasts did, and how the milestones that it names are called; of a narrowed one `every` are
    the projects that can be chosen, and `wanted` how many of these are."""

    forecast: Foresight
    record: Record
    named: Called
    has_projects: bool
    illustrative: bool  # whether a row that it rests on is
    every: Cards = field(default_factory=Cards)
    wanted: int = 0


@dataclass
class _Told:
    """What was told to somebody of some projects. Since then some were `touched`; with `anew` distributions changed, too,
    and all is played again."""

    seen: frozenset[int]
    forecast: Foresight
    said: dict[int, Said]
    record: Record | None = None
    touched: set[int] = field(default_factory=set)
    anew: bool = False


_Key = tuple[bytes, int, int]  # projects, day and seed


class _Memory:
    """What one process has reckoned of one database."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._bound: Bound | None = None
        self._known: OrderedDict[int, Known] = OrderedDict()
        self._told: OrderedDict[_Key, _Told] = OrderedDict()

    def told(
        self, ledgers: Ledgers, projects: Collection[int], day: int, seed: int
    ) -> tuple[Portfolio, _Told] | None:
        """What is to be told of some projects, and the plans that it rests on; None where others were here meanwhile who
        had later ledgers, which are to be asked for again."""
        working = working_days(china())
        key = np.sort(np.array(projects, np.int64)).tobytes(), day, seed
        # In this order: what is told of later plans comes after them.
        found, bound = self._told.get(key), self._bound
        # Who asks for what is there waits for nobody who reckons.
        if bound and found and not found.touched and bound.log is ledgers.log and bound.working is working:
            return Portfolio(ledgers, working, bound), found
        with self.lock:
            if self._bound and ledgers.log.behind(self._bound.log):
                return None
            plans = self._brought_up(ledgers, working)
            return plans, self._reckoned(plans, key, frozenset(projects))

    def recorded(self, plans: Portfolio, told: _Told) -> Record:
        """How the forecasts before what was told did."""
        with self.lock:
            if told.record is None:
                told.record = judge(*self._held(plans, told, told.seen))
            return told.record

    def recorded_of(self, plans: Portfolio, told: _Told, projects: Collection[int]) -> Record:
        """How those of some of its projects did. Of this nothing is kept but what the record of all rests on."""
        with self.lock:
            said, ends, day = self._held(plans, told, projects)
        return judge([one.of(ends.id) for one in said], ends, day)

    def _held(
        self, plans: Portfolio, told: _Told, projects: Collection[int]
    ) -> tuple[Sequence[Said], Ends, int]:
        """The forecasts before what was told, and how the milestones of some of its projects stand on its day."""
        day = told.forecast.day
        # Of what was written to meanwhile nothing is kept.
        said = dict(told.said) if told.touched else told.said
        for end in quarters(plans, told.seen, day):
            if end not in said:
                said[end] = said_on(plans, told.seen, end, told.forecast.seed)
        known = self._known_on(plans, day.toordinal())
        return list(said.values()), known.ends_of(projects), known.day

    def _brought_up(self, ledgers: Ledgers, working: Sequence[int]) -> Portfolio:
        """The plans as the ledgers have them; what rested on something else is forgotten."""
        plans = Portfolio(ledgers, working, self._bound)
        if plans.changed is None:
            self._known.clear()
            self._told.clear()
        elif plans.changed:
            self._forget(plans, plans.changed)
        self._bound = plans.bound
        return plans

    def _forget(self, plans: Portfolio, changed: Mapping[int, int]) -> None:
        moved: dict[int, set[int]] = {}  # by day the projects whose cases are others now
        for day, known in self._known.items():
            touched = [key for key, since in changed.items() if since <= day]
            fresh = learn(plans.closed(touched, day), day)
            moved[day] = known.moved(fresh)
            self._known[day] = known.renewed(fresh)
        for (_seen, day, _seed), told in self._told.items():
            mine = {key: since for key, since in changed.items() if key in told.seen}
            told.touched |= {key for key, since in mine.items() if since <= day}
            told.anew |= day not in moved or not told.seen.isdisjoint(moved[day])
            first = min(mine.values(), default=NEVER)
            told.said = {end: said for end, said in told.said.items() if end < first}

    def _reckoned(self, plans: Portfolio, key: _Key, seen: frozenset[int]) -> _Told:
        before = self._told.get(key)
        if before is None or before.touched:
            known = self._known_on(plans, key[1])
            stays = before.forecast.expected if before and not before.anew else None
            touched = before.touched if before else ()
            found = foresee(plans, known, seen, seed=key[2], before=stays, touched=touched)
            self._told[key] = _Told(seen, found, before.said if before else {})
        self._told.move_to_end(key)
        while len(self._told) > _READERS:
            self._told.popitem(last=False)
        return self._told[key]

    def _known_on(self, plans: Portfolio, day: int) -> Known:
        if day not in self._known:
            self._known[day] = learn(plans.closed(plans.ledgers.projects.keys, day), day)
        self._known.move_to_end(day)
        while len(self._known) > _DAYS:
            self._known.popitem(last=False)
        return self._known[day]


_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()


def foretold(
    *, actor: Actor, as_of: date | None, seed: int = SEED, wanted: Narrowing | None = None
) -> Foretold:
    """The forecast over what the actor sees at the end of a day (now for None). With `wanted` only of the projects that
    it lets through, and all are there to choose from."""
    memory, plans, told = _told(actor, as_of, seed)
    found = Foretold(
        told.forecast,
        told.record or memory.recorded(plans, told),
        Called(plans.ledgers, as_of),
        has_projects=len(plans.planned(told.seen)) > 0,
        illustrative=_illustrative(plans, told),
    )
    if wanted is None:
        return found
    every, ids = choose(plans.ledgers, list(told.seen), as_of, wanted, actor=actor)
    shown = sum(key in ids for key in every.ids)
    if not wanted.asked:
        return replace(found, every=every, wanted=shown)
    return replace(
        found,
        forecast=found.forecast.of(ids),
        record=memory.recorded_of(plans, told, ids),
        has_projects=shown > 0,
        every=every,
        wanted=shown,
    )


def of_milestone(key: int, *, actor: Actor, as_of: date | None) -> tuple[Expected | None, bool]:
    """What is expected of one milestone at the end of a day (now for None), None when it is not due within the year or
    nobody works on its project; and whether a row that it rests on is illustrative."""
    _memory, plans, told = _told(actor, as_of, SEED)
    expected = told.forecast.expected
    found = expected.at(expected.id == key)
    return (found[0] if len(found) else None), _illustrative(plans, told)


def _illustrative(plans: Portfolio, told: _Told) -> bool:
    there = plans.planned(told.seen)
    return bool(plans.ledgers.projects.facts["illustrative"][there].any())


def tried(
    projects: Collection[int], moved: Mapping[int, int], stopped: Collection[int], *, actor: Actor
) -> tuple[Outlook, Outlook]:
    """What is expected of some projects as they stand, and with other promises and projects stopped, two years ahead."""
    _memory, plans, told = _told(actor, None, SEED)
    now, seen = told.forecast.expected, told.seen.intersection(projects)
    parts = [
        play(book, graph, told.forecast.chances, horizon=2 * HORIZON, moved=moved, stopped=stopped)
        for book, graph in plans.closed(seen, told.forecast.day.toordinal())
    ]
    return now.at(np.isin(now.project, list(seen))), Outlook.joined(parts)


def _told(actor: Actor, as_of: date | None, seed: int) -> tuple[_Memory, Portfolio, _Told]:
    memory = _memories.setdefault(db.engine, _Memory())
    day = (as_of or clock.today()).toordinal()
    found: tuple[Portfolio, _Told] | None = None
    while found is None:
        ledgers, projects = columns(actor=actor)
        found = memory.told(ledgers, projects, day, seed)
    return memory, *found
