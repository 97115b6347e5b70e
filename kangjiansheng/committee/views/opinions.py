"""What readers do with a draft: mark it as read, change their comments, suggest, agree and object."""

from typing import Any

from flask import abort, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms import reviewing as forms
from kangjiansheng.committee.models import Comment, DraftVersion, Meeting, Paragraph, Suggestion
from kangjiansheng.committee.operations import (
    comments,
    consents,
    marks,
    recall,
    signatures,
    silence,
    suggestions,
)
from kangjiansheng.committee.queries import loaders, opinions, reading
from kangjiansheng.committee.rules import texts
from kangjiansheng.committee.views import readers
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.locked import typed
from kangjiansheng.committee.views.minutes import offered
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import of_today, saved


def to_paragraph(paragraph: Paragraph) -> str:
    """The address of a paragraph on the page of its minutes."""
    return url_for(".minutes", code=paragraph.minutes.meeting.code, _anchor=paragraph.public_id)


@bp.post("/meetings/<code>/minutes/drafts/<int:number>/reading")
@on(load=loaders.draft, may=policies.read_draft)
def mark_read(draft: DraftVersion) -> Response:
    """Remember a draft as read, as far as the reader may see it."""
    marks.read(draft, actor=actor())
    return saved(url_for(".minutes", code=draft.minutes.meeting.code), _("已标为已读"))


@bp.route("/meetings/<code>/minutes/comments/<int:number>/edit", methods=["GET", "POST"])
@on(load=loaders.comment, may=policies.change_comment)
def edit_comment(remark: Comment) -> Any:
    """Change what one wrote a moment ago."""
    form = forms.CommentTextForm(obj=remark)
    paragraph = remark.paragraph
    back, meeting = to_paragraph(paragraph), paragraph.minutes.meeting
    if form.attempt(lambda: comments.edit(remark, actor=actor(), text=form.text.data or "")):
        return saved(back, _("批注已修改"))
    return _form(_("修改批注"), form, meeting, back, quote=remark.quote)


@bp.post("/meetings/<code>/minutes/comments/<int:number>/withdrawal")
@on(load=loaders.comment, may=policies.change_comment)
def withdraw_comment(remark: Comment) -> Response:
    """Take back what one wrote a moment ago."""
    back = to_paragraph(remark.paragraph)
    comments.withdraw(remark, actor=actor())
    return saved(back, _("批注已撤回"))


@bp.post("/meetings/<code>/minutes/comments/<int:number>/resolution")
@on(load=loaders.comment, may=policies.resolve)
def resolve(remark: Comment) -> Response:
    """Close a thread."""
    comments.resolve(remark, actor=actor())
    return saved(to_paragraph(remark.paragraph), _("已标为解决"))


@bp.post("/meetings/<code>/minutes/comments/<int:number>/reopening")
@on(load=loaders.comment, may=policies.resolve)
def reopen(remark: Comment) -> Response:
    """Open a thread again."""
    comments.reopen(remark, actor=actor())
    return saved(to_paragraph(remark.paragraph), _("已重新打开"))


@bp.get("/meetings/<code>/minutes/paragraphs/<public_id>/speakers")
@on(load=loaders.paragraph, may=policies.comment)
def speakers(paragraph: Paragraph) -> Response:
    """Whom one may speak to in a comment on a paragraph, for the list that opens after an @."""
    found = opinions.Speakers(paragraph.minutes.meeting, comments.OFFICES)
    names = found.names(paragraph.agenda_item_id)
    labels = [one.label for one in found.of(paragraph.agenda_item_id) if one.person.id != actor().id]
    return jsonify([label for label in labels if label in names])


@bp.route("/meetings/<code>/minutes/paragraphs/<public_id>/suggestion", methods=["GET", "POST"])
@on(load=loaders.paragraph, may=policies.comment)
def suggest(paragraph: Paragraph) -> Any:
    """Propose another wording for a paragraph."""
    form = forms.SuggestionForm(data={"text": paragraph.text, "revision": paragraph.revision_no})
    back, meeting = to_paragraph(paragraph), paragraph.minutes.meeting

    def act() -> Suggestion:
        return suggestions.suggest(
            paragraph,
            actor=actor(),
            text=form.text.data or "",
            note=form.note.data or "",
            seen=forms.whole(form.revision),
        )

    if form.attempt(act):
        return saved(back, _("建议已发出，秘书已收到通知"))
    return _form(_("建议修改"), form, meeting, back, text=paragraph.text)


@bp.post("/meetings/<code>/minutes/suggestions/<int:number>/withdrawal")
@on(load=loaders.suggestion, may=policies.withdraw_suggestion)
def withdraw_suggestion(suggestion: Suggestion) -> Response:
    """Take back a suggestion of one's own."""
    back = to_paragraph(suggestion.paragraph)
    suggestions.withdraw(suggestion, actor=actor())
    return saved(back, _("建议已撤回"))


@bp.route("/meetings/<code>/minutes/suggestions/<int:number>/taking", methods=["GET", "POST"])
@on(load=loaders.suggestion, may=policies.answer_suggestion)
def take_suggestion(suggestion: Suggestion) -> Any:
    """Take a suggestion into the text. One that no longer fits is shown beside the text as it stands now."""
    form, code = forms.TakeForm(), suggestion.paragraph.minutes.meeting.code
    act = lambda: suggestions.take(suggestion, actor=actor(), text=form.text.data or "")  # noqa: E731
    if form.attempt(act):
        return saved(_onward(code), _("已采纳，写入新的一稿"))
    found = afresh(suggestion)
    shown = opinions.proposed(found)
    if not form.text.data:
        form.text.data = shown.merged or shown.now
    return page(
        "suggestion.html",
        form.status,
        form=form,
        meeting=found.paragraph.minutes.meeting,
        one=shown,
        now_changes=texts.difference(shown.base, shown.now),
        would_change=texts.difference(shown.now, shown.merged) if shown.merged is not None else [],
        back=_onward(code),
        illustrative=found.illustrative,
    )


@bp.route("/meetings/<code>/minutes/suggestions/<int:number>/refusal", methods=["GET", "POST"])
@on(load=loaders.suggestion, may=policies.answer_suggestion)
def refuse_suggestion(suggestion: Suggestion) -> Any:
    """Leave a suggestion out, and say why."""
    form = forms.RefuseForm()
    code, meeting = suggestion.paragraph.minutes.meeting.code, suggestion.paragraph.minutes.meeting
    base = reading.wording(suggestion.paragraph, suggestion.revision_no) or ""
    proposed = (_("建议修改"), suggestion.text)
    if form.attempt(lambda: suggestions.refuse(suggestion, actor=actor(), reason=form.reason.data or "")):
        return saved(_onward(code), _("已记录，提出者会看到原因"))
    return _form(_("不采纳建议"), form, meeting, _onward(code), text=base, said=proposed)


def _onward(code: str) -> str:
    return url_for(".opinions", code=code)


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/consent")
@on(load=loaders.paragraph, may=policies.comment)
def consent(paragraph: Paragraph) -> Response:
    """Agree to a paragraph, or take back what one said to it."""
    kind = "withdraw" if request.form.get("kind") == "withdraw" else "agree"
    draft = request.form.get("draft", "")
    number = int(draft) if draft.isascii() and draft.isdigit() and len(draft) < 10 else None
    words = _("已收回您对这一段的意见") if kind == "withdraw" else _("已同意这一段")
    back = to_paragraph(paragraph)
    consents.answer(paragraph, actor=actor(), kind=kind, draft=number)
    return saved(back, words)


@bp.route("/meetings/<code>/minutes/paragraphs/<public_id>/objection", methods=["GET", "POST"])
@on(load=loaders.paragraph, may=policies.comment)
def object_to(paragraph: Paragraph) -> Any:
    """Object to a paragraph, in words."""
    form = forms.ObjectionForm(data={"draft": paragraph.minutes.current_draft})
    back, meeting = to_paragraph(paragraph), paragraph.minutes.meeting

    def act() -> Any:
        return consents.answer(
            paragraph,
            actor=actor(),
            kind="object",
            note=form.note.data or "",
            draft=forms.whole(form.draft),
        )

    if form.attempt(act):
        return saved(back, _("异议已提出，秘书已收到通知"))
    return _form(_("提出异议"), form, meeting, back, text=paragraph.text)


@bp.route("/meetings/<code>/minutes/objections/<int:number>/answer", methods=["GET", "POST"])
@on(load=loaders.objection, may=policies.settle)
def settle(objection: Any) -> Any:
    """Say what was done about an objection."""
    form = forms.SettleForm()
    meeting, said = objection.draft.minutes.meeting, (_("异议"), objection.note)
    code, rows = meeting.code, reading.rows_of(objection.draft)
    text = next((row.text for row in rows if row.id == objection.paragraph_id), "")
    if form.attempt(lambda: consents.settle(objection, actor=actor(), note=form.note.data or "")):
        return saved(_onward(code), _("已答复，提出者会收到通知"))
    return _form(_("答复异议"), form, meeting, _onward(code), text=text, said=said)


@bp.get("/meetings/<code>/minutes/opinions", endpoint="opinions")
@on(load=loaders.meeting, may=policies.read_drafts)
@of_today
def opinions_page(meeting: Meeting) -> Response:
    """Paragraph by paragraph who agrees and who objects, and what waits for the secretary."""
    offer = offered(meeting)
    minutes = meeting.minutes
    if minutes is None or offer is None or offer.draft is None:
        return page("minutes_none.html", meeting=meeting, illustrative=meeting.illustrative)
    text = reading.frozen(offer.draft, actor=actor())
    return page(
        "opinions.html",
        meeting=meeting,
        minutes=minutes,
        draft=offer.draft,
        text=text,
        said=opinions.said_to(text, minutes, offer.draft),
        keeps=offer.keeps and minutes.life in ("draft", "review"),
        said_keeps=offer.keeps and minutes.life in ("draft", "review"),
        **readers.TOOLS,
        me_id=actor().id,
        illustrative=minutes.illustrative,
    )


def _form(
    title: str,
    form: Any,
    meeting: Meeting,
    back: str,
    *,
    text: str = "",
    said: tuple[str, str] | None = None,
    quote: str = "",
    about: str = "",
) -> Response:
    """A page with one form about a paragraph, and what somebody said of it; what was typed is not lost when it came too
    late."""
    return page(
        "opinion_form.html",
        form.status,
        title=title,
        form=form,
        meeting=meeting,
        back=back,
        text=text,
        said=said,
        quote=quote,
        about=about,
        typed=typed(form) if form.refusal else [],
        illustrative=meeting.illustrative,
    )


@bp.post("/meetings/<code>/minutes/reminders")
@on(load=loaders.meeting, may=policies.edit_minutes)
@costly
def remind_all(meeting: Meeting) -> Response:
    """Remind everybody who has not answered the draft under review."""
    minutes, code = meeting.minutes or abort(404), meeting.code
    count = silence.remind_all(minutes, actor=actor())
    words = ngettext("已提醒 %(num)d 人", "已提醒 %(num)d 人", count)
    return saved(url_for(".minutes", code=code), words)


@bp.route("/meetings/<code>/minutes/recall", methods=["GET", "POST"], endpoint="recall")
@on(load=loaders.meeting, may=policies.edit_minutes)
def recall_draft(meeting: Meeting) -> Any:
    """Take the draft back from review, to take in what was said."""
    minutes, code = meeting.minutes or abort(404), meeting.code
    form = forms.RecallForm()
    if form.attempt(lambda: recall.recall(minutes, actor=actor(), note=form.note.data or "")):
        return saved(_onward(code), _("文稿已收回，签署人已收到通知"))
    found = afresh(meeting)
    text = found.minutes
    drafts = reading.drafts(text) if text and text.life == "review" else []
    given = len(signatures.consents(drafts[0])) if drafts else 0
    about = ngettext(
        "收回后文稿退回草稿，已有的 %(num)d 份批准和逐段意见失效，新稿提交后须重新审阅和签署。",
        "收回后文稿退回草稿，已有的 %(num)d 份批准和逐段意见失效，新稿提交后须重新审阅和签署。",
        given,
    )
    return _form(_("收回文稿"), form, found, url_for(".minutes", code=code), about=about)
