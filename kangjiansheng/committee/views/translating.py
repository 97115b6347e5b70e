"""The page on which minutes are translated, paragraph by paragraph: the text on the left, what it says on the right."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.documents.outline import reference
from kangjiansheng.committee.forms.translations import TranslationForm
from kangjiansheng.committee.models import Meeting, Minutes, Paragraph
from kangjiansheng.committee.operations import translations as operations
from kangjiansheng.committee.queries import loaders, reading
from kangjiansheng.committee.rules.languages import NAMES, others
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.locked import typed
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import of_today, saved


@bp.get("/meetings/<code>/minutes/translation")
@on(load=loaders.meeting, may=policies.edit_minutes)
@of_today
def translation(meeting: Meeting) -> Response:
    """Every paragraph that the writer may see, with a field for the language that `?to=en` names."""
    return _page(meeting)


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/translation")
@on(load=loaders.any_paragraph, may=policies.edit_paragraph)
def translate(paragraph: Paragraph) -> Response:
    """Save what a paragraph says in the language that `?to=en` names."""
    code, public_id = paragraph.minutes.meeting.code, paragraph.public_id
    language, form = _asked(paragraph.minutes), TranslationForm()
    if paragraph.removed_at is not None:
        about = paragraph.minutes.meeting
        told = {"meeting": about, "typed": typed(form), "illustrative": about.illustrative}
        return page("paragraph_gone.html", 410, paragraph=paragraph, **told)

    def act() -> None:
        operations.translate(
            paragraph,
            language,
            actor=actor(),
            seen=form.seen or 0,
            revision=form.of,
            text=form.text.data or "",
        )

    if form.attempt(act):
        return saved(url_for(".translation", code=code, to=language, _anchor=public_id), _("已保存"))
    return _page(loaders.meeting(actor=actor(), code=code) or abort(404), public_id, form)


def _asked(minutes: Minutes) -> str:
    """The language into which is translated: the one that the address names, else the usual one."""
    offered = others(minutes.language)
    language = request.args.get("to") or offered[-1]
    return language if language in offered else abort(404)


def _page(meeting: Meeting, public_id: str = "", sent: TranslationForm | None = None) -> Response:
    minutes = meeting.minutes or abort(404)
    language = _asked(minutes)
    text = reading.working(minutes, actor=actor())
    reading.attach_translations(text, language)
    fields = {p.public_id: _field(p, sent if p.public_id == public_id else None) for p in text.paragraphs}
    return page(
        "translate.html",
        sent.status if sent else 200,
        meeting=meeting,
        minutes=minutes,
        text=text,
        fields=fields,
        language=language,
        languages=[(one, NAMES[one]) for one in others(minutes.language)],
        done=sum(1 for p in text.paragraphs if p.translation is not None),
        reference=reference(minutes.language),
        illustrative=minutes.illustrative,
    )


def _field(shown: reading.Shown, sent: TranslationForm | None) -> Any:
    """The form of one paragraph: what came back, or what stands there. There are many on the page, each with its id."""
    told = shown.translation
    form: Any = sent or TranslationForm(formdata=None, obj=told, revision=shown.revision_no)
    if sent is None:
        form.version.data = told.number if told else 0
    form.text.id = form.text.label.field_id = f"t-{shown.public_id}"
    for difference in form.conflict.differences if form.conflict else ():
        difference.field_id = form.text.id
    return form
