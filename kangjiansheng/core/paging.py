"""A list in pages, and in pieces for programs; of a list that the database holds only those rows are read."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.kept import figure

PER_PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page of a list: its items, its number (from 1), how many pages and items there are in all; of a list that was
    read page by page, whether anything in it is illustrative, on whichever page."""

    items: Sequence[Any]
    page: int
    pages: int
    total: int
    illustrative: bool = False


def cut(items: Sequence[Any], asked: str | None, *, size: int = PER_PAGE) -> Page:
    """The page that an address asks for; the nearest one when there is no such page."""
    pages = max(-(-len(items) // size), 1)
    number = int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    number = min(max(number, 1), pages)
    return Page(items[(number - 1) * size : number * size], number, pages, len(items))


def read(query: Select[Any], asked: str | None, *, size: int = PER_PAGE) -> Page:
    """The same of the things that a query gives, which may be illustrative: they are counted, and only those of the page
    are read."""
    every = query.order_by(None).subquery()
    shown = func.coalesce(func.sum(case((every.c.illustrative, 1), else_=0)), 0)
    total, illustrative = db.session.execute(select(func.count(), shown).select_from(every)).one()
    found = cut(range(total), asked, size=size)
    rows = db.session.scalars(query.offset((found.page - 1) * size).limit(size))
    return replace(found, items=list(rows), illustrative=bool(illustrative))


@dataclass(frozen=True)
class Piece:
    """A piece of a list: its items, the place behind the last one, whether more follow, how many items the whole list
    has."""

    items: Sequence[Any]
    end: int
    more: bool
    total: int


Part = TypeVar("Part", Page, Piece)  # what is read of a list


@dataclass(frozen=True)
class Behind:
    """Where a piece of a list begins: behind the row of a key, or at a place when that row is gone; and its length."""

    limit: int
    last: str | None = None
    place: int = 0

    def cut(self, items: Sequence[Any], at: int | None) -> Piece:
        """The piece of all items, when that of the key is `at` this place."""
        begin = self.place if at is None else at + 1
        shown = items[begin : begin + self.limit]
        end = begin + len(shown)
        return Piece(shown, end, end < len(items), len(items))


Pieces = Callable[[Behind], Piece]


class By(NamedTuple):
    """A column by which a list is sorted: whether the largest comes first, or, of the others, whether a row may have
    nothing there and then comes last."""

    column: Any
    down: bool = False
    may_lack: bool = False

    @property
    def sorting(self) -> ColumnElement[Any]:
        """What a statement sorts by."""
        if self.may_lack:
            return self.column.asc().nulls_last()  # type: ignore[no-any-return]
        return self.column.desc() if self.down else self.column.asc()  # type: ignore[no-any-return]

    def after(self, value: Any, *, same: bool = False) -> ColumnElement[bool]:
        """The condition that a row comes behind this value, or has the `same`."""
        if value is None:
            return self.column.is_(None) if same else false()
        if self.down:
            return self.column <= value if same else self.column < value  # type: ignore[no-any-return]
        found = self.column >= value if same else self.column > value
        return or_(found, self.column.is_(None)) if self.may_lack else found


@dataclass(frozen=True)
class Listing:
    """A list that the database holds: what is selected of whom it is for, and in which order: no two rows are alike in
    all of that. `key` is the column by which rows are named outside. `about` is all that the query rests on but the
    reader and the day: the total is kept by it. `illustrative` is the column that says so of a row."""

    query: Select[Any]
    order: Sequence[By]
    key: Any
    about: Sequence[Hashable]
    actor: Actor
    illustrative: Any
    load: Sequence[Any] = ()

    def all(self, most: int | None = None) -> list[Any]:
        """All rows, or the first ones of them."""
        return list(db.session.scalars(self._sorted().limit(most)))

    def page(self, asked: str | None, *, size: int = PER_PAGE) -> Page:
        """The page that an address asks for."""
        total, illustrative = self._figures()
        found = cut(range(total), asked, size=size)
        rows = db.session.scalars(self._sorted().offset((found.page - 1) * size).limit(size))
        return replace(found, items=list(rows), illustrative=illustrative)

    def piece(self, behind: Behind) -> Piece:
        """The piece behind a row that the reader sees in this list, or at the place where it stood."""
        query, last = self._sorted(), None
        if behind.last is not None:
            columns = self._only(*(by.column for by in self.order)).where(self.key == behind.last)
            last = db.session.execute(columns).first()
            query = query.where(self._after(last)) if last else query.offset(behind.place)
        rows = list(db.session.scalars(query.limit(behind.limit + 1)))
        shown = rows[: behind.limit]
        return Piece(shown, behind.place + len(shown), len(rows) > len(shown), self.total())

    def total(self) -> int:
        """How many rows there are for the reader."""
        return self._figures()[0]

    def _figures(self) -> tuple[int, bool]:
        """The same, and whether any of them is illustrative."""

        def count() -> tuple[int, bool]:
            marked = func.sum(case((self.illustrative, 1), else_=0))
            counted = self._only(func.count(), func.coalesce(marked, 0))
            total, illustrative = db.session.execute(counted).one()
            return total, bool(illustrative)

        return figure(count, "total", *self.about, actor=self.actor)

    def _sorted(self) -> Select[Any]:
        return self.query.options(*self.load).order_by(*(by.sorting for by in self.order))

    def _only(self, *columns: Any) -> Select[Any]:
        return self.query.with_only_columns(*columns, maintain_column_froms=True)

    def _after(self, last: Sequence[Any]) -> ColumnElement[bool]:
        """The condition that a row comes behind one with these values. The first column bounds what an index gives."""
        found, same = [], list[ColumnElement[bool]]()
        for by, value in zip(self.order, last, strict=True):
            found.append(and_(*same, by.after(value)))
            same.append(by.column.is_not_distinct_from(value))
        return and_(self.order[0].after(last[0], same=True), or_(*found))


def of_all(rows: Sequence[Any], key: Callable[[Any], str]) -> Pieces:
    """The pieces of a list of which all rows were read."""

    def piece(behind: Behind) -> Piece:
        named = enumerate(rows) if behind.last is not None else ()
        at = next((place for place, row in named if key(row) == behind.last), None)
        return behind.cut(rows, at)

    return piece


def dressed(pieces: Pieces, dress: Callable[[Sequence[Any]], Sequence[Any]]) -> Pieces:
    """The same pieces with what is said of their rows."""

    def piece(behind: Behind) -> Piece:
        found = pieces(behind)
        return replace(found, items=dress(found.items))

    return piece
