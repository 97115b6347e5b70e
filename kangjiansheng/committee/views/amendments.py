"""Corrections of approved minutes."""

from typing import Any

from flask import abort, g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.models import Amendment, DraftVersion, Paragraph
from kangjiansheng.committee.operations import amendments, reviews, signatures
from kangjiansheng.committee.queries import loaders, scans
from kangjiansheng.committee.rules import quorum, texts
from kangjiansheng.committee.views import signing
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.pages import saved


@bp.route("/meetings/<code>/minutes/paragraphs/<public_id>/amendment", methods=["GET", "POST"])
@on(load=loaders.paragraph, may=policies.amend_paragraph)
def propose_amendment(paragraph: Paragraph) -> Any:
    """Propose a corrected wording."""
    form, code = forms.AmendmentForm(), paragraph.minutes.meeting.code
    made = form.attempt(
        lambda: amendments.propose(
            paragraph, actor=actor(), text=form.text.data or "", reason=form.reason.data or ""
        )
    )
    if made:
        return saved(url_for(".amendment", code=code, number=made.number), _("已提出勘误，签署人已收到通知"))
    found = afresh(paragraph)
    valid = amendments.valid_text(found)
    if not form.is_submitted():
        form.text.data = valid
    return page(
        "amendment_form.html",
        form.status,
        form=form,
        paragraph=found,
        meeting=found.minutes.meeting,
        valid=valid,
        illustrative=found.minutes.illustrative,
    )


@bp.get("/meetings/<code>/minutes/amendments/<int:number>")
@on(load=loaders.amendment, may=policies.read_amendment)
def amendment(amendment: Amendment) -> Response:
    """A correction: both wordings, the reason, who signed."""
    code = amendment.minutes.meeting.code
    number = amendment.draft.number if amendment.draft else 0
    draft = loaders.draft(actor=actor(), code=code, number=number) or abort(404)
    return amendment_page(draft, forms.SignForm(formdata=None), 200)


def amendment_page(draft: DraftVersion, form: forms.SignForm, status: int) -> Response:
    """The page of an amendment, also when a signature came back with something to mend."""
    found = draft.amendment or abort(404)
    who = actor()
    steps = signing.progress(draft, who.id, whole=scans.is_whole(draft.minutes.meeting, actor=who))
    waits = signatures.is_open(draft) and g.get("as_of") is None
    asked = signing.asked(draft, form, actor=who) if waits else None
    rule, n = reviews.rule_of(draft)
    return page(
        "amendment.html",
        status,
        amendment=found,
        draft=draft,
        meeting=draft.minutes.meeting,
        minutes=draft.minutes,
        changes=texts.difference(draft.header["old"], draft.header["new"]),
        steps=steps,
        given=len(signatures.consents(draft)),
        total=quorum.total_needed(rule, n, reviews.signings(draft), drafter=found.author_id),
        asked=asked,
        is_current=waits,
        may_sign=asked is not None,
        fingerprint=texts.short(draft.sha256),
        sign_form=form,
        illustrative=draft.minutes.illustrative,
    )
