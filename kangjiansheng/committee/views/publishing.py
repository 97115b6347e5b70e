"""Publishing the draft of a meeting, or giving it up; each after a page that says what follows."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import publishing as operations
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.rules.meetings import UNPUBLISHED
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.i18n import name_of, prose_day
from kangjiansheng.core.pages import saved


@bp.route("/meetings/<code>/publication", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def publish_meeting(meeting: Meeting) -> Response:
    """Publish a draft: numbers are given, and everybody is told."""
    if meeting.life != UNPUBLISHED:
        return saved(url_for(".meeting", code=meeting.code), _("会议已不是草稿，无需再次发布。"))
    if request.method == "GET":
        return _ask(meeting, _("发布会议"), _follows(meeting))
    operations.publish(meeting, actor=actor())
    return saved(url_for(".meeting", code=meeting.code), _("会议已发布"))


def _follows(meeting: Meeting) -> str:
    told = len(operations.people_of(meeting).keys() - {actor().id})
    if meeting.held_on < clock.today():
        return _("会议得到编号，委员从此看得到。会议日期已过，不再发邀请。")
    return ngettext(
        "会议得到编号，委员从此看得到；%(num)d 位委员立即收到通知。",
        "会议得到编号，委员从此看得到；%(num)d 位委员立即收到通知。",
        told,
    )


@bp.route("/meetings/<code>/discard", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def discard_meeting(meeting: Meeting) -> Response:
    """Give a draft up."""
    committee = meeting.committee.code
    if meeting.life != UNPUBLISHED:
        return saved(url_for(".meeting", code=meeting.code), _("会议已不是草稿，不能放弃。"))
    if request.method == "GET":
        return _ask(meeting, _("放弃草稿"), _("草稿没有编号，没有人收到过通知。放弃后不能恢复。"))
    operations.discard(meeting, actor=actor())
    return saved(url_for(".committee", code=committee), _("草稿已放弃"))


def _ask(meeting: Meeting, title: str, what: str) -> Response:
    return page(
        "confirm.html",
        meeting=meeting,
        title=title,
        about=f"{name_of(meeting)}  {prose_day(meeting.held_on)}",
        what=what,
        back=url_for(".meeting", code=meeting.code),
        illustrative=meeting.illustrative,
    )
