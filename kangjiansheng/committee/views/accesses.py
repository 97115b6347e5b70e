"""Who opened the minutes of a meeting, and the links by which readers outside open the official text."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.documents.outline import outline
from kangjiansheng.committee.models import DraftVersion, Meeting
from kangjiansheng.committee.queries import exports, loaders
from kangjiansheng.committee.views.base import bp, title_of
from kangjiansheng.committee.views.downloads import official
from kangjiansheng.core import access_pages
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.access_pages import About
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.markdown import render
from kangjiansheng.core.pages import of_today
from kangjiansheng.core.reader_links import Shown


def _about(meeting: Meeting) -> About:
    crumbs = [
        (name_of(meeting), url_for(".meeting", code=meeting.code)),
        (_("纪要"), url_for(".minutes", code=meeting.code)),
    ]
    here, stands = url_for(".accesses", code=meeting.code), official(meeting) is not None
    may = stands and policies.edits(actor(), meeting.committee_id)
    return About(meeting.minutes, meeting.code, here, crumbs, not meeting.source, "committee", stands, may)


@bp.get("/meetings/<code>/minutes/accesses")
@on(load=loaders.meeting_with_minutes, may=policies.list_accesses)
@of_today
def accesses(meeting: Meeting) -> Response:
    """Who opened the minutes or took them along, and the links."""
    return access_pages.accesses(_about(meeting))


@bp.get("/meetings/<code>/minutes/accesses.csv")
@on(load=loaders.meeting_with_minutes, may=policies.list_accesses)
@costly
@of_today
def accesses_file(meeting: Meeting) -> Response:
    """The same as a file."""
    return access_pages.accesses_file(_about(meeting))


@bp.post("/meetings/<code>/minutes/accesses/links")
@on(load=loaders.meeting_with_minutes, may=policies.make_reader_link)
def make_reader_link(meeting: Meeting) -> Response:
    """A link to the official text for somebody outside."""
    return access_pages.make_link(_about(meeting))


@bp.post("/meetings/<code>/minutes/accesses/links/<int:number>/revocation")
@on(load=loaders.meeting_and, may=policies.revoke_reader_link)
def revoke_reader_link(pair: tuple[Meeting, int]) -> Response:
    """Take a link back."""
    return access_pages.revoke_link(_about(pair[0]), pair[1])


def traced(thing: Meeting | DraftVersion) -> tuple[str, int] | None:
    """Openings of minutes are kept, at the pages of the minutes; what a published source tells is open to all."""
    meeting = thing if isinstance(thing, Meeting) else thing.minutes.meeting
    if meeting.minutes is None or meeting.source or "/minutes" not in request.path:
        return None
    return "minutes", meeting.minutes.id


def for_reader(code: str, maker: Actor) -> Shown | None:
    """The official text for a reader's link: while its maker still keeps the minutes, and as far as she may read it."""
    meeting = loaders.meeting(actor=maker, code=code)
    asked = official(meeting) if meeting is not None and policies.edits(maker, meeting.committee_id) else None
    if meeting is None or asked is None:
        return None
    text = outline(exports.export(asked, actor=maker))
    return Shown(
        "committee/reader_minutes.html",
        {"d": text, "title": title_of(meeting), "markdown": render, "illustrative": meeting.illustrative},
    )
