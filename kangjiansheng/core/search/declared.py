"""What features declare: which of their texts can be found, and who sees the things that hold them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Row, Select, bindparam

from kangjiansheng.core.changes import Actor

Rows = Select[*tuple[Any, ...]]
Found = Row[*tuple[Any, ...]]


def _values(row: Found) -> Iterable[str | None]:
    return row[1:]


@dataclass(frozen=True)
class Texts:
    """Texts of one sort: those under which things of a kind are found.

    `rows` gives the key of the thing and then its texts, which `say` may put into words. `thing` is where they
    are kept: the same name for all that is equally secret. A row of another table that holds such a text, or
    decides which text counts, stands in `also` with the way from it to the key of the thing.
    """

    thing: str
    part: str
    rows: Rows
    say: Callable[[Found], Iterable[str | None]] = _values
    sounds: bool = False
    also: Mapping[type, Callable[[Any], int | None]] = field(default_factory=dict)

    @cached_property
    def key(self) -> Any:
        """The column that holds the key of the thing."""
        return self.rows.column_descriptions[0]["expr"]

    @cached_property
    def ordered(self) -> Rows:
        """The rows in the order of the keys of their things."""
        return self.rows.order_by(self.key)

    @cached_property
    def some(self) -> Rows:
        """Those of the things whose keys are bound as `keys`."""
        return self.ordered.where(self.key.in_(bindparam("keys", expanding=True)))

    def sources(self) -> dict[type, Callable[[Any], int | None]]:
        """The mapped classes whose rows hold these texts, each with the way to the key of the thing."""
        first, *others = self.rows.column_descriptions
        name = first["expr"].key
        found = {first["entity"]: lambda row: getattr(row, name), **self.also}
        missing = {one["entity"] for one in others if one["entity"] is not None} - set(found)
        if missing:
            raise LookupError(
                f"the texts {self.thing}.{self.part} come from {missing} too: say in `also` how"
            )
        return found


class Wanted(Protocol):
    """What a search is for, as conditions of a query: for each word typed, the keys of things that hold it."""

    def every(self, holds: Callable[["Holding"], ColumnElement[bool]]) -> ColumnElement[bool]:
        """The condition that something holds for every word."""

    def some(self, holds: Callable[["Holding"], ColumnElement[bool]]) -> ColumnElement[bool]:
        """The condition that something holds for one word at least."""

    def own(self, query: Rows, key: Any, thing: str) -> Rows:
        """The query narrowed to things whose own texts hold every word: for a kind with a sieve, which has one thing."""


Holding = Callable[[str], Select[int]]
"""For one word: the name of a thing → the keys of the things of that name whose texts hold it."""

Filter = Callable[[str, Actor], ColumnElement[bool]]
Sieve = Callable[[Actor], Rows | None]


@dataclass(frozen=True)
class Kind:
    """A kind of thing that is found, and the one query through which it is: `hits` goes by the door of its floor.

    `hits` selects the columns of `HIT` that it has, each under its name. A filter that a kind has none of leaves
    nothing of that kind. `inside` names the parts that only those see for whom `hits` says so.

    A kind of which there are very many has a `sieve`: the keys of all that the actor sees, and maybe of more, the
    door stands behind it. Where it leaves few, these are looked through, rather than all that hold a word anywhere;
    None for those who see nearly everything.
    """

    name: str
    texts: Sequence[Texts]
    hits: Callable[[Wanted, Actor], Rows]
    href: Callable[[Any], str]
    code: Callable[[Any], str] = lambda hit: str(hit.key)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sieve: Sieve | None = None

    @property
    def things(self) -> list[str]:
        """Where its texts are kept."""
        return list(dict.fromkeys(one.thing for one in self.texts))

    @property
    def loud(self) -> bool:
        """Whether its names are found by their sound too."""
        return any(one.sounds for one in self.texts)


kinds: list[Kind] = []
"""Filled by the roof, in the order in which a page shows them."""


def declared() -> list[Texts]:
    """All texts that can be found."""
    return [one for kind in kinds for one in kind.texts]
