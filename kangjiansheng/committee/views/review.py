"""Commenting and signing."""

from typing import Any

from flask import abort, current_app, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.forms.factors import answered
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.views import proofs
from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.reviewing import DeadlineForm
from kangjiansheng.committee.models import Comment, DraftVersion, Meeting, Minutes, Paragraph
from kangjiansheng.committee.operations import codes, comments, deadlines, reviews, signatures
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import loaders, reading, silence
from kangjiansheng.committee.queries.miscounted import Miscounted, miscounted
from kangjiansheng.committee.views import signing
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.locked import text_locked
from kangjiansheng.committee.views.minutes import minutes_page
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form
from kangjiansheng.core.pages import of_today, saved
from kangjiansheng.core.transactions import afterwards


@bp.route("/meetings/<code>/minutes/review", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_minutes)
def open_review(meeting: Meeting) -> Any:
    """Put the text to review: who will sign, until when."""
    minutes, code = meeting.minutes or abort(404), meeting.code
    last = next((d.header.get("secrecy") for d in reading.drafts(minutes)), None) or {}
    form = forms.ReviewForm(obj=minutes, secrecy=last.get("level", ""), term=last.get("term", ""))

    def act() -> None:
        marked = {"secrecy": form.secrecy.data or "", "term": form.term.data or ""}
        reviews.open_review(minutes, actor=actor(), version=form.seen, due_on=form.due_on.data, **marked)

    if form.attempt(act):
        return saved(url_for(".minutes", code=code), _("已提交审阅，签署人已收到通知"))
    found = afresh(meeting)
    if refused := text_locked(found, form):
        return refused
    return page(
        "review_form.html", form.status, form=form, meeting=found, signers=_expected(found), miscounted=_miscounted(found)
    )  # fmt: skip


def _miscounted(meeting: Meeting) -> list[Miscounted]:
    """Where the text says something else of who was there than the list: a hint, for both are the writer's own."""
    counts = writing.counts_of(meeting)
    return miscounted(meeting.minutes, counts) if meeting.minutes and counts else []


@bp.route("/meetings/<code>/minutes/deadline", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_minutes)
@of_today
def put_off(meeting: Meeting) -> Any:
    """Give those who have not answered more time."""
    minutes, code = meeting.minutes or abort(404), meeting.code
    form = DeadlineForm(obj=minutes)
    if request.method == "GET":
        form.due_on.data = None

    def act() -> None:
        assert form.due_on.data is not None  # the form requires it
        deadlines.put_off(
            minutes, actor=actor(), version=form.seen, due_on=form.due_on.data, note=form.note.data or ""
        )

    if form.attempt(act):
        return saved(url_for(".minutes", code=code), _("审阅截止已延后，未答复的人已收到通知"))
    found = afresh(meeting)
    text = found.minutes
    draft = next(iter(reading.drafts(text)), None) if text and text.life == "review" else None
    if text is None or draft is None:
        abort(404)
    return page(
        "deadline_form.html", form.status, form=form, meeting=found, now=silence.ends_on(draft),
        pending=silence.pending(draft), consent=silence.days_of_silence(draft) is not None, illustrative=found.illustrative,
    )  # fmt: skip


def _expected(meeting: Meeting) -> list[Any]:
    try:
        who = reviews.fixed_signers(meeting, drafter=meeting.minutes.drafter_id if meeting.minutes else 0)
    except RuleBroken:
        return []
    seats = meeting.seats()
    return [(seats[one.person_id], one) for one in who]


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/comments")
@on(load=loaders.paragraph, may=policies.comment)
def comment(paragraph: Paragraph) -> Any:
    """Write a comment on a paragraph, or an answer."""
    form = forms.CommentForm()
    code, public_id = paragraph.minutes.meeting.code, paragraph.public_id
    parent = _parent(form, paragraph)
    if form.attempt(
        lambda: comments.comment(
            paragraph, actor=actor(), text=form.text.data or "", parent=parent, **form.about()
        )
    ):
        return saved(url_for(".minutes", code=code, _anchor=public_id), _("批注已发出"))
    meeting = loaders.meeting(actor=actor(), code=code) or abort(404)
    return minutes_page(meeting, forms.SignForm(formdata=None), form, form.status, at=public_id)


def _parent(form: forms.CommentForm, paragraph: Paragraph) -> Comment | None:
    text = str(form.parent.data or "")
    if not text:
        return None
    found = db.session.get(Comment, int(text)) if text.isdecimal() and len(text) < 15 else None
    if found is None or found.paragraph_id != paragraph.id:
        abort(404)
    return found


@bp.post("/meetings/<code>/minutes/drafts/<int:number>/signature")
@on(load=loaders.draft, may=policies.sign)
def sign(draft: DraftVersion) -> Any:
    """Sign a draft or an amendment, or ask for changes."""
    form = forms.SignForm()
    code, number = draft.minutes.meeting.code, draft.number
    if proving.is_throttled(g.actor.id):
        form.refusal = _("密码或验证码错误次数过多，请 15 分钟后再签署。")
        return _back(code, number, form, 429)
    if form.attempt(lambda: _try(draft, form)):
        words = {
            "request_changes": _("已退回修改，此前的批准已失效"),
            "approve": _("已签署并盖章"),
            "approve_with_reservation": _("已签署并盖章，保留意见已存档"),
            "author": _("已签署：起草"),
            "review": _("已签署：审阅"),
        }
        return saved(url_for(".minutes", code=code, _anchor="seals"), words[form.meaning.data])
    return _back(code, number, form, form.status)


def _try(draft: DraftVersion, form: forms.SignForm) -> None:
    who, draft_id = actor(), draft.id
    try:
        signatures.sign(
            draft,
            actor=who,
            meaning=form.meaning.data or "",
            note=form.note.data or "",
            shown_sha256=form.sha256.data or "",
            shown_objections=[
                int(k) for k in (form.objections.data or "").split() if k.isdecimal() and len(k) < 10
            ],
            password=form.password.data or "",
            code=form.code.data or "",
            passkey=answered(form, signing.purpose(draft, actor=who)),
        )
    except RuleBroken as problem:
        proofs.note(None, problem)
        if problem.code in ("committee:password-wrong", "committee:code-wrong", *proving.SECOND_WRONG):
            what = str(problem.field)
            afterwards(lambda: codes.count_failure(draft_id, what, actor=who))
        raise


@bp.post("/meetings/<code>/minutes/drafts/<int:number>/code")
@on(load=loaders.draft, may=policies.sign)
def send_code(draft: DraftVersion) -> Any:
    """Mail a code for one signature on this draft; what was typed stays in the form."""
    form, asked, code, number = forms.SignForm(), Form(), draft.minutes.meeting.code, draft.number
    if not current_app.config["SETTINGS"].smtp_url:
        form.refusal = _("本系统没有设置发信服务器，验证码无法送达，请联系管理员。")
        return _back(code, number, form, 422)
    if asked.attempt(lambda: codes.send(draft, actor=actor())):
        return _back(code, number, form, 200)
    form.refusal = asked.refusal
    return _back(code, number, form, asked.status)


def _back(code: str, number: int, form: forms.SignForm, status: int) -> Response:
    form.password.data = ""
    who: Actor = actor()
    draft = loaders.draft(actor=who, code=code, number=number) or abort(404)
    if draft.kind == "amendment":
        from kangjiansheng.committee.views.amendments import amendment_page

        return amendment_page(draft, form, status)
    meeting = loaders.meeting(actor=who, code=code) or abort(404)
    minutes: Minutes | None = meeting.minutes
    if minutes is not None and minutes.current_draft != number:
        form.sha256.data = ""  # the new draft must be read before it is signed
    return minutes_page(meeting, form, forms.CommentForm(formdata=None), status)
