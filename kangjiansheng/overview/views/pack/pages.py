"""The pages of the pack: what has changed since the last meeting, to be read, and as files to take along."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.pages import page
from kangjiansheng.overview.documents.outline import Outline, text
from kangjiansheng.overview.rules import periods
from kangjiansheng.overview.rules.pack import AT_MOST
from kangjiansheng.overview.views import narrowed, words
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.overview.views.pack import files, outline, reading
from kangjiansheng.overview.views.pack.asking import Asked, asked, usual

# How things stand; what has changed since comes before them on the page.
_STANDING = ("trend", "pipeline", "outlook", "slips", "health")


def said(asking: Asked, *, actor: Actor, at_most: int | None = None) -> Outline:
    """The outline of a pack, with the address at which it always lies."""
    return outline.outline(asking, actor=actor, address=asking.path, at_most=at_most)


@bp.get("/overview/pack")
@signed_in
def pack() -> Response:
    """What has changed since the last meeting, or since any day."""
    me = actor()
    asking = asked(actor=me)
    told = reading.read(asking, actor=me, at_most=AT_MOST)
    found = outline.worded(told, asking.path)
    changed = [one for one in found.sections if one.key not in _STANDING]
    standing = [one for one in found.sections if one.key in _STANDING]
    return page(
        "overview/pack.html",
        illustrative=bool(found.illustrative),
        said=found,
        written=text,
        asking=asking,
        keep=narrowed.keep,
        narrowing=narrowed.bar(told.counted.every, asking.wanted, told.counted.projects),
        changed=changed,
        standing=standing,
        kinds=kinds(asking),
        days=_days(asking, me),
        founded=periods.FOUNDED,
        cut_today=asking.day == clock.today(),
    )


@bp.get("/overview/pack.<any(pptx, pdf, docx, xlsx):kind>")
@signed_in
@costly
def pack_file(kind: str) -> Response:
    """The same as a file, made with the reader's rights of this moment."""
    me = actor()
    asking = asked(actor=me)
    made = said(asking, actor=me, at_most=None if kind == "xlsx" else AT_MOST)
    return files.download(kind, made)


def kinds(asking: Asked) -> list[dict[str, str]]:
    """What can be taken along, what comes out, and where it lies."""
    return [
        {**one, "href": url_for("overview.pack_file", kind=one["kind"], **asking.address())}
        for one in words.files()
    ]


def _days(asking: Asked, me: Actor) -> list[tuple[str, Any]]:
    """Days that people compare with."""
    day = asking.day
    quarter = periods.quarter_end_before(day)
    found = [
        (_("上次会议"), usual(day, actor=me)),
        (_("上月末"), periods.month_ends(day, 2)[0]),
        (_("上季末"), quarter),
    ]
    return [pair for n, pair in enumerate(found) if pair[1] not in [other for _name, other in found[:n]]]
