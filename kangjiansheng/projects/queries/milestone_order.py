"""In which order the list of milestones stands, over columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.projects.queries.milestone_table import SCRIPTS, Table
from kangjiansheng.projects.queries.stood import notes_of
from kangjiansheng.projects.rules import columns
from kangjiansheng.projects.rules.ledgers import NONE, Array
from kangjiansheng.projects.rules.names import ranked
from kangjiansheng.projects.rules.sorting import MISSING, in_order
from kangjiansheng.projects.rules.vocabulary import families, stages

_LAST = 10**6


def _sorting(value: Array, sign: int = 1) -> Array:
    """A column to sort by; what has no value comes last either way."""
    return np.where(value == NONE, MISSING, sign * value.astype(np.int64))


class Order:
    """How the milestones of a table are sorted: by group, then by the column that is asked for, then as usual."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def sorted(self, at: Array) -> Array:
        """Some places in the order that the address asks for; what has no value there comes last either way."""
        name, largest_first = columns.order(self.table.wanted.sort)
        keys = [*self._group()]
        if name:
            keys += [_sorting(value, -1 if largest_first else 1) for value in _VALUES[name](self)]
        else:
            keys += self._usual()
        return at[in_order(*(key[at] for key in keys), self.place[at])]

    def _group(self) -> Iterable[Array]:
        by = self.table.wanted.by
        if by:
            yield _sorting({"project": lambda: self.code, "lab": self.lab, "family": self.family}[by]())

    def _usual(self) -> Iterable[Array]:
        """What is open first, then by date."""
        return ~self.table.column("is_open"), _sorting(self.day())

    @cached_property
    def place(self) -> Array:
        """The place of each milestone among all by the code of their thing, and in its plan."""
        return self.code * 2**32 + self.table.column("position")

    @cached_property
    def code(self) -> Array:
        """The place of each milestone's thing among all by their codes."""
        return ranked(self.table.facts_of_things("code").tolist())[self.table.thing]

    def day(self) -> Array:
        """The actual day, else the promised one."""
        actual = self.table.column("actual")
        return np.where(actual != NONE, actual, self.table.column("promised"))

    def of_each(self, value: Callable[[int], Any]) -> Array:
        """The place of each milestone's thing by a value of it, which is asked for those that are there."""
        table = self.table
        found = np.full(table.first + len(table.labs), NONE, np.int64)
        found[table.there] = ranked([value(at) for at in table.there])
        return found[table.thing]

    def lab(self) -> Array:
        """By the code of the laboratory that leads."""
        return self.of_each(self.table.lead)

    def family(self) -> Array:
        """In the order of the vocabulary."""
        known = {family: n for n, family in enumerate(families())}
        return self.of_each(lambda at: known.get(self.table.family[at], _LAST))

    def stage(self) -> Array:
        """In the order of the vocabulary."""
        known = stages()
        stage = self.table.stage
        return self.of_each(lambda at: known[stage[at]].order if stage[at] in known else None)

    def party(self) -> Array:
        """By the name of the first party."""
        key, table = sort_key(), self.table

        def first(at: int) -> Any:
            there = [table.party[one] for one, _role in table.parties_of[at] if one in table.party]
            return key(name_of(there[0])) if there and name_of(there[0]) else None

        return self.of_each(first)

    def named(self, numbers: Array) -> Array:
        """By names, of which there are the numbers."""
        key = sort_key()

        def of(texts: Sequence[str]) -> Any:
            name = name_of(dict(zip(SCRIPTS, texts, strict=True)))
            return key(name) if name else None

        return self.table.names.ranks(numbers, of)

    def texts(self, found: Sequence[str]) -> Array:
        """By texts, one for each milestone; empty ones are no value."""
        key = sort_key()
        keys = {one: key(one) for one in set(found) if one}
        return ranked([keys.get(one) for one in found])

    def owner(self) -> Array:
        """By the owner's name, else by the role that answers for the thing."""
        table = self.table
        people, roles = table.called.people, table.of_things("owner_role").tolist()
        pairs = zip(table.column("owner").tolist(), table.thing.tolist(), strict=True)
        return self.texts([people.get(owner) or table.names.all[roles[thing]][0] for owner, thing in pairs])

    def note(self) -> Array:
        """By the notes, which no column has."""
        notes = notes_of(self.table.actor, self.table.as_of)
        return self.texts([notes.get(key, "") for key in self.table.column("id").tolist()])


_VALUES: Mapping[str, Callable[[Order], Iterable[Array]]] = {
    "project": lambda by: (by.place,),
    "name": lambda by: (by.named(by.table.of_things("name"))[by.table.thing],),
    "code": lambda by: (ranked(by.table.column("codes").tolist()),),
    "milestone": lambda by: (by.named(by.table.name),),
    "status": lambda by: (by.table.column("status"),),
    "baseline": lambda by: (by.table.column("baseline"),),
    "plan": lambda by: (by.table.column("plan"),),
    "forecast": lambda by: (by.table.column("forecast"),),
    "proposed": lambda by: (by.table.said("proposed"),),
    "actual": lambda by: (by.table.column("actual"),),
    "date": lambda by: (by.day(),),
    "slip": lambda by: (by.table.column("slip"),),
    "moved": lambda by: (by.table.moved if by.table.wanted.since else np.full(len(by.table.thing), NONE),),
    "moves": lambda by: (by.table.said("moves"),),
    "reason": lambda by: (by.table.names.ranks(by.table.said("reason"), lambda code: code[0]),),
    "note": lambda by: (by.note(),),
    "owner": lambda by: (by.owner(),),
    "lab": lambda by: (by.lab(),),
    "family": lambda by: (by.family(),),
    "party": lambda by: (by.party(),),
    "stage": lambda by: (by.stage(),),
    "gate": lambda by: (np.where(by.table.column("gate"), 0, NONE),),
    "told": lambda by: (by.table.column("confirmed"),),
}
