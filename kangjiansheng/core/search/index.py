"""The index: one row for each text that can be found, kept in the transaction that changes the text.

Nobody has to remember it. The session reports each row that it writes; before the commit the texts of those rows
are read again and what differs is written. A statement that writes past the session is refused, unless it says
that it changes no text that is found (`NO_TEXT`).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from itertools import groupby, islice
from typing import Any
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    Index,
    Integer,
    Text,
    UpdateBase,
    bindparam,
    cast,
    column,
    delete,
    event,
    insert,
    inspect,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column
from sqlalchemy.sql.visitors import iterate

from kangjiansheng.core.db import Base, Word, db, is_sqlite, writes_past
from kangjiansheng.core.search import sounds, tokens
from kangjiansheng.core.search.declared import declared

LOCK = 0x6B6A74  # advisory lock of those who write the index on PostgreSQL
NO_TEXT = {"changes_no_text": True}
MOST = 250  # tokens of a row, or one more where it is cut: PostgreSQL keeps no more than 255 places of a word
SHARED = (
    tokens.MOST_LETTERS
)  # tokens that two rows of one text share, so that each phrase lies in one of them
RULES = 1  # goes up when texts become other tokens
AT_ONCE = 5000
_STATE, _NEW = "search", "search_new"


class SearchDocument(Base):
    """A text that can be found, as it is shown; who sees it is asked of the feature at each search."""

    __tablename__ = "search_document"
    __table_args__ = (Index("ix_search_document_thing", "thing", "thing_id"),)

    # Says of which thing, part and piece it is: a search needs the keys of things alone, and reads no row for them.
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    thing: Mapped[str] = mapped_column(Word)
    thing_id: Mapped[int]
    part: Mapped[str] = mapped_column(Word)
    piece: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)


# The words of each row: a table of FTS5 on SQLite, a tsvector with its GIN index on PostgreSQL. Alembic does
# not know either; `include_name` in migrations/env.py passes them over.
GRAMS = "search_gram"
TABLES = {
    "sqlite": [
        f"CREATE VIRTUAL TABLE {GRAMS} USING fts5(grams, tokenize='ascii', columnsize=0, prefix='1 2 3')"
    ],
    "postgresql": [
        f"CREATE TABLE {GRAMS} (document_id BIGINT PRIMARY KEY REFERENCES search_document (id) ON DELETE CASCADE, "
        "grams TSVECTOR NOT NULL)",
        f"CREATE INDEX ix_{GRAMS}_grams ON {GRAMS} USING gin (grams) WITH (fastupdate = off)",
    ],
}

Place = tuple[str, int, str, int]  # thing, thing_id, part, piece
PIECES = 4096  # of one part of a thing; what is beyond is not found
_BELOW, _KEY = 16, 0xFFFFFFFF  # bits of part and piece; of the key of the thing


@cache
def _parts() -> dict[tuple[str, str], int]:
    """Each thing and part with the bits that stand for them: 15 for the thing, and below the key 4 for the part."""
    found: dict[tuple[str, str], int] = {}
    for thing in dict.fromkeys(one.thing for one in declared()):
        first = (crc32(thing.encode()) & 0x7FFF) << 48
        parts = dict.fromkeys(one.part for one in declared() if one.thing == thing)
        if len(parts) > 16 or first in {bits >> 48 << 48 for bits in found.values()}:
            raise LookupError(f"{thing} cannot be told from others in the index: call it by another name")
        found |= {(thing, part): first | at * PIECES for at, part in enumerate(parts)}
    return found


def number(place: Place) -> int:
    """The id of the row at a place."""
    thing, key, part, piece = place
    return _parts()[thing, part] | key << _BELOW | piece


def span(thing: str) -> tuple[int, int]:
    """The first and the last id that a row of a thing can have."""
    first = next(bits for (name, _part), bits in _parts().items() if name == thing) >> 48 << 48
    return first, first | (1 << 48) - 1


def keys(ids: Any) -> Any:
    """The keys of things, from the ids of rows."""
    return ids.op(">>")(_BELOW).op("&")(literal_column(str(_KEY)))


def ids_of(thing: str, key: Any) -> tuple[Any, Any]:
    """The first and the last id that a row of one thing can have, from its key in a statement."""
    first, _last = span(thing)
    begins = key * (1 << _BELOW) + first
    return begins, begins + ((1 << _BELOW) - 1)


def marker(thing: str) -> str:
    """The token that every row of a thing has: a search for one kind never reads the rows of the others."""
    return "‡" + "".join(filter(str.isalnum, thing))


@cache
def _sources() -> dict[type, list[tuple[tuple[str, str], Any, frozenset[str]]]]:
    """For each mapped class the texts that its rows hold: where these are kept, the way to the key of the thing, and the
    names of all columns on which they rest."""
    found: dict[type, list[tuple[tuple[str, str], Any, frozenset[str]]]] = defaultdict(list)
    for one in declared():
        names = frozenset(str(part.key) for part in iterate(one.rows) if isinstance(part, ColumnClause))
        for kind, key in one.sources().items():
            found[kind].append(((one.thing, one.part), key, names))
    return dict(found)


@cache
def _tables() -> dict[Any, type]:
    return {inspect(kind).local_table: kind for kind in _sources()}


@cache
def _own(kind: type) -> tuple[str, ...]:
    """The things whose keys are those of a mapped class."""
    key: str = inspect(kind).primary_key[0].key
    mine = (one.thing for one in declared() if one.key.class_ is kind and one.key.key == key)
    return tuple(dict.fromkeys(mine))


@event.listens_for(Session, "after_flush")
def _see(session: Session, _context: Any) -> None:
    """Remember the texts that a flush may have changed: of a row that was there before, those that rest on a column of
    which it has another value; else all of the thing."""
    sources = _sources()
    rows: list[tuple[Any, set[str] | None]] = [(row, None) for row in (*session.new, *session.deleted)]
    rows += [(row, _changed(row)) for row in session.dirty if type(row) in sources]
    for row, changed in rows:
        for (thing, part), key, names in sources.get(type(row), ()):
            if (changed is None or changed & names) and (number := key(row)) is not None:
                _touched(session, thing, [number], None if changed is None else part)


def _changed(row: Any) -> set[str] | None:
    """The names of the columns of which a row was given another value; None when what belongs to it changed too."""
    state = inspect(row)
    columns = state.mapper.column_attrs
    if not all(name in columns for name in state.committed_state):
        return None
    given = [columns[name] for name in state.committed_state if state.attrs[name].history.has_changes()]
    return {column.key for one in given for column in one.columns}


def _see_statement(session: Session, statement: UpdateBase, options: Mapping[str, Any]) -> None:
    """Remember the things of new rows that a statement writes past the session; refuse it otherwise."""
    kind = _tables().get(statement.table)
    if kind is None or options.get("changes_no_text"):
        return
    if not statement.is_insert or len(_own(kind)) != len(
        {place[0] for place, _key, _names in _sources()[kind]}
    ):
        raise RuntimeError(
            f"a statement writes {kind.__name__} past the session: change objects, or say NO_TEXT"
        )
    session.info.setdefault(_NEW, set()).add(kind)


writes_past.append(_see_statement)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:  # a savepoint alone: what was changed before it still is
        return
    session.info.pop(_STATE, None)
    session.info.pop(_NEW, None)


def touch(thing: str, keys: Iterable[int]) -> None:
    """Say of things that their texts have changed, for a statement that wrote past the session."""
    _touched(db.session(), thing, keys)


def _touched(session: Session, thing: str, keys: Iterable[int], part: str | None = None) -> None:
    some, state = set(keys), session.info.setdefault(_STATE, defaultdict(set))
    for place in [(thing, part)] if part else [place for place in _parts() if place[0] == thing]:
        state[place] |= some


def keep(session: Session) -> None:
    """Bring the index up to what this transaction has written. Called by the one commit."""
    session.flush()
    new: set[type] = session.info.pop(_NEW, set())
    if new or _STATE in session.info:
        _lock(session)
    for kind in new:
        for thing in _own(kind):
            _touched(session, thing, session.scalars(_unknown(kind, thing)))
    touched: dict[tuple[str, str], set[int]] = session.info.pop(_STATE, {})
    alike: dict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    for (thing, part), keys in touched.items():
        alike[thing, tuple(sorted(keys))].append(part)
    for (thing, numbers), parts in sorted(alike.items()):
        for some in _batches(numbers):
            _renew(session, thing, parts, some)


def _batches(found: Iterable[Any]) -> Iterator[list[Any]]:
    each = iter(found)
    while some := list(islice(each, AT_ONCE)):
        yield some


def _unknown(kind: type, thing: str) -> Any:
    """The keys of rows of which the index has nothing."""
    key: Any = inspect(kind).primary_key[0]
    known = select(SearchDocument.thing_id).where(SearchDocument.thing == thing)
    return select(key).where(key.not_in(known))


def _lock(session: Session) -> None:
    """One writer at a time, who then reads what those before have committed."""
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _renew(session: Session, thing: str, parts: list[str], keys: list[int]) -> None:
    found = session.execute(_kept(), {"thing": thing, "keys": keys})
    kept = {(*row[1:5],): (row.id, row.text) for row in found if row.part in parts}
    wanted = {place: (words, loud) for place, words, loud in _documents(session, thing, parts, keys)}
    same = {place for place, (_id, words) in kept.items() if place in wanted and wanted[place][0] == words}
    _remove(session, [number for place, (number, _words) in kept.items() if place not in same])
    _write(session, [(place, *wanted[place]) for place in wanted if place not in same])


_PLACE = (SearchDocument.thing, SearchDocument.thing_id, SearchDocument.part, SearchDocument.piece)


@cache
def _kept() -> Any:
    query = select(SearchDocument.id, *_PLACE, SearchDocument.text)
    keys: Any = bindparam("keys", expanding=True)
    return query.where(SearchDocument.thing == bindparam("thing"), SearchDocument.thing_id.in_(keys))


def _documents(
    session: Session, thing: str, parts: Collection[str] | None = None, keys: list[int] | None = None
) -> Iterator[tuple[Place, str, bool]]:
    """The rows that the index should hold, from the texts themselves."""
    for one in (texts for texts in declared() if texts.thing == thing and (not parts or texts.part in parts)):
        found = session.execute(one.ordered) if keys is None else session.execute(one.some, {"keys": keys})
        for key, rows in groupby(found, key=lambda row: row[0]):
            said = dict.fromkeys(words for row in rows for words in one.say(row) if words)
            pieces = sorted(piece for words in said for piece in cut(words))[:PIECES]
            yield from (
                ((thing, key, one.part, number), piece, one.sounds) for number, piece in enumerate(pieces)
            )


def cut(words: str) -> list[str]:
    """A text in pieces that a row can hold; nearly always it is one."""
    found = tokens.tokens(words)
    if len(found) <= MOST:
        return [words] if found else []
    return [
        words[found[at].start : found[min(at + MOST, len(found)) - 1].end]
        for at in range(0, len(found) - SHARED, MOST - SHARED)
    ]


def grams(thing: str, words: str, *, loud: bool) -> list[str]:
    """The tokens under which a row is found, in their order."""
    more = tokens.hidden(words) + (sounds.hidden(words) if loud else [])
    return [marker(thing), *(token.word for token in tokens.tokens(words)), *more]


def _write(session: Session, rows: list[tuple[Place, str, bool]]) -> None:
    if not rows:
        return
    names = ("id", "thing", "thing_id", "part", "piece", "text")
    values = [dict(zip(names, (number(place), *place, words), strict=True)) for place, words, _loud in rows]
    documents: Any = SearchDocument.__table__
    session.execute(insert(documents), values)
    found = [grams(place[0], words, loud=loud) for place, words, loud in rows]
    if is_sqlite(session):
        statement, form = f"INSERT INTO {GRAMS} (rowid, grams) VALUES (:id, :grams)", sequence
    else:
        statement = f"INSERT INTO {GRAMS} (document_id, grams) VALUES (:id, CAST(:grams AS tsvector))"
        form = vector
    session.execute(
        text(statement),
        [{"id": row["id"], "grams": form(one)} for row, one in zip(values, found, strict=True)],
    )


def sequence(found: list[str]) -> str:
    """Tokens as FTS5 reads them: its tokenizer parts them at the blanks."""
    return " ".join(found)


def vector(found: list[str]) -> str:
    """Tokens as PostgreSQL reads a tsvector: its own parser has no part in it."""
    return " ".join(f"'{word}':{place}" for place, word in enumerate(found, 1))


def _remove(session: Session, ids: list[int]) -> None:
    for some in _batches(ids):
        if is_sqlite(session):
            statement = text(f"DELETE FROM {GRAMS} WHERE rowid IN :some")
            session.execute(statement.bindparams(bindparam("some", expanding=True)), {"some": some})
        session.execute(delete(SearchDocument).where(SearchDocument.id.in_(some)))


def rebuild() -> int:
    """Make the whole index anew from the texts; returns how many rows it holds."""
    session = db.session()
    session.flush()
    session.info.pop(_STATE, None)
    _lock(session)
    session.execute(text(f"DELETE FROM {GRAMS}"))
    session.execute(delete(SearchDocument))
    count = 0
    for thing in dict.fromkeys(one.thing for one in declared()):
        for rows in _batches(_documents(session, thing)):
            _write(session, rows)
            count += len(rows)
    session.add(SearchDocument(id=0, thing="", thing_id=0, part="rules", piece=0, text=_rules()))
    return count


def _rules() -> str:
    """By which rules texts become tokens here: those of this program and of what it uses."""
    used = (f"{name} {version(name)}" for name in ("OpenCC", "pypinyin"))
    parts = f"parts {crc32(repr(_parts()).encode())}"
    return " ".join((str(RULES), parts, "unicode", unicodedata.unidata_version, *used))


def is_current() -> bool:
    """False when the index was never made, or by other rules."""
    query = select(SearchDocument.text).where(SearchDocument.thing == "", SearchDocument.part == "rules")
    return db.session.scalar(query) == _rules()


def differences() -> list[str]:
    """Where the index is not what the texts say, by place. Empty when it is whole."""
    session = db.session()
    kept = {place: words for place, (words, _grams) in contents(session).items()}
    wanted = {
        place: words
        for thing in dict.fromkeys(one.thing for one in declared())
        for place, words, _loud in _documents(session, thing)
    }
    found = [place for place in kept.keys() | wanted.keys() if kept.get(place) != wanted.get(place)]
    return [f"{thing} {key} {part} {piece}" for thing, key, part, piece in sorted(found)]


def contents(session: Session) -> dict[Place, tuple[str, str]]:
    """All rows of the index that have their words: the text and the words, by place."""
    key, found = words_of(session)
    query = select(*_PLACE, SearchDocument.text, cast(found, Text)).join(key.table, key == SearchDocument.id)
    query = query.where(SearchDocument.thing != "")
    return {(*row[:4],): (row[4], row[5]) for row in session.execute(query)}


def words_of(session: Session) -> tuple[Any, Any]:
    """The columns of the words of this engine: the key of the row of the index, and the words."""
    if is_sqlite(session):
        return (made := table(GRAMS, column("rowid"), column("grams"))).c.rowid, made.c.grams
    return (
        made := table(GRAMS, column("document_id"), column("grams", TSVECTOR))
    ).c.document_id, made.c.grams
