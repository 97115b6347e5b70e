"""Writing minutes: paragraph by paragraph, with a preview."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.paragraphs import StartForm
from kangjiansheng.committee.models import Action, AgendaItem, Meeting, Minutes, Paragraph
from kangjiansheng.committee.operations import minutes as operations
from kangjiansheng.committee.operations import outcomes
from kangjiansheng.committee.queries import loaders, overviews, reading
from kangjiansheng.committee.views.base import bp, page, seat
from kangjiansheng.committee.views.locked import text_locked
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, saved


@bp.post("/meetings/<code>/minutes")
@on(load=loaders.meeting, may=policies.edit_minutes)
def start_minutes(meeting: Meeting) -> Response:
    """Begin the minutes from agenda and attendance, in the language that is chosen."""
    operations.start(meeting, actor=actor(), language=StartForm().chosen)
    return saved(url_for(".write", code=meeting.code), _("已按议程起草纪要"))


@bp.get("/meetings/<code>/minutes/edit")
@on(load=loaders.meeting, may=policies.edit_minutes)
@of_today
def write(meeting: Meeting) -> Response:
    """The secretary's page: every paragraph, and what can be added."""
    return write_page(meeting)


def write_page(meeting: Meeting, status: int = 200, **opened: Any) -> Response:
    """The page, with a form that came back in its place (`paragraph`, `decision`, `action` or `edit`)."""
    minutes = meeting.minutes or abort(404)
    text = reading.working(minutes, actor=actor())
    reading.attach_comments(text, minutes)
    new = opened.get("paragraph") or forms.NewParagraphForm(formdata=None, after=_asked_after(text))
    decision = opened.get("decision") or forms.DecisionForm(formdata=None, prefix="d-")
    action = opened.get("action") or forms.ActionForm(formdata=None, prefix="a-")
    new.after.choices = [("", str(_("末尾")))] + [(p.public_id, _excerpt(p)) for p in text.paragraphs]
    _fill_items(meeting, decision, action)
    seats = meeting.seats().values()
    action.owner_id.choices = [("", "—")] + [(str(m.person_id), seat(m)) for m in seats if m.person.email]
    return page(
        "write.html",
        status,
        meeting=meeting,
        minutes=minutes,
        text=text,
        paragraph_form=new,
        decision_form=decision,
        action_form=action,
        edit=opened.get("edit"),
        edit_id=opened.get("edit_id", ""),
        preview=opened.get("preview"),
        actions=reading.open_actions(minutes, actor=actor()),
        last_note=_last_note(minutes, whole=text.is_whole),
        illustrative=minutes.illustrative,
    )


def _asked_after(text: reading.Reading) -> str:
    asked = request.args.get("after", "")
    if any(p.public_id == asked for p in text.paragraphs):
        return asked
    return _before_actions(text)


def _before_actions(text: reading.Reading) -> str:
    """A new paragraph goes before the list of actions with its heading, unless another place is chosen."""
    rows = text.paragraphs
    at = next((i for i, p in enumerate(rows) if p.kind == "action"), 0)
    while at > 0 and rows[at - 1].kind == "heading":
        at -= 1
    return rows[at - 1].public_id if at > 0 else ""


def _excerpt(shown: reading.Shown) -> str:
    words = " ".join(shown.text.split())
    return f"{shown.no} {words[:18]}{'…' if len(words) > 18 else ''}"


def _fill_items(meeting: Meeting, *made: Any) -> None:
    items = [("", str(_("不属于某项议题")))] + [
        (str(i.id), f"{i.position} {name_of(i)}") for i in _items(meeting)
    ]
    for form in made:
        form.item.choices = items


def _items(meeting: Meeting) -> list[AgendaItem]:
    """The items that this writer may see."""
    return overviews.agenda(meeting, actor=actor()).items


def _last_note(minutes: Minutes, *, whole: bool) -> str:
    """Who sent the last draft back, and why; a reason may speak of what is withheld from this writer."""
    for draft in reading.drafts(minutes)[:1]:
        for signature in draft.signatures:
            if signature.meaning == "request_changes":
                return f"{signature.printed_name}：{signature.note}" if whole else signature.printed_name
    return ""


def _item(meeting: Meeting, value: Any) -> AgendaItem | None:
    return next((i for i in _items(meeting) if str(i.id) == str(value or "")), None)


@bp.post("/meetings/<code>/minutes/paragraphs")
@on(load=loaders.meeting, may=policies.edit_minutes)
def add_paragraph(meeting: Meeting) -> Any:
    """Put in a paragraph."""
    minutes, code, form = meeting.minutes or abort(404), meeting.code, forms.NewParagraphForm()

    def act() -> Paragraph:
        after = next(
            (p for p in operations.standing_paragraphs(minutes) if p.public_id == form.after.data), None
        )
        return operations.add_paragraph(
            minutes, actor=actor(), kind=form.kind.data, text=form.text.data or "", after=after
        )

    made = form.attempt(act)
    if made:
        return saved(url_for(".write", code=code, _anchor=made.public_id), _("已增加段落"))
    meeting = afresh(meeting)
    return text_locked(meeting, form) or write_page(meeting, form.status, paragraph=form)


@bp.post("/meetings/<code>/minutes/decisions")
@on(load=loaders.meeting, may=policies.edit_minutes)
def add_decision(meeting: Meeting) -> Any:
    """Record a resolution or a recommendation."""
    minutes, code = meeting.minutes or abort(404), meeting.code
    form = forms.DecisionForm(prefix="d-")
    made = form.attempt(
        lambda: outcomes.record_decision(
            minutes,
            actor=actor(),
            kind=form.kind.data,
            text=form.text.data or "",
            item=_item(meeting, form.item.data),
            votes=form.votes(),
        )
    )
    if made:
        return saved(url_for(".write", code=code), _("已记录 %(number)s", number=made.number))
    meeting = afresh(meeting)
    return text_locked(meeting, form) or write_page(meeting, form.status, decision=form)


@bp.post("/meetings/<code>/minutes/actions")
@on(load=loaders.meeting, may=policies.edit_minutes)
def add_action(meeting: Meeting) -> Any:
    """Record who does what by when."""
    minutes, code = meeting.minutes or abort(404), meeting.code
    form = forms.ActionForm(prefix="a-")

    def act() -> Action:
        return outcomes.record_action(
            minutes,
            actor=actor(),
            text=form.text.data or "",
            owner_id=_owner(meeting, form.owner_id.data),
            owner_role=form.owner_role.data or "",
            due_on=form.due_on.data,
            item=_item(meeting, form.item.data),
        )

    made = form.attempt(act)
    if made:
        return saved(url_for(".write", code=code), _("已记录 %(number)s", number=made.number))
    meeting = afresh(meeting)
    return text_locked(meeting, form) or write_page(meeting, form.status, action=form)


def _owner(meeting: Meeting, value: Any) -> int | None:
    known = {str(m.person_id): m.person_id for m in meeting.committee.members}
    return known.get(str(value or ""))


@bp.post("/meetings/<code>/minutes/actions/<number>/removal")
@on(load=loaders.meeting_action, may=policies.edit_action)
def remove_action(action: Action) -> Response:
    """Take an action out of a draft."""
    meeting = action.meeting
    outcomes.remove_action(action, meeting.minutes or abort(404), actor=actor())
    undo = url_for(".restore_action", code=meeting.code, number=action.number)
    return saved(url_for(".write", code=meeting.code), _("已移除行动项"), undo=undo)


@bp.post("/meetings/<code>/minutes/actions/<number>/restoration")
@on(load=loaders.dropped_action, may=policies.edit_action)
def restore_action(action: Action) -> Response:
    """Put an action back that was taken out."""
    meeting = action.meeting
    outcomes.restore_action(action, meeting.minutes or abort(404), actor=actor())
    return saved(url_for(".write", code=meeting.code), _("已恢复行动项"))
