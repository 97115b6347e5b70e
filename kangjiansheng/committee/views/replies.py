"""Answers to invitations that came by mail, brought by those who keep the committee."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.replies import ReplyForm
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import replies as operations
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.invitations import LARGEST
from kangjiansheng.core.pages import of_today, saved


@bp.route("/meetings/<code>/replies", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
@of_today
def replies(meeting: Meeting) -> Any:
    """Bring the answer of a member that came by mail."""
    form, code = ReplyForm(), meeting.code
    done = form.attempt(
        lambda: operations.take(form.file.data.read(LARGEST + 1), actor=actor(), only=meeting)
    )
    if done:
        return saved(url_for(".meeting", code=code), _("已记录%(who)s的答复", who=name_of(done[1])))
    found = afresh(meeting)
    return page("replies.html", form.status, meeting=found, form=form, illustrative=found.illustrative)
