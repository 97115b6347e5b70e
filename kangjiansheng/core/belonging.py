"""What is part of what: an item of its meeting, evidence of its milestone. Who asks the trail for a thing wants these, too.

Each floor declares its own parts, and names above itself what hangs on the things below.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Select, literal, select, tuple_, union_all

from kangjiansheng.core.reader_links import ReaderLink

Ids = Select[int]
Part = tuple[str, Callable[[Ids], Ids]]  # a kind of thing, and which of it belong to some things
_parts: dict[str, list[Part]] = {}


def by(*columns: Any) -> list[Part]:
    """Parts by the column in which they name the whole."""
    return [(column.class_.__tablename__, _named_in(column)) for column in columns]


def _named_in(column: Any) -> Callable[[Ids], Ids]:
    return lambda ids: select(column.class_.id).where(column.in_(ids))


def declare(*parts: Mapping[str, Sequence[Part]]) -> None:
    """Which kinds are parts of which, from all floors; anew each time."""
    _parts.clear()
    for floor in parts:
        for whole, found in floor.items():
            _parts.setdefault(whole, []).extend(found)


def has_parts(kind: str) -> bool:
    """Whether anything is a part of such things."""
    return kind in _parts


def whole(kind: str, number: int) -> CompoundSelect[Any]:
    """Kind and id of a thing and of all its parts, and of the links that readers outside have to them."""
    itself: Ids = select(literal(number).label("id"))
    found = [(kind, itself), *_below(kind, itself)]
    rows = [select(literal(one).label("kind"), ids.subquery().c[0].label("id")) for one, ids in found]
    held = union_all(*rows).cte("held")
    links = select(literal(ReaderLink.__tablename__), ReaderLink.id).where(
        tuple_(ReaderLink.thing, ReaderLink.thing_id).in_(select(held.c.kind, held.c.id))
    )
    return union_all(select(held.c.kind, held.c.id), links)


def _below(kind: str, ids: Ids) -> Iterator[tuple[str, Ids]]:
    for part, of in _parts.get(kind, ()):
        its = of(ids)
        yield part, its
        yield from _below(part, its)
