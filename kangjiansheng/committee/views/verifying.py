"""A file of minutes against itself and against what this installation holds."""

import re
from typing import Any

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.documents import opening
from kangjiansheng.committee.documents.checking import Checked, checked
from kangjiansheng.committee.models import DraftVersion, Meeting
from kangjiansheng.committee.queries import holding, loaders
from kangjiansheng.committee.rules.verification import CODE, Finding, fault, note
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.minutes import offered
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.forms import Form


class VerifyForm(Form):
    """The file that somebody was given."""

    file = FileField(_l("纪要文件"), [FileRequired(_l("请选择文件。"))], render_kw={"accept": ".json,.pdf"})


@bp.route("/minutes/verify", methods=["GET", "POST"])
@signed_in
@costly
def verify_minutes() -> Response:
    """Check a file that was exported here; the address in the code on a printed page asks by fingerprint alone."""
    form = VerifyForm()
    if not form.validate_on_submit():
        asked = _printed()
        about = asked["meeting"] if asked and asked["draft"] else None
        shown = about is not None and about.illustrative
        return page("verify.html", form.status, form=form, printed=asked, found=None, illustrative=shown)
    data = form.file.data.read(opening.LARGEST + 1)
    found = checked(data, current_app.config["SETTINGS"].fonts)
    if found.is_whole and "draft" in found.export:
        found = Checked(found.export, [*found.findings, *_here(found.export)])
    name = form.file.data.filename or ""
    shown = found.is_whole and found.export.get("illustrative") is True
    return page("verify.html", form=form, printed=None, found=found, name=name, illustrative=shown)


def _open(code: str) -> tuple[Meeting, list[DraftVersion]] | None:
    """The meeting and its drafts, when this reader may read the minutes."""
    meeting = loaders.meeting(actor=actor(), code=code)
    if meeting is None or not policies.read_minutes(actor(), meeting):
        return None
    offer = offered(meeting)
    return (meeting, offer.versions) if offer else None


def _here(export: dict[str, Any]) -> list[Finding]:
    """What this installation says to it; a file that agrees with itself may still hold nonsense."""
    try:
        return _compared(export)
    except (KeyError, TypeError, ValueError):
        return [fault("misshapen")]


def _compared(export: dict[str, Any]) -> list[Finding]:
    known = _open(export["meeting"])
    if known is None or known[0].minutes is None:
        return [note("here-unknown")]
    return holding.compared(export, known[0].minutes, known[1], actor=actor())


def _printed() -> dict[str, Any] | None:
    """What the code on a printed page asks: is this the fingerprint of a draft here?"""
    code, digest = request.args.get("meeting", ""), request.args.get("sha256", "")
    if not CODE.fullmatch(code) or not re.fullmatch("[0-9a-f]{64}", digest):
        return None
    known = _open(code)
    draft = next((d for d in known[1] if d.sha256 == digest), None) if known else None
    meeting = known[0] if known else None
    stands = bool(
        draft and meeting and meeting.minutes and meeting.minutes.life == "approved"
        and draft.number == meeting.minutes.current_draft
    )  # fmt: skip
    return {"code": code, "sha256": digest, "meeting": meeting, "draft": draft, "stands": stands}
