"""A list in pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, select

from kangjiansheng.core.db import db

PER_PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page of a list: its items, its number (from 1), how many pages and items there are in all."""

    items: Sequence[Any]
    page: int
    pages: int
    total: int


def cut(items: Sequence[Any], asked: str | None, *, size: int = PER_PAGE) -> Page:
    """The page that an address asks for; the nearest one when there is no such page."""
    pages = max(-(-len(items) // size), 1)
    number = int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    number = min(max(number, 1), pages)
    return Page(items[(number - 1) * size : number * size], number, pages, len(items))


def read(query: Select[Any], asked: str | None, *, size: int = PER_PAGE) -> Page:
    """The same of the things that a query gives: they are counted, and only those of the page are read."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    found = cut(range(total), asked, size=size)
    rows = db.session.scalars(query.offset((found.page - 1) * size).limit(size))
    return replace(found, items=list(rows))
