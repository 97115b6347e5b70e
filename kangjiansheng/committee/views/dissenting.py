"""Dissent that a member asked for, entered beside a decision that was no motion."""

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.motions import EnteredDissentForm
from kangjiansheng.committee.models import DecisionDissent, Paragraph
from kangjiansheng.committee.operations import dissents as operations
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.views.base import bp
from kangjiansheng.committee.views.paragraphs import decision_form, form_page
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.pages import saved


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/dissent")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def enter_dissent(paragraph: Paragraph) -> Response:
    """Enter what a member asked for; empty takes it back."""
    decision = loaders.decision_of(paragraph) or abort(404)
    code, public_id, form = paragraph.minutes.meeting.code, paragraph.public_id, EnteredDissentForm()
    chosen = form.person.data or ""
    person = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0

    def act() -> DecisionDissent:
        return operations.enter(
            decision, paragraph, actor=actor(), person_id=person, text=form.text.data or ""
        )

    if form.attempt(act):
        words = _("已记录保留意见") if form.text.data else _("已撤回保留意见")
        return saved(url_for(".edit_paragraph", code=code, public_id=public_id, _anchor="dissent"), words)
    found = afresh(paragraph)
    fresh = decision_form(found, loaders.decision_of(found) or abort(404))
    return form_page(code, public_id, fresh, form.status, dissent=form)
