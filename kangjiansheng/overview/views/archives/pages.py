"""The page on which a party asks for its data: /partners/RJ/archive."""

from typing import Any

from flask import Response as FlaskResponse
from flask import render_template, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import traces
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.core.transactions import afterwards
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import Institution
from kangjiansheng.overview import policies
from kangjiansheng.overview.models import PartyArchive
from kangjiansheng.overview.operations import archives as operations
from kangjiansheng.overview.queries import archives as queries
from kangjiansheng.overview.rules import archives as rules
from kangjiansheng.overview.views.blueprint import bp

PATH = "/partners/<code>/archive"


@bp.get(PATH)
@on(load=labs.institution, may=policies.takes_archive)
@of_today
def party_archive(institution: Institution) -> Response:
    """How the archive of a party stands, and asking for one; the part that changes alone when a script asks."""
    found = _found(institution)
    if wants_fragment():
        return FlaskResponse(render_template("overview/_party_archive_state.html", **found))
    illustrative = institution.illustrative or bool(found["archive"] and found["archive"].illustrative)
    return page("overview/party_archive.html", illustrative=illustrative, **found)


def _found(institution: Institution) -> dict[str, Any]:
    archive = queries.latest(institution.id)
    state = queries.standing(archive)
    task = archive.task if archive else None
    percent = min(100 * task.progress // task.total, 100) if task and task.total else 0
    return {
        "institution": institution,
        "archive": archive,
        "state": state,
        "percent": percent,
        "kept": rules.KEPT.days,
    }


@bp.post(f"{PATH}/requests")
@on(load=labs.institution, may=policies.takes_archive)
@costly
def ask_for_archive(institution: Institution) -> Response:
    """Let one be made."""
    operations.ask(institution, actor=actor())
    return saved(url_for(".party_archive", code=institution.code), _("已申请，正在准备"))


@bp.post(f"{PATH}/<int:number>/withdrawal")
@on(load=queries.archive, may=policies.ends_archive)
def end_archive(archive: PartyArchive) -> Response:
    """Take one back."""
    operations.end(archive, actor=actor())
    return saved(url_for(".party_archive", code=archive.institution.code), _("数据包已撤回"))


@bp.get(f"{PATH}/<int:number>.zip")
@on(load=queries.offered, may=policies.ends_archive)
@costly
@of_today
def take_archive(archive: PartyArchive) -> Response:
    """The file. That it was taken stands in the trail, and with each confidential thing in it."""
    who, archive_id = actor(), archive.id
    traces.taken(queries.confidential(archive), actor=who)
    afterwards(lambda: operations.note_taken(archive_id, actor=who))
    name = f"kangjiansheng-{archive.institution.code}-{archive.number}.zip"
    answer = send_file(
        queries.place(archive), "application/zip", as_attachment=True, download_name=name, conditional=False,
        etag=False,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
