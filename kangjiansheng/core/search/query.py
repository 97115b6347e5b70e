"""The query: everything of every kind that one person may see and that holds each word typed, in one statement.

Each kind goes by the door of its floor. What cannot be seen is not counted, and costs the same whether it is
there or not: the statement does not depend on what it finds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    cast,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.search import sounds
from kangjiansheng.core.search.declared import Found, Holding, Kind, Rows, kinds
from kangjiansheng.core.search.index import GRAMS, SearchDocument, keys, marker, span, words_of
from kangjiansheng.core.search.tokens import HIDDEN, Word, code_of, merged, places, query

MOST = 100  # hits of a kind; that there are more is said

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


@dataclass(frozen=True)
class Asked:
    """A search: the words as typed, and what narrows it (`project`, `lab`, `committee`, `year`), by value."""

    typed: str
    narrow: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[Word]:
        """The words that say something."""
        return query(self.typed)


@dataclass(frozen=True)
class Hit:
    """One thing found: where it lies, what it is called, and the text in which the words stand."""

    kind: Kind
    row: Found
    part: str = ""
    line: str = ""

    @property
    def href(self) -> str:
        """Its address."""
        return self.kind.href(self.row)

    @property
    def code(self) -> str:
        """The code under which people know it."""
        return self.kind.code(self.row)

    @property
    def names(self) -> dict[str, str]:
        """Its name in up to three scripts."""
        return {"hans": self.row.hans, "hant": self.row.hant, "en": self.row.en}


class _Words:
    """The words of one search. What holds a word is asked of the index once, however often it is compared with."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.asked: dict[tuple[str, int], Select[int]] = {}

    def every(self, holds: Callable[[Holding], ColumnElement[bool]]) -> ColumnElement[bool]:
        return and_(*(holds(self._holding(number)) for number in range(len(self.words))))

    def some(self, holds: Callable[[Holding], ColumnElement[bool]]) -> ColumnElement[bool]:
        return or_(*(holds(self._holding(number)) for number in range(len(self.words))))

    def _holding(self, number: int) -> Holding:
        return lambda thing: self._holds(thing, number)

    def _holds(self, thing: str, number: int) -> Select[int]:
        found = _holds(thing, self.words[number])
        if is_sqlite():
            return found
        if (thing, number) not in self.asked:
            # Left to itself PostgreSQL may ask its index again for each row that it compares.
            once = found.cte(f"found_{len(self.asked)}").prefix_with("MATERIALIZED")
            self.asked[thing, number] = select(once.c.key)
        return self.asked[thing, number]


def _holds(thing: str, word: Word) -> Select[int]:
    """The keys of the things whose rows hold a word, in the words of the engine."""
    ids, words = words_of(db.session())
    if is_sqlite():
        first, last = span(thing)  # FTS5 reads no more of its lists than lies between
        matches = literal_column(GRAMS).op("MATCH")(for_sqlite(word))
        holds = and_(matches, ids >= first, ids <= last)
    else:
        holds = words.op("@@")(cast(literal(for_postgresql(thing, word), String), TSQUERY))
    return select(keys(ids).label("key")).where(holds)


def for_sqlite(word: Word) -> str:
    """A word as FTS5 asks for it. Tokens hold letters and digits only: nothing needs to be escaped."""
    return " OR ".join(f'"{" ".join(one.tokens)}"' + (" *" if one.open else "") for one in word)


def for_postgresql(thing: str, word: Word) -> str:
    """The same as a tsquery, with the token that all rows of a thing have: GIN intersects its lists."""
    phrases = (" <-> ".join(f"'{one}'" for one in phrase.tokens) + ":*" * phrase.open for phrase in word)
    return f"'{marker(thing)}' & ({' | '.join(f'({one})' for one in phrases)})"


def find(asked: Asked, *, actor: Actor, most: int = MOST) -> dict[str, list[Found]]:
    """What the actor may see, by kind, at most `most` + 1 of each: the last one only says that there are more."""
    words = asked.words
    if not words:
        return {}
    wanted = _Words(words)
    parts = [part for kind in kinds if (part := _of_kind(kind, asked, wanted, actor, most)) is not None]
    found: dict[str, list[Found]] = {}
    if parts:
        for row in db.session.execute(union_all(*parts)):
            found.setdefault(row.kind, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row.day is None, -row.day.toordinal() if row.day else 0, row.id))
    return {kind.name: found[kind.name] for kind in kinds if kind.name in found}


def _of_kind(kind: Kind, asked: Asked, wanted: _Words, actor: Actor, most: int) -> Rows | None:
    if not set(asked.narrow) <= set(kind.filters):
        return None
    hits = kind.hits(wanted, actor)
    for name, value in asked.narrow.items():
        hits = hits.where(kind.filters[name](value, actor))
    given = {one["name"]: one["expr"] for one in hits.column_descriptions}
    columns = [given.get(name, usual).label(name) for name, usual in HIT.items()]
    # What has a day is cut by when it was written, for which the engine has an order at hand, and sorted by day later.
    order = given["id"].desc() if "day" in given else given["id"]
    limited = hits.with_only_columns(*columns, maintain_column_froms=True)
    inner = limited.order_by(order).limit(most + 1).subquery()
    return select(literal(kind.name, String).label("kind"), *inner.c)


def with_lines(found: Mapping[str, Sequence[Found]], words: Sequence[Word]) -> dict[str, list[Hit]]:
    """The hits of all kinds with the text in which the words stand; one statement, whatever their number."""
    by_name = {kind.name: kind for kind in kinds}
    places = {
        (thing, row.id): (name, row)
        for name, rows in found.items()
        for row in rows
        for thing in by_name[name].things
        if row.inside or not thing.endswith(".inside")
    }
    texts: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for document in _documents(list(places)):
        name, row = places[document.thing, document.thing_id]
        texts.setdefault((name, row.id), []).append((document.part, document.text))
    return {
        name: [
            Hit(by_name[name], row, *_best(by_name[name], texts.get((name, row.id), ()), words))
            for row in rows
        ]
        for name, rows in found.items()
    }


def _documents(places: list[tuple[str, int]]) -> Sequence[Found]:
    if not places:
        return ()
    at = tuple_(SearchDocument.thing, SearchDocument.thing_id)
    columns = (SearchDocument.thing, SearchDocument.thing_id, SearchDocument.part, SearchDocument.text)
    return db.session.execute(select(*columns).where(at.in_(places)).order_by(SearchDocument.id)).all()


def _best(kind: Kind, texts: Sequence[tuple[str, str]], words: Sequence[Word]) -> tuple[str, str]:
    """The text that holds the most of the words, and which part of the thing it is."""
    scored = [
        (sum(bool(marks(text, [word], loud=kind.loud)) for word in words), part, text) for part, text in texts
    ]
    best = max(scored, key=lambda one: one[0], default=(0, "", ""))
    return (best[1], best[2]) if best[0] else ("", "")


def marks(text: str, words: Sequence[Word], *, loud: bool) -> list[tuple[int, int]]:
    """Where the words stand in a text; with `loud` also where they sound."""
    found = places(text, words)
    if loud:
        for letters in {phrase.tokens[0] for word in words for phrase in word if phrase.open}:
            if letters.startswith(HIDDEN):
                found += sounds.places(text, letters.removeprefix(HIDDEN))
    return merged(found)


def exact(found: Mapping[str, Sequence[Found]], typed: str) -> Hit | None:
    """The one hit whose code is what was typed, whatever its hyphens, zeros and width; None when there are two."""
    wanted = code_of(typed)
    by_name = {kind.name: kind for kind in kinds}
    hits = [Hit(by_name[name], row) for name, rows in found.items() for row in rows]
    same = [hit for hit in hits if wanted and code_of(hit.code) == wanted]
    return same[0] if len(same) == 1 else None
