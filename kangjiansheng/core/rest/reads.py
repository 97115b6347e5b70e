"""Reading by programs: one thing, or a list in pieces, over the loaders, policies and queries of the pages.

A list goes on with a cursor that names the last row given, so that what comes in between moves nothing; when that row
is gone, its place counts. A thing carries an ETag: the version that a change must name, and a digest of what was
answered, which is the reader's own.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Any

import orjson
from flask import Blueprint, abort, g, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import paging, text
from kangjiansheng.core.access import of_any_part, on, signed_in
from kangjiansheng.core.digests import canonical
from kangjiansheng.core.filetypes import TYPES
from kangjiansheng.core.pages import with_args
from kangjiansheng.core.paging import PER_PAGE, Behind, Pieces, of_all
from kangjiansheng.core.rest.shapes import Schema, Shape
from kangjiansheng.core.rest.words import refuse_unknown

USUAL, MOST = 100, 500  # rows in one answer
MOST_PLACES = 2**31  # that a cursor can be behind of
PIECES = ("limit", "cursor")  # by which a list is read on
JSON = "application/json"
BYTES: Schema = {"type": "string", "format": "binary"}
STORED = tuple(kind.media for kind in TYPES)


@dataclass(frozen=True)
class Read:
    """What the description says of an address that is read."""

    schema: Schema
    filters: tuple[str, ...] = ()
    is_list: bool = False
    as_of: bool = True
    media: tuple[str, ...] = (JSON,)
    pages: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """All that the address may ask, but for the language."""
        cut = (*PIECES, *(("page",) if self.pages else ())) if self.is_list else ()
        return (*self.filters, *cut, *(("as_of",) if self.as_of else ()))

    @property
    def is_file(self) -> bool:
        """Whether it is handed out byte for byte."""
        return self.schema == BYTES

    def schema_of(self, kind: str) -> Schema:
        """What is read as this type: a file of JSON is an object, whatever else is handed out are bytes."""
        return {"type": "object"} if self.is_file and kind == JSON else self.schema


def reads(
    bp: Blueprint,
    path: str,
    *shapes: Shape,
    load: Callable[..., Any] | None = None,
    may: Callable[..., bool] | None = None,
    version: Callable[[Any], int | None] = lambda thing: getattr(thing, "version", None),
    as_of: bool = True,
    filters: tuple[str, ...] = (),
    any_part: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view gives what the shape shows of the thing that was loaded; None is 404. With several shapes it gives the
    one that fits its reader, too. `any_part`: whatever part of the product a token is for, it reads this."""

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*loaded: Any, **arguments: Any) -> Response:
            _check_address(read)
            found = view(*loaded, **arguments)
            shown, shape = found if len(shapes) > 1 else (found, shapes[0])
            if shown is None:
                abort(404)
            return answered(shape.of(shown), version(loaded[0]) if loaded else None)

        if any_part:
            of_any_part(answer)

        known = [shape.value.schema for shape in shapes]
        schema = known[0] if len(known) == 1 else {"anyOf": known}
        read = Read(schema, filters, as_of=as_of)
        return _declare(bp, path, view, answer, load, may, read)

    return declare


def lists(
    bp: Blueprint,
    path: str,
    shape: Shape,
    *,
    by: Any = None,
    key: Callable[[Any], str] = lambda row: str(row.code),
    load: Callable[..., Any] | None = None,
    may: Callable[..., bool] | None = None,
    rows: str = "data",
    usual: int = USUAL,
    pages: bool = False,
    as_of: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view gives all rows in the order of the page, or what reads a piece of them; the answer is the piece that was
    asked for. `by` is the filter that the page has, whose names are the arguments; `key` tells the rows apart, also where
    they are read piece by piece; `rows` is their name in the answer. `pages`: it can also be read by the number of its
    page, as the first programs did."""
    names = tuple(one.name for one in fields(by)) if is_dataclass(by) else tuple(by or ())

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*loaded: Any, **arguments: Any) -> Response:
            _check_address(read)
            found = view(*loaded, **arguments)
            body = _piece(found, shape, key, rows, PER_PAGE if pages else usual)
            if body[rows] and any(getattr(one, "illustrative", False) for one in loaded):
                body["illustrative"] = True  # as what the rows belong to
            return answered(body | (_paged(found, shape, rows) if pages else {}), None)

        read = Read(_list_schema(shape, rows, pages), names, is_list=True, as_of=as_of, pages=pages)
        return _declare(bp, path, view, answer, load, may, read)

    return declare


def _declare(
    bp: Blueprint,
    path: str,
    view: Callable[..., Any],
    answer: Callable[..., Response],
    load: Callable[..., Any] | None,
    may: Callable[..., bool] | None,
    read: Read,
) -> Callable[..., Any]:
    answer.__name__, answer.__doc__, answer.__module__ = view.__name__, view.__doc__, view.__module__
    guarded = on(load=load, may=may)(answer) if may else signed_in(answer)
    guarded.read = read  # type: ignore[attr-defined]
    bp.add_url_rule(path, view.__name__, guarded, methods=["GET"], provide_automatic_options=False)
    return view


def hands_out(
    bp: Blueprint,
    path: str,
    view: Callable[..., Response],
    *media: str,
    as_of: bool = False,
    filters: tuple[str, ...] = (),
    **fixed: str,
) -> None:
    """A file as the page's own view gives it, under an address for programs. `media` are the types that it may have, of
    stored files those that are taken; `fixed` are arguments of the page's address that this one does not have."""

    @wraps(view)
    def same(**arguments: Any) -> Response:
        if g.get("actor"):  # who does not sign in is asked to by the page's own view
            _check_address(content)
        return view(**arguments, **fixed)

    content = Read(BYTES, filters, as_of=as_of, media=media or STORED)
    same.read = content  # type: ignore[attr-defined]
    name = "_".join([view.__module__.rpartition(".")[2], view.__name__, *fixed.values()])
    bp.add_url_rule(path, name, same, methods=["GET"], provide_automatic_options=False)


def _check_address(read: Read) -> None:
    refuse_unknown(read.words)
    if g.as_of and not read.as_of:
        abort(400, _("这里只有今天的情况，没有过去某一天的。"))


def asked(kind: Any) -> Any:
    """The filter that the address asks for; what it does not name keeps its usual value."""
    known = {one.name for one in fields(kind)}
    return kind(**{name: text.line(value)[:100] for name, value in request.args.items() if name in known})


def answered(body: dict[str, Any], version: int | None, status: int = 200) -> Response:
    """JSON with its ETag; 304 when the program has it already, 406 when it takes no JSON."""
    if request.accept_mimetypes and not request.accept_mimetypes[JSON]:
        abort(406)
    data = canonical(body)
    answer = make_response(data, status)
    answer.content_type = JSON
    digest = hashlib.sha256(data).hexdigest()[:16]
    answer.set_etag(digest if version is None else f"{version}-{digest}")
    return answer.make_conditional(request) if request.method in ("GET", "HEAD") else answer


def _paged(found: Sequence[Any], shape: Shape, rows: str) -> dict[str, Any]:
    cut = paging.cut(found, request.args.get("page"))
    numbered = {rows: [shape.of(row) for row in cut.items]} if "page" in request.args else {}
    return {**numbered, "page": cut.page, "pages": cut.pages}


def _list_schema(shape: Shape, rows: str, pages: bool) -> Schema:
    numbers = {"page": {"type": "integer"}, "pages": {"type": "integer"}} if pages else {}
    return {
        "type": "object",
        "required": [rows, "next", "total", "as_of", "illustrative", *numbers],
        "properties": {
            rows: {"type": "array", "items": shape.value.schema},
            "next": {"type": ["string", "null"], "description": "The address of the rows that follow."},
            "total": {"type": "integer", "description": "Rows that the reader may see, over all pieces."},
            "as_of": {"type": ["string", "null"], "format": "date"},
            "illustrative": {"type": "boolean", "description": "Some of the rows are illustrative data."},
            **numbers,
        },
    }


def _piece(
    found: Sequence[Any] | Pieces, shape: Shape, key: Callable[[Any], str], rows: str, usual: int
) -> dict[str, Any]:
    pieces = found if callable(found) else of_all(found, key)
    behind = Behind(_limit(usual), *_last())
    piece = pieces(behind)
    made = [shape.of(row) for row in piece.items]
    return {
        rows: made,
        "next": with_args(cursor=_cursor(key(piece.items[-1]), piece.end)) if piece.more else None,
        "total": piece.total,
        "as_of": g.as_of.isoformat() if g.as_of else None,
        "illustrative": any(row.get("illustrative", False) for row in made),
    }


def _limit(usual: int) -> int:
    asked = request.args.get("limit")
    if asked is None:
        return usual
    if not (asked.isascii() and asked.isdigit() and len(asked) < 9 and 1 <= int(asked) <= MOST):
        abort(400, _("limit 请写 1 到 %(most)d 之间的整数。", most=MOST))
    return int(asked)


def _cursor(key: str, place: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([key, place])).decode().rstrip("=")


def _last() -> tuple[str | None, int]:
    """The row that the cursor names, and the place behind it; nothing where a list begins."""
    asked = request.args.get("cursor")
    if not asked:
        return None, 0
    try:
        last, place = orjson.loads(base64.urlsafe_b64decode(asked + "=" * (-len(asked) % 4)))
        return text.line(str(last)), min(max(int(place), 0), MOST_PLACES)
    except (binascii.Error, ValueError, TypeError):
        abort(400, _("cursor 不是上一次答复给出的，请从头读。"))
