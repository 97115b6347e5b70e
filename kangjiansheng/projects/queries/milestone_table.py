"""All milestones of a day as columns: chosen and sorted without a row of the database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.queries.called import Names as Called
from kangjiansheng.projects.queries.called import names_of
from kangjiansheng.projects.queries.lab_plans import lab_plans
from kangjiansheng.projects.queries.laid import laid
from kangjiansheng.projects.queries.ledgers import days
from kangjiansheng.projects.queries.past import named_then
from kangjiansheng.projects.queries.portfolio import gates_waiting
from kangjiansheng.projects.queries.rows import LabRow, OwnerRow, ProjectRow, Ref
from kangjiansheng.projects.queries.stood import promised_before
from kangjiansheng.projects.rules import figures, freshness, updates
from kangjiansheng.projects.rules.ledgers import NONE, STATES, Array, instant, keys_of, number
from kangjiansheng.projects.rules.milestones import SEVERITY
from kangjiansheng.projects.rules.sorting import occurring
from kangjiansheng.projects.rules.vocabulary import column_of

WINDOWS = {"30": 30, "90": 90, "365": 365}
SCRIPTS = ("hans", "hant", "en")
_NAMES = tuple(f"name_{script}" for script in SCRIPTS)


class Table:
    """The milestones of projects in the columns of their day, and after them those of the plans of laboratories in the
    columns of a second one. What they belong to are the things: projects by their places, then laboratories."""

    def __init__(self, wanted: Any, actor: Actor, as_of: date | None) -> None:
        self.wanted, self.actor, self.as_of = wanted, actor, as_of
        self.waiting = gates_waiting(as_of)
        (day,) = days(actor=actor, as_of=as_of, awaiting=self.waiting)
        if wanted.project:
            of_code = day.ledgers.projects.facts["code"] == wanted.project
            day = day.of(day.ledgers.projects.keys[of_code].tolist())
        codes = [wanted.project] if wanted.project else None
        self.labs: Sequence[LabRow] = lab_plans(actor=actor, as_of=as_of, codes=codes)
        self.names = day.ledgers.names
        self.days = [day, laid(self.labs, day.day, self.names)] if self.labs else [day]
        self.first = len(day.ledgers.projects.keys)  # of the laboratories
        self.thing = np.concatenate([one.project + self.first * n for n, one in enumerate(self.days)])
        self.there = list(occurring(self.thing))

    def at(self, owner: OwnerRow) -> int:
        """The place of a thing."""
        keys = [day.ledgers.projects.keys for day in self.days]
        if owner.of == ProjectRow.of:
            return int(np.searchsorted(keys[0], owner.id))
        return self.first + int(np.searchsorted(keys[1], owner.id))

    def named(self, of: str = "", owner: str = "", code: str = "", *_more: str) -> int | None:
        """The place of a milestone by the kind and code of its thing, and its own code."""
        codes, first = self.facts_of_things("code"), self.first
        inside = range(first) if of == ProjectRow.of else range(first, len(codes))
        things = [at for at in inside if codes[at] == owner]
        places = np.flatnonzero(np.isin(self.thing, things) & (self.column("codes") == code))
        return int(places[0]) if len(places) else None

    def column(self, name: str) -> Array:
        """What each milestone is, or how it stands: an attribute of the days."""
        return np.concatenate([getattr(day, name) for day in self.days])

    def said(self, name: str) -> Array:
        """What the entries say of each milestone."""
        return np.concatenate([day.said(name) for day in self.days])

    def fact(self, name: str) -> Array:
        """What each milestone is."""
        return np.concatenate([day.fact(name) for day in self.days])

    def of_things(self, name: str) -> Array:
        """What is said of the things."""
        return np.concatenate([day.facts(name) for day in self.days])

    def facts_of_things(self, name: str) -> Array:
        """What the things are."""
        return np.concatenate([day.ledgers.projects.facts[name] for day in self.days])

    @cached_property
    def called(self) -> Called:
        """What laboratories, parties and owners are called, for the one thing 0; one statement."""
        labs, parties = (self.of_things(name)[self.there] for name in ("labs", "parties"))
        every = {
            "id": 0,
            "labs": [(key, False) for key in keys_of(labs)],
            "parties": [(key, "") for key in keys_of(parties)],
        }
        owners: set[int | None] = {key for key in occurring(self.column("owner")) if key}
        return names_of(self.as_of or clock.today(), [every], owners)

    @cached_property
    def lab(self) -> Mapping[int, Ref]:
        """Laboratories by key."""
        return {lab.id: lab for lab in self.called.labs[0]}

    @cached_property
    def party(self) -> Mapping[int, Ref]:
        """Institutions by key."""
        return {party.id: party for party in self.called.parties[0]}

    @cached_property
    def name(self) -> Array:
        """The number of each milestone's name; on a past day that of the name that it bore."""
        numbers, ids, known = self.fact("name"), self.column("id"), self.names
        then = named_then(self.as_of) if self.as_of else {}
        for at in np.flatnonzero(np.isin(ids, list(then))).tolist():
            was = then[int(ids[at])]
            now = zip(_NAMES, known.all[numbers[at]], strict=True)
            numbers[at] = known.number(*(was.get(key, name) for key, name in now))
        return numbers

    @cached_property
    def moved(self) -> Array:
        """By how many days each promise has moved since the day with which the list is compared; `NONE` when it was
        not there or made no promise."""
        since = self.wanted.since
        day, *others = self.days
        before = [day.promised_at(since - timedelta(days=1))]
        for one in others:
            then = promised_before(since, one.id.tolist())
            found = [then.get(key) for key in one.id.tolist()]
            before.append(np.array([NONE if day is None else number(day) for day in found], np.int64))
        was, now = np.concatenate(before), self.column("promised")
        return np.where((was != NONE) & (now != NONE), now.astype(np.int64) - was, NONE)

    def fitting(self) -> Array:
        """The places of the milestones that the filter lets through."""
        wanted, found = self.wanted, np.ones(len(self.thing), np.bool_)
        for key, test in _TESTS.items():
            if getattr(wanted, key):
                found &= test(self, getattr(wanted, key))
        if any(getattr(wanted, key) for key in ("lab", "family", "party", "stage", "pathway")):
            fits = np.zeros(self.first + len(self.labs), np.bool_)
            fits[[at for at in self.there if self._fits(at)]] = True
            found &= fits[self.thing]
        return np.flatnonzero(found)

    def _fits(self, at: int) -> bool:
        wanted = self.wanted
        stage = self.stage[at]
        return (
            (not wanted.lab or any(self._is(self.lab, key, wanted.lab) for key, _leads in self.labs_of[at]))
            and (
                not wanted.party
                or any(self._is(self.party, key, wanted.party) for key, _role in self.parties_of[at])
            )
            and (not wanted.family or self.family[at] == wanted.family)
            and (not wanted.stage or wanted.stage in (stage, column_of(stage)))
            and (not wanted.pathway or self._pathway[at] == wanted.pathway)
        )

    def _is(self, known: Mapping[int, Ref], key: int, code: str) -> bool:
        return key in known and known[key].code == code

    @cached_property
    def labs_of(self) -> Array:
        """The laboratories of each thing, and whether they lead."""
        return self.of_things("labs")

    @cached_property
    def parties_of(self) -> Array:
        """The parties of each thing, and what they are in it."""
        return self.of_things("parties")

    @cached_property
    def family(self) -> Array:
        """The family of each thing."""
        return self.of_things("family")

    @cached_property
    def stage(self) -> Array:
        """The stage of each thing."""
        return self.of_things("stage")

    @cached_property
    def _pathway(self) -> Array:
        return self.of_things("pathway")

    def lead(self, at: int) -> str | None:
        """The code of the laboratory that leads a thing."""
        key = int(self._lead[at])
        return self.lab[key].code if key in self.lab else None

    @cached_property
    def _lead(self) -> Array:
        return np.concatenate([day.lab for day in self.days])

    def counts(self, figure: str) -> Array:
        """Which milestones stand behind a figure of the board; it counts those of projects alone."""
        known, day = figures.read(figure), self.days[0]
        found = np.zeros(len(self.thing), np.bool_)
        if known is not None:
            leads = np.array([(self.lead(at) or "") == known.lab for at in range(self.first)], np.bool_)
            found[: len(day.id)] = known.of(day, leads[day.project])
        return found

    def stale(self, kind: str) -> Array:
        """Which milestones wait for their owner's word; of the kind `old` those of which nobody has spoken for weeks."""
        today, opened = self.days[0].day, self.column("is_open")
        confirmed, promised = self.column("confirmed"), self.column("promised")
        if kind == "old":
            since = instant(clock.start_of(today - timedelta(days=freshness.OLD - 1)))
            silent: Array = opened & (confirmed < since)
            return silent
        resting = np.concatenate([~day.working for day in self.days])[self.thing]
        monday = instant(clock.start_of(updates.week_start(today)))
        spoken = (promised >= number(today)) & self.column("by_hand") & (confirmed >= monday)
        asked = (promised != NONE) & (promised <= number(today + updates.AHEAD))
        waits: Array = opened & ~resting & asked & ~spoken
        return waits

    def words(self, q: str) -> Array:
        """Of which milestones each word of a search stands in a code or a name, of them or of their thing."""
        found = np.ones(len(self.thing), np.bool_)
        codes, of_things = self.column("codes").tolist(), self.facts_of_things("code").tolist()
        for part in text.fold(q).split():
            holding = self._holding(part)
            own = _among(codes, part) | holding[self.name]
            things = _among(of_things, part) | holding[self.of_things("name")]
            found &= own | things[self.thing]
        return found

    def _holding(self, part: str) -> Array:
        self.name  # noqa: B018  (names of a past day come to the others)
        return self.names.holding(part)


def _among(codes: Sequence[str], part: str) -> Array:
    known = {code for code in set(codes) if part in text.fold(code)}
    return np.array([code in known for code in codes], np.bool_)


def _owned(table: Table, wanted: str) -> Array:
    owner = table.column("owner")
    if wanted in ("me", "none"):
        mine: Array = owner == (table.actor.id if wanted == "me" else 0)
        return mine
    return np.isin(
        owner, [int(wanted)] if str(wanted).isascii() and wanted.isdigit() and wanted[0] != "0" else []
    )


def _within(table: Table, wanted: str) -> Array:
    promised = table.column("promised")
    if wanted not in WINDOWS:
        return np.ones(len(table.thing), np.bool_)
    last = table.days[0].number + WINDOWS[wanted]
    ahead: Array = table.column("is_open") & (promised != NONE) & (promised <= last)
    return ahead


def _in_state(table: Table, wanted: str) -> Array:
    if wanted == "open":
        return table.column("is_open")
    there: Array = table.column("state") == (STATES.index(wanted) if wanted in STATES else NONE)
    return there


def _of_status(table: Table, wanted: str) -> Array:
    return np.isin(
        table.column("status"), [n for n, known in enumerate(SEVERITY) if known in wanted.split(",")]
    )


def _for_reason(table: Table, wanted: str) -> Array:
    numbers = [table.names.find(code) for code in wanted.split(",") if code]
    return np.isin(table.said("reason"), [n for n in numbers if n is not None])


_TESTS: Mapping[str, Callable[[Table, str], Array]] = {
    "status": _of_status,
    "reason": _for_reason,
    "gate": lambda table, _wanted: table.column("gate"),
    "stale": Table.stale,
    "moved": lambda table, _wanted: (table.moved != 0) & (table.moved != NONE),
    "figure": Table.counts,
    "state": _in_state,
    "owner": _owned,
    "within": _within,
    "q": Table.words,
}
