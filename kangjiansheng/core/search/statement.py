"""The one statement of a search: everything of every kind that a person may see and that holds each word typed.

Neither who asks nor what is asked for stands in it, but as a parameter: it depends on the roles of the reader, the
number of the words and what narrows the search. So it is put together once, not for each search, and an engine
that keeps the plans of statements keeps this one. Nor does it depend on what it finds: what cannot be seen costs
the same whether it is there or not.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.doors import asked_once
from kangjiansheng.core.in_turn import in_turn
from kangjiansheng.core.search.declared import Holding, Kind, Rows, kinds
from kangjiansheng.core.search.index import GRAMS, ids_of, keys, marker, span, words_of
from kangjiansheng.core.search.tokens import Word

Narrow = tuple[tuple[str, str], ...]

FEW = 3000  # things of a kind that are looked through one by one, rather than all that hold a word anywhere

# What a kind may tell of a hit, with the value when it does not.
HIT: dict[str, ColumnElement[Any]] = {
    "id": cast(null(), Integer),
    "key": literal("", String),  # what stands in its address
    "sub": literal("", String),  # what stands in its address below that
    "hans": literal("", String),
    "hant": literal("", String),
    "en": literal("", String),
    "day": cast(null(), Date),
    "project": literal("", String),  # the code of the project that it belongs to
    "illustrative": literal(False, Boolean),
    "inside": literal(True, Boolean),  # whether the parts that are not open to everybody may be shown
}


@in_turn
@lru_cache(maxsize=32)
def statement(
    roles: frozenset[str], day: date, words: int, narrow: Narrow, most: int, *, sqlite: bool
) -> CompoundSelect[Any] | None:
    """The statement for whoever holds these roles on this day: at most `most` + 1 hits of each kind. `values` gives
    what it asks for. None when what narrows the search leaves no kind."""
    reader: Any = bindparam("reader", type_=Integer)
    actor = Actor(reader, "", roles)
    wanted: _Words = OnSQLite(words) if sqlite else OnPostgreSQL(words, actor)
    with asked_once():
        parts = [
            _of_kind(kind, dict(narrow), wanted, actor, most)
            for kind in kinds
            if set(dict(narrow)) <= set(kind.filters)
        ]
    return union_all(*parts) if parts else None


def values(actor: Actor, words: list[Word]) -> dict[str, Any]:
    """Who asks, and what for."""
    given: dict[str, Any] = {"reader": actor.id}
    for number, word in enumerate(words):
        if is_sqlite():
            given[_name(number)] = for_sqlite(word)
        else:
            given |= {_name(number, things): for_postgresql(things, word) for things in _together().values()}
    return given


def _of_kind(kind: Kind, narrow: Mapping[str, str], wanted: "_Words", actor: Actor, most: int) -> Rows:
    hits = kind.hits(wanted, actor)
    for name, value in narrow.items():
        hits = hits.where(kind.filters[name](value, actor))
    given = {one["name"]: one["expr"] for one in hits.column_descriptions}
    columns = [given.get(name, usual).label(name) for name, usual in HIT.items()]
    # What has a day is cut by when it was written, for which the engine has an order at hand, and sorted by day later.
    order = given["id"].desc() if "day" in given else given["id"]
    cut = wanted.in_order(kind, hits.with_only_columns(*columns, maintain_column_froms=True), order)
    inner = cut.limit(most + 1).subquery()
    return select(literal(kind.name, String).label("kind"), *inner.c)


class _Words(ABC):
    """The words of a search by their numbers, and how the index of this engine is asked for them."""

    def __init__(self, count: int) -> None:
        self.numbers = range(count)

    def every(self, holds: Callable[[Holding], ColumnElement[bool]]) -> ColumnElement[bool]:
        return and_(*(holds(self.holding(number)) for number in self.numbers))

    def some(self, holds: Callable[[Holding], ColumnElement[bool]]) -> ColumnElement[bool]:
        return or_(*(holds(self.holding(number)) for number in self.numbers))

    def own(self, query: Rows, key: Any, thing: str) -> Rows:
        return query.where(self.every(lambda holding: key.in_(holding(thing))))

    def in_order(self, kind: Kind, hits: Rows, order: Any) -> Rows:
        """The hits of a kind in their order, of which the first will do."""
        return hits.order_by(order)

    def holding(self, number: int) -> Holding:
        """What holds the word of a number."""
        return lambda thing: self._holds(thing, number)

    @abstractmethod
    def _holds(self, thing: str, number: int) -> Select[int]:
        """The keys of what holds the word of a number."""


class OnSQLite(_Words):
    """Each thing is asked for by itself: FTS5 reads no more of its lists than lies between two ids."""

    def _holds(self, thing: str, number: int) -> Select[int]:
        ids, _words = words_of(db.session())
        first, last = span(thing)
        matches = literal_column(GRAMS).op("MATCH")(bindparam(_name(number), type_=String))
        return select(keys(ids).label("key")).where(matches, ids >= first, ids <= last)


class OnPostgreSQL(_Words):
    """What holds a word is asked of the index once, however often it is compared with: left to itself PostgreSQL may
    ask again for each row. Of kinds of which there are many, hits are looked up one after another until there are
    enough: it knows too little of words to see that this is cheaper than joining all."""

    def __init__(self, count: int, actor: Actor) -> None:
        super().__init__(count)
        self.actor = actor
        self.asked: dict[str, CTE] = {}
        self.near: dict[str, CTE] = {}
        self.latest: dict[str, Subquery] = {}

    def own(self, query: Rows, key: Any, thing: str) -> Rows:
        latest = self._latest(thing)
        return query.where(key == latest.c.key).correlate(latest)

    def in_order(self, kind: Kind, hits: Rows, order: Any) -> Rows:
        if not kind.sieve:
            return super().in_order(kind, hits, order)
        latest, each = self._latest(kind.things[0]), hits.offset(0).lateral()
        return select(*each.c).select_from(latest.join(each, true())).order_by(latest.c.key.desc())

    def _latest(self, thing: str) -> Subquery:
        """The keys of the things whose own texts hold every word, those written last first."""
        if thing not in self.latest:
            first, *others = (self._holds(thing, number) for number in self.numbers)
            (found,) = first.selected_columns
            all_of_them = first.where(*(found.in_(other) for other in others))
            self.latest[thing] = all_of_them.distinct().order_by(found.desc()).subquery()
        return self.latest[thing]

    def _holds(self, thing: str, number: int) -> Select[int]:
        together = _together()[thing]
        name = _name(number, together)
        if name not in self.asked:
            found = self._found(thing, cast(bindparam(name, type_=String), TSQUERY))
            self.asked[name] = found.cte(f"found_{len(self.asked)}").prefix_with("MATERIALIZED")
        ids = self.asked[name].c.id
        holds, (first, last) = select(keys(ids).label("key")), span(thing)
        return holds if len(together) == 1 else holds.where(ids >= first, ids <= last)

    def _found(self, thing: str, word: Any) -> Rows | CompoundSelect[Any]:
        """The ids of the rows that hold a word: of those near the reader when these are few, else of all."""
        ids, words = words_of(db.session())
        everywhere = select(ids.label("id")).where(words.op("@@")(word))
        near = self._near(thing)
        if near is None:
            return everywhere
        first, last = ids_of(thing, cast(near.c[0], BigInteger))
        # `offset` keeps PostgreSQL from asking its index for the word first.
        own = select(ids.label("id"), words).where(ids >= first, ids <= last).offset(0).lateral()
        few = select(func.count()).select_from(near).scalar_subquery() <= literal_column(str(FEW))
        among = select(own.c.id).select_from(near.join(own, true())).where(own.c.grams.op("@@")(word), few)
        return union_all(among, everywhere.where(~few))

    def _near(self, thing: str) -> CTE | None:
        """The first of the things that the reader might see; None for who sees nearly all, or where there are few."""
        if thing not in self.near:
            sieve = next(kind.sieve for kind in kinds if thing in kind.things)
            possible = sieve(self.actor) if sieve else None
            if possible is None:
                return None
            # The number stands in the statement, so that its plan serves whatever is asked for.
            some = possible.limit(literal_column(str(FEW + 1)))
            self.near[thing] = some.cte(f"near_{len(self.near)}").prefix_with("MATERIALIZED")
        return self.near[thing]


@cache
def _together() -> dict[str, tuple[str, ...]]:
    """Each thing, with those for whose rows PostgreSQL is asked in one go. All that begins with "的" is as dear to
    find among few rows as among many: what there is little of is looked for together."""
    alone = {thing for kind in kinds if kind.sieve for thing in kind.things}
    others = tuple({thing: None for kind in kinds for thing in kind.things if thing not in alone})
    return {**dict.fromkeys(others, others), **{thing: (thing,) for thing in alone}}


def _name(number: int, things: tuple[str, ...] = ()) -> str:
    return f"word_{number}" + (f"_{things[0]}" if len(things) == 1 else "")


def for_sqlite(word: Word) -> str:
    """A word as FTS5 asks for it. Tokens hold letters and digits only: nothing needs to be escaped."""
    return " OR ".join(f'"{" ".join(one.tokens)}"' + (" *" if one.open else "") for one in word)


def for_postgresql(things: Iterable[str], word: Word) -> str:
    """The same as a tsquery, with the tokens that all rows of these things have: GIN intersects its lists."""
    phrases = (" <-> ".join(f"'{one}'" for one in phrase.tokens) + ":*" * phrase.open for phrase in word)
    markers = (f"'{marker(thing)}'" for thing in things)
    return f"({' | '.join(markers)}) & ({' | '.join(f'({one})' for one in phrases)})"
