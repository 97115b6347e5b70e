"""The scanned sealed copies of minutes that stand."""

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.scans import ScanForm, WithdrawScanForm
from kangjiansheng.committee.models import Meeting, Minutes
from kangjiansheng.committee.operations import scans as operations
from kangjiansheng.committee.queries import scans as reading
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.minutes import until_day
from kangjiansheng.core import files
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.pages import saved

PATH = "/meetings/<code>/minutes/scans"


@bp.get(PATH)
@on(load=reading.meeting, may=policies.read_minutes)
def scans(meeting: Meeting) -> Response:
    """The scans, and for those who keep the minutes the form for another one."""
    return _page(meeting, ScanForm(formdata=None), WithdrawScanForm(formdata=None))


def _page(meeting: Meeting, form: ScanForm, gone: WithdrawScanForm, at: int = 0) -> Response:
    minutes, until = _minutes(meeting), until_day()
    found = reading.scans(minutes.id, until=until)
    keeps = until is None and minutes.life == "approved" and policies.edit_minutes(actor(), meeting)
    status = next((f.status for f in (form, gone) if f.status != 200), 200)
    return page(
        "scans.html",
        status,
        meeting=meeting,
        scans=found,
        people=names({one.by_id for one in found}),
        form=form,
        gone=gone,
        at=at,
        keeps=keeps,
        illustrative=minutes.illustrative,
    )


def _minutes(meeting: Meeting) -> Minutes:
    return meeting.minutes or abort(404)


@bp.post(PATH)
@on(load=reading.meeting, may=policies.edit_minutes)
def add_scan(meeting: Meeting) -> Any:
    """Put a scan to the minutes."""
    form, code = ScanForm(), meeting.code
    if form.attempt(lambda: _add(meeting, form)):
        return saved(url_for(".scans", code=code), _("扫描件已附上"))
    return _page(afresh(meeting), form, WithdrawScanForm(formdata=None))


def _add(meeting: Meeting, form: ScanForm) -> FileRef:
    brought = form.files.data
    if not getattr(brought, "filename", ""):
        raise RuleBroken("committee:scan-one", "files")
    note = form.note.data or ""
    return operations.add(_minutes(meeting), brought.filename, brought.read(), actor=actor(), note=note)


@bp.get(f"{PATH}/<int:number>")
@on(load=reading.scan, may=policies.read_scan)
def scan(pair: tuple[Meeting, FileRef]) -> Response:
    """One scan's file."""
    return files.answer(pair[1])


@bp.post(f"{PATH}/<int:number>/withdrawal")
@on(load=reading.scan, may=policies.withdraw_scan)
def withdraw_scan(pair: tuple[Meeting, FileRef]) -> Any:
    """Take a scan out of sight."""
    meeting, ref = pair
    form, code, number = WithdrawScanForm(), meeting.code, ref.version_no
    note = form.note.data or ""
    if form.attempt(lambda: operations.withdraw(_minutes(meeting), ref, actor=actor(), note=note)):
        return saved(url_for(".scans", code=code), _("扫描件已撤下"))
    again = reading.meeting(actor=actor(), code=code) or abort(404)
    return _page(again, ScanForm(formdata=None), form, at=number)
