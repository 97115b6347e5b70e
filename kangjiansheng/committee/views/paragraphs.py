"""One paragraph: written with a preview and saved as one writes, joined with what another wrote meanwhile; cut, joined to
the one before, put elsewhere, taken out and put back."""

from collections.abc import Sequence
from typing import Any

from flask import abort, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms import paragraphs as paragraph_forms
from kangjiansheng.committee.forms.motions import EnteredDissentForm
from kangjiansheng.committee.models import Decision, Meeting, Paragraph
from kangjiansheng.committee.operations import minutes as operations
from kangjiansheng.committee.operations import outcomes, parts
from kangjiansheng.committee.queries import dissents, loaders, reading
from kangjiansheng.committee.queries.taken import seat_names
from kangjiansheng.committee.rules import merging, paragraphs
from kangjiansheng.committee.views.base import PICTURES, bp, page
from kangjiansheng.committee.views.locked import text_locked, typed
from kangjiansheng.core import clock, i18n
from kangjiansheng.core import text as gate
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.i18n import moment
from kangjiansheng.core.markdown import render
from kangjiansheng.core.pages import saved


@bp.route("/meetings/<code>/minutes/paragraphs/<public_id>", methods=["GET", "POST"])
@on(load=loaders.any_paragraph, may=policies.edit_paragraph)
def edit_paragraph(paragraph: Paragraph) -> Any:
    """Write a new wording; two who write at once both see both."""
    code, public_id = paragraph.minutes.meeting.code, paragraph.public_id
    decision = loaders.decision_of(paragraph)
    kind = forms.DecisionForm if decision else forms.ParagraphForm
    form: Any = kind(obj=paragraph)
    if decision and not form.is_submitted():
        form.process(obj=_Both(paragraph, decision))
    if decision:
        del form.kind, form.item
    if paragraph.removed_at is not None:
        return text_locked(paragraph.minutes.meeting, form) or _gone(paragraph, form)
    if request.form.get("preview"):
        return form_page(
            code, public_id, form, 200, preview=render(gate.clean(form.text.data or ""), PICTURES)
        )
    if request.form.get("merge"):
        return _merged(paragraph, form)

    if request.form.get("resolve") == "theirs" and form.validate_on_submit():
        operations.set_aside(paragraph, actor=actor(), text=form.text.data or "")
        return saved(
            url_for(".edit_paragraph", code=code, public_id=public_id), _("您的文字已留在这一段的历史里")
        )

    def act() -> None:
        if decision:
            outcomes.edit_decision(
                decision, paragraph, actor=actor(), seen=form.seen, text=form.text.data, votes=form.votes()
            )
        else:
            operations.edit_paragraph(paragraph, actor=actor(), seen=form.seen, text=form.text.data)

    by_itself = request.accept_mimetypes.best == "application/json"  # saved while the writer writes on
    if form.attempt(act):
        if by_itself:
            return jsonify({"version": paragraph.version, "at": moment(clock.now())[11:]})
        return saved(url_for(".write", code=code, _anchor=public_id), _("已保存"))
    if by_itself:
        return jsonify({"conflict": form.conflict is not None}), form.status
    return form_page(code, public_id, form, form.status)


def _merged(paragraph: Paragraph, form: Any) -> Response:
    """What was typed here joined with what was saved meanwhile, as chosen, to be read once more before it is saved.
    When yet another wording came in between, it is shown first."""
    code, public_id = paragraph.minutes.meeting.code, paragraph.public_id
    pieces = _pieces(paragraph, form)
    if pieces is None or form.seen != paragraph.version:
        form.version.data, form.version.raw_data = paragraph.version, None
        return form_page(code, public_id, form, 409, late=True)
    clashes = merging.clashes(pieces)
    choices = {n: request.form.get(f"clash-{n}", "both") for n in range(len(clashes))}
    form.text.data = merging.chosen(pieces, choices)
    return form_page(code, public_id, form, 200, joined=True, clashes=clashes)


def _pieces(paragraph: Paragraph, form: Any) -> list[merging.Piece] | None:
    """The joined text of two writers; None when nobody knows the wording from which this one began."""
    number = request.form.get("base", "") or request.form.get("version", "")
    base = reading.wording(paragraph, int(number)) if number.isdecimal() and len(number) < 10 else None
    if base is None:
        return None
    return merging.merge(base, form.text.data or "", paragraph.text)


def _gone(paragraph: Paragraph, form: Any) -> Response:
    """Somebody took the paragraph out: what stood there, what was typed here, and the way to put it back."""
    return page(
        "paragraph_gone.html",
        410,
        paragraph=paragraph,
        meeting=paragraph.minutes.meeting,
        typed=typed(form),
        illustrative=paragraph.minutes.illustrative,
    )


class _Both:
    """A paragraph with the votes of its decision, as one form shows them."""

    def __init__(self, paragraph: Paragraph, decision: Any) -> None:
        self.text, self.version = paragraph.text, paragraph.version
        for key in outcomes.VOTES:
            setattr(self, key, getattr(decision, key))


def form_page(
    code: str,
    public_id: str,
    form: Any,
    status: int,
    *,
    preview: Any = None,
    joined: bool = False,
    clashes: Sequence[merging.Clash] = (),
    late: bool = False,
    problem: str = "",
    picture: Any = None,
    dissent: Any = None,
) -> Response:
    """The page of a paragraph, with what came of a form: typed text, its preview, joined wordings, a refusal."""
    found = loaders.any_paragraph(actor=actor(), code=code, public_id=public_id) or abort(404)
    if refused := text_locked(found.minutes.meeting, form):
        return refused
    if found.removed_at is not None:
        return _gone(found, form)
    decision = loaders.decision_of(found)
    return page(
        "paragraph_form.html",
        status,
        form=form,
        paragraph=found,
        meeting=found.minutes.meeting,
        decision=decision,
        **_dissents(decision, dissent),
        preview=preview or render(gate.clean(form.text.data or ""), PICTURES),
        pieces=_pieces(found, form) if form.conflict or late else None,
        base=request.form.get("base", "") or request.form.get("version", ""),
        joined=joined,
        clashes=clashes,
        problem=problem,
        picture=picture or paragraph_forms.ImageForm(formdata=None),
        cuts=paragraphs.cuts(found.text) if found.kind == "text" else [],
        before=_before(found),
        places=reading.outline(found.minutes, actor=actor()),
        illustrative=found.minutes.illustrative,
    )


def decision_form(paragraph: Paragraph, decision: Decision) -> forms.DecisionForm:
    """The form of a decision as it stands."""
    form = forms.DecisionForm(formdata=None, obj=_Both(paragraph, decision))
    del form.kind, form.item
    return form


def _dissents(decision: Decision | None, form: Any) -> dict[str, Any]:
    """What the page shows of dissent; nothing where there is no decision, or one that was voted on as a motion."""
    if decision is None or outcomes.voted_on(decision):
        return {}
    seats = seat_names(decision.meeting)
    able = dissents.may_dissent(decision)
    form = form or EnteredDissentForm(formdata=None)
    form.person.choices = [("", "—"), *((str(key), name) for key, name in seats.items() if key in able)]
    return {
        "dissents": dissents.dissents_of(decision), "dissent_form": form, "seats_of": seats, "may_dissent": bool(able),
    }  # fmt: skip


@bp.post("/meetings/<code>/minutes/preview")
@on(load=loaders.meeting, may=policies.edit_minutes)
def preview(meeting: Meeting) -> Response:
    """Typed Markdown as it will be shown; nothing is stored."""
    return page("preview.html", html=render(gate.clean(request.form.get("text", "")[:20000]), PICTURES))


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/up")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def paragraph_up(paragraph: Paragraph) -> Response:
    """Move a paragraph up."""
    return _move(paragraph, -1)


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/down")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def paragraph_down(paragraph: Paragraph) -> Response:
    """Move a paragraph down."""
    return _move(paragraph, 1)


def _move(paragraph: Paragraph, by: int) -> Response:
    operations.move_paragraph(paragraph, by, actor=actor())
    code = paragraph.minutes.meeting.code
    return saved(url_for(".write", code=code, _anchor=paragraph.public_id), _("已移动"))


def _before(paragraph: Paragraph) -> Paragraph | None:
    """The paragraph to which this one may be joined."""
    order = operations.standing_paragraphs(paragraph.minutes)
    at = order.index(paragraph) if paragraph in order else 0
    first = order[at - 1] if at else None
    if first is None:
        return None
    ends = (first.kind, first.agenda_item_id), (paragraph.kind, paragraph.agenda_item_id)
    return first if paragraphs.can_join(*ends) else None


def _changed(paragraph: Paragraph, act: Any, words: str) -> Response:
    """Cut, join or put a paragraph; refused, the page of the paragraph says why and shows it as it stands."""
    code, public_id = paragraph.minutes.meeting.code, paragraph.public_id
    form = paragraph_forms.PartsForm()
    if not form.validate_on_submit():
        return form_page(code, public_id, forms.ParagraphForm(formdata=None, obj=paragraph), 422)
    try:
        shown: Paragraph = act(form)
    except (RuleBroken, Stale) as problem:
        late = isinstance(problem, Stale)
        told = (
            i18n.explain(problem)
            if isinstance(problem, RuleBroken)
            else _("这一段刚被别人改过，请看过再做。")
        )
        found = loaders.any_paragraph(actor=actor(), code=code, public_id=public_id) or abort(404)
        fresh = forms.ParagraphForm(formdata=None, obj=found)
        return form_page(code, public_id, fresh, 409 if late else 422, problem=told)
    return saved(url_for(".write", code=code, _anchor=shown.public_id), words)


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/split")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def split_paragraph(paragraph: Paragraph) -> Response:
    """Cut a paragraph in two."""

    def act(form: Any) -> Paragraph:
        return parts.split(paragraph, actor=actor(), seen=form.seen, at=form.at.data or 0)

    return _changed(paragraph, act, _("已拆成两段"))


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/joining")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def join_paragraph(paragraph: Paragraph) -> Response:
    """Join a paragraph to the one before it."""
    return _changed(
        paragraph, lambda form: parts.join(paragraph, actor=actor(), seen=form.seen), _("已并入上一段")
    )


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/place")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def put_paragraph(paragraph: Paragraph) -> Response:
    """Put a paragraph after another one."""

    def act(form: Any) -> Paragraph:
        order = operations.standing_paragraphs(paragraph.minutes)
        after = next((p for p in order if p.public_id == form.after.data), None)
        if form.after.data and after is None:
            raise RuleBroken("committee:paragraph-gone")
        parts.put(paragraph, after, actor=actor())
        return paragraph

    return _changed(paragraph, act, _("已移动"))


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/removal")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def remove_paragraph(paragraph: Paragraph) -> Response:
    """Take a paragraph out, with its decision if it holds one."""
    code, decision = paragraph.minutes.meeting.code, loaders.decision_of(paragraph)
    if decision:
        outcomes.remove_decision(decision, paragraph, actor=actor())
    else:
        operations.remove_paragraph(paragraph, actor=actor())
    undo = url_for(".restore_paragraph", code=code, public_id=paragraph.public_id)
    return saved(url_for(".write", code=code), _("已移除段落"), undo=undo)


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/restoration")
@on(load=loaders.any_paragraph, may=policies.edit_paragraph)
def restore_paragraph(paragraph: Paragraph) -> Response:
    """Put a paragraph back that was taken out."""
    operations.restore_paragraph(paragraph, actor=actor())
    code = paragraph.minutes.meeting.code
    return saved(url_for(".write", code=code, _anchor=paragraph.public_id), _("已恢复段落"))
