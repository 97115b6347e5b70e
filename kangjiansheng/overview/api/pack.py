"""The pack as its page tells it: what has changed since the last meeting, or since any day."""

from datetime import datetime
from typing import Any

from flask import request

from kangjiansheng.core import clock, rest
from kangjiansheng.core.access import actor as reader
from kangjiansheng.core.rest import DAY, INSTANT, TEXT, WHOLE, YES, Shape, Value, many, maybe, word
from kangjiansheng.overview.api.blueprint import bp
from kangjiansheng.overview.documents.outline import Cell, Outline, Section
from kangjiansheng.overview.rules.pack import AT_MOST
from kangjiansheng.overview.views import narrowed
from kangjiansheng.overview.views.pack import pages
from kangjiansheng.overview.views.pack.asking import Asked, asked

_KINDS = {"": "text", "w": "text", "c": "code", "n": "number", "d": "day"}
_NAMED = Shape("PackCell", text=TEXT, page=TEXT("path"))  # what lies at a page
_CELL = Value(
    {"anyOf": [{"type": ["string", "integer", "null"]}, _NAMED.value.schema]},
    lambda cell: _NAMED.of(cell) if isinstance(cell, Cell) else DAY.make(cell) if _is_text(cell) else cell,
)
_COLUMN = Shape(
    "PackColumn",
    name=TEXT(lambda pair: pair[0]),
    kind=word(dict.fromkeys(_KINDS.values()))(lambda pair: _KINDS[pair[1]]),
)
_NUMBER = Value({"type": ["number", "null"]}, lambda value: value)
_SERIES = Shape("PackSeries", name=TEXT, values=many(_NUMBER))
_CHART = Shape(
    "PackChart",
    kind=word(("stack", "bar", "line")),
    unit=TEXT,
    categories=many(TEXT),
    series=many(_SERIES.value),
)
_SECTION = Shape(
    "PackSection",
    key=TEXT,
    name=TEXT("over"),
    finding=TEXT,
    note=TEXT,
    columns=many(_COLUMN.value),
    rows=many(many(_CELL)),
    total=WHOLE(lambda section: _total(section)),
    chart=maybe(_CHART.value),
    illustrative=YES,
)
_FIGURE = Shape(
    "PackFigure",
    name=TEXT,
    now=maybe(WHOLE),
    unit=TEXT,
    then=maybe(WHOLE),
    change=TEXT,
    tone=word(("good", "bad", "flat")),
    new=maybe(WHOLE),
)
_MEANS = Shape("PackDefinition", name=TEXT(lambda pair: pair[0]), means=TEXT(lambda pair: pair[1]))
PACK = Shape(
    "Pack",
    day=DAY(lambda found: found[0].day),
    cut=maybe(INSTANT)(lambda found: _cut(found[0])),  # null: when it is read
    compare=DAY(lambda found: found[0].compare),
    meeting=maybe(TEXT)(lambda found: found[0].meeting and found[0].meeting.code),
    title=TEXT(lambda found: found[1].title),
    since=TEXT(lambda found: found[1].since),
    narrowed=TEXT(lambda found: found[1].narrowed),
    sentence=TEXT(lambda found: found[1].sentence),
    figures=many(_FIGURE.value)(lambda found: found[1].figures),
    sections=many(_SECTION.value)(lambda found: found[1].sections),
    definitions=many(_MEANS.value)(lambda found: found[1].definitions),
    illustrative=YES(lambda found: found[1].illustrative),
)


def _is_text(cell: Any) -> bool:
    return cell is not None and not isinstance(cell, int)


def _total(section: Section) -> int:
    return len(section.rows) if section.total is None else section.total


def _cut(asking: Asked) -> datetime | None:
    return asking.cut if "at" in request.args or asking.day < clock.today() else None


@rest.reads(bp, "/overview/pack", PACK, filters=("compare", "at", *narrowed.NAMES))
def pack() -> tuple[Asked, Outline]:
    """What has changed since the last meeting that the reader sees, or since the day `compare`, up to now, to the end of
    a past day or to a time (`at`) of it: what an executive takes into a meeting. Of long lists there are the first rows, and how
    many there are (`total`)."""
    asking = asked(actor=reader())
    return asking, pages.said(asking, actor=reader(), at_most=AT_MOST)
