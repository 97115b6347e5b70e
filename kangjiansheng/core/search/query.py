"""The query: everything of every kind that one person may see and that holds each word typed, and where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select, text

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, is_sqlite
from kangjiansheng.core.search import sounds
from kangjiansheng.core.search.declared import Found, Kind, kinds
from kangjiansheng.core.search.index import SearchDocument
from kangjiansheng.core.search.statement import statement, values
from kangjiansheng.core.search.tokens import HIDDEN, Word, code_of, merged, places, query

MOST = 100  # hits of a kind; that there are more is said


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


def find(asked: Asked, *, actor: Actor, most: int = MOST) -> dict[str, list[Found]]:
    """What the actor may see, by kind, at most `most` + 1 of each: the last one only says that there are more."""
    words = asked.words
    if not words:
        return {}
    narrow = tuple(asked.narrow.items())
    asking = statement(actor.roles, clock.today(), len(words), narrow, most, sqlite=is_sqlite())
    if not is_sqlite():  # else it is planned anew for each search, which takes longer than to run it (0105)
        db.session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    found: dict[str, list[Found]] = {}
    for row in db.session.execute(asking, values(actor, words)) if asking is not None else ():
        found.setdefault(row.kind, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row.day is None, -row.day.toordinal() if row.day else 0, row.id))
    return {kind.name: found[kind.name] for kind in kinds if kind.name in found}


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
    for document in _documents(places):
        name, row = places[document.thing, document.thing_id]
        texts.setdefault((name, row.id), []).append((document.part, document.text))
    return {
        name: [
            Hit(by_name[name], row, *_best(by_name[name], texts.get((name, row.id), ()), words))
            for row in rows
        ]
        for name, rows in found.items()
    }


def _documents(places: Iterable[tuple[str, int]]) -> Sequence[Found]:
    wanted: dict[str, list[int]] = {}
    for thing, number in places:
        wanted.setdefault(thing, []).append(number)
    if not wanted:
        return ()
    place = (SearchDocument.thing, SearchDocument.thing_id)
    query = select(SearchDocument.id, *place, SearchDocument.part, SearchDocument.text)
    # Thing by thing, and put in order here: so that SQLite looks these rows up rather than reads through all.
    each = (and_(place[0] == thing, place[1].in_(numbers)) for thing, numbers in wanted.items())
    return sorted(db.session.execute(query.where(or_(*each))), key=lambda row: row.id)


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
