"""Minutes to take along: as data that others can verify, and as documents."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from flask import Response, abort, current_app, request, url_for

from kangjiansheng.committee import policies
from kangjiansheng.committee.documents import docx, markdown, pdf
from kangjiansheng.committee.models import DraftVersion, Meeting, Minutes
from kangjiansheng.committee.operations import exports as noting
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import reviews
from kangjiansheng.committee.queries import exports, loaders, reading
from kangjiansheng.committee.views import sides
from kangjiansheng.committee.views.base import bp
from kangjiansheng.committee.views.minutes import Offer, offered, until_day
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.transactions import afterwards


@bp.get("/meetings/<code>/minutes.json")
@on(load=loaders.meeting, may=policies.read_minutes)
@costly
def minutes_json(meeting: Meeting) -> Response:
    """The minutes as data, in the format of docs/minutes-format.md."""
    return _file(meeting, "json", "application/json", as_json)


@bp.get("/meetings/<code>/minutes.pdf")
@on(load=loaders.meeting, may=policies.read_minutes)
@costly
def minutes_pdf(meeting: Meeting) -> Response:
    """The minutes as PDF; `?form=plain` in the plain form, else in that of the national standard."""
    form = request.args.get("form", pdf.FORMS[0])
    if form not in pdf.FORMS:
        abort(404)
    own = current_app.config["SETTINGS"].fonts
    return _file(meeting, "pdf", "application/pdf", lambda export: pdf.rendered(export, form, own))


@bp.get("/meetings/<code>/minutes.docx")
@on(load=loaders.meeting, may=policies.read_minutes)
@costly
def minutes_docx(meeting: Meeting) -> Response:
    """The minutes as DOCX, to work with."""
    media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return _file(meeting, "docx", media, docx.rendered)


@bp.get("/meetings/<code>/minutes.md")
@on(load=loaders.meeting, may=policies.read_minutes)
@costly
def minutes_markdown(meeting: Meeting) -> Response:
    """The minutes as Markdown."""
    return _file(meeting, "md", "text/markdown; charset=utf-8", markdown.rendered)


def as_json(found: dict[str, Any]) -> bytes:
    """The export, one key a line, for people to read as well."""
    return orjson.dumps(found, option=orjson.OPT_INDENT_2)


def _file(meeting: Meeting, kind: str, media: str, make: Callable[[dict[str, Any]], bytes]) -> Response:
    """The minutes as a file, with what this reader may see; that it was taken leaves an entry in the trail."""
    minutes, offer = meeting.minutes, offered(meeting)
    if minutes is None or offer is None:
        abort(404)
    who, draft = actor(), offer.draft
    found = exports.export(_asked(minutes, offer), actor=who)
    made = make(found)
    number, minutes_id = (draft.number if draft else 0), minutes.id
    afterwards(lambda: noting.note_export(minutes_id, kind, number, actor=who))
    answer = Response(made, content_type=media)
    name = f"{meeting.code}-minutes" + (f"-{number}" if draft and number != minutes.current_draft else "")
    name += f"-{found['translations']['language']}" if "translations" in found else ""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _asked(minutes: Minutes, offer: Offer) -> exports.Asked:
    draft, meeting = offer.draft, minutes.meeting
    base = current_app.config["SETTINGS"].base_url
    return exports.Asked(
        minutes=minutes,
        draft=draft,
        head=draft.header if draft else _head(minutes),
        state=_state(draft, minutes, until_day()),
        waiting=offer.reader,
        address=f"{base}{url_for('.minutes', code=meeting.code)}",
        at=clock.now(),
        until=until_day(),
        side=sides.asked(minutes),
    )


def official(meeting: Meeting) -> exports.Asked | None:
    """The text that stands, whatever draft an address asks for: approved, or a record of what a source tells; None
    while there is none."""
    minutes = meeting.minutes
    if minutes is None or minutes.life not in ("approved", "record"):
        return None
    draft = reading.drafts(minutes)[0] if minutes.life == "approved" else None
    head, state = (draft.header, "approved") if draft else (_head(minutes), "record")
    return exports.Asked(
        minutes=minutes, draft=draft, head=head, state=state, waiting=False, address="", at=clock.now()
    )


def _head(minutes: Minutes) -> dict[str, Any]:
    """What stands above a text that nobody has frozen; of a published source, only what such a record has."""
    found = reviews.header(minutes.meeting, writing.standing_paragraphs(minutes))
    if minutes.life == "record":
        return {key: value for key, value in found.items() if key not in ("number", "attendance", "quorum")}
    return found


def _state(draft: DraftVersion | None, minutes: Minutes, until: datetime | None) -> str:
    """Where the text stood that is taken along: a draft that was replaced or sent back is `returned`."""
    if draft is None:
        return "record" if minutes.life == "record" else "draft"
    approved = minutes.approved_at and (until is None or minutes.approved_at <= until)
    if approved and draft.number == minutes.current_draft:
        return "approved"
    given = exports.given(draft, until)
    newest = draft == reading.drafts(minutes, until=until)[0]
    return "review" if newest and not any(s.meaning == "request_changes" for s in given) else "returned"
