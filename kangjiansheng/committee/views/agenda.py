"""The agenda of a meeting: its order and hours, and its items."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.agenda import ArrangeForm
from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.operations import meetings as operations
from kangjiansheng.committee.queries import loaders, overviews, papers
from kangjiansheng.committee.views import presenters
from kangjiansheng.committee.views.backlog import beside
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.deciding import GateChoice
from kangjiansheng.committee.views.locked import facts_locked
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import saved
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import visible_projects


@bp.route("/meetings/<code>/agenda", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def agenda(meeting: Meeting) -> Any:
    """The builder of the agenda: order and hours, and a new item."""
    code, form, gates = meeting.code, forms.ItemForm(), GateChoice(committee=meeting.committee)
    gates.offer(form.gate)
    people = presenters.choices(form.presenter_id, meeting, actor=actor())
    fields = lambda: _item_fields(form, gates, people)  # noqa: E731
    if form.attempt(lambda: operations.add_item(meeting, actor=actor(), **fields())):
        return saved(url_for(".agenda", code=code), _("已增加议题"))
    meeting = afresh(meeting)
    return facts_locked(meeting, form) or builder(meeting, form)


def builder(meeting: Meeting, form: forms.ItemForm, arranged: ArrangeForm | None = None) -> Response:
    """The page: what stands, or the order as somebody typed it that could not be saved."""
    found = overviews.agenda(meeting, actor=actor())
    rows: list[dict[str, Any]] = [
        {"item": item, "at": at, "minutes": item.minutes_planned}
        for item, at in zip(found.items, found.starts, strict=True)
    ]
    if arranged:
        typed = {key: (place, length) for place, (key, length) in enumerate(arranged.wishes())}
        rows.sort(key=lambda row: typed.get(row["item"].id, (len(typed), None))[0])
        for row in rows:
            _place, length = typed.get(row["item"].id, (0, None))
            row |= {"at": None, "minutes": row["minutes"] if length is None else length}
    offered = beside(meeting)
    return page(
        "agenda.html",
        arranged.status if arranged else form.status,
        form=form,
        arranging=arranged or ArrangeForm(formdata=None, obj=meeting),
        meeting=meeting,
        agenda=found,
        rows=rows,
        papers=papers.papers(found.items, actor=actor()),
        projects=_choices(form),
        **offered,
        illustrative=meeting.illustrative
        or found.is_illustrative
        or any(one.illustrative for one, _why in offered["suggestions"]),
    )


@bp.post("/meetings/<code>/agenda/order")
@on(load=loaders.meeting, may=policies.edit_meeting)
def arrange(meeting: Meeting) -> Any:
    """Order and lengths as one act. Who comes second is shown both orders, item by item."""
    code, form = meeting.code, ArrangeForm()
    ours = [item.id for item in overviews.agenda(meeting, actor=actor()).items]

    def act() -> None:
        order, lengths = form.wanted(ours)
        operations.arrange(meeting, order, lengths, actor=actor(), version=form.seen)

    if form.attempt(act):
        return saved(url_for(".agenda", code=code), _("已保存议程的安排"))
    meeting = afresh(meeting)
    if refused := facts_locked(meeting):
        return refused
    if form.conflict:
        items = overviews.agenda(meeting, actor=actor()).items
        form.compare([(item.id, name_of(item), item.minutes_planned) for item in items])
    empty = forms.ItemForm(formdata=None)
    GateChoice(committee=meeting.committee).offer(empty.gate)
    presenters.choices(empty.presenter_id, meeting, actor=actor())
    return builder(meeting, empty, form)


def _item_fields(
    form: forms.ItemForm, gates: GateChoice, people: presenters.People, project_id: int | None = None
) -> dict[str, Any]:
    """What was typed. `project_id` is that of the project that is there and stays: the editor may not see it."""
    code = (form.project.data or "").strip()
    if code and project_id is None:
        query = select(Project.id).where(Project.code == code, Project.id.in_(visible_projects(actor())))
        project_id = db.session.scalar(query)
        if project_id is None:
            raise RuleBroken("committee:project-unknown", "project", code=code)
    keys = ("name_hans", "name_hant", "name_en", "kind", "text")
    fields: dict[str, Any] = {key: form[key].data or "" for key in keys}
    fields |= {"minutes_planned": form.minutes_planned.data, "project_id": project_id}
    fields |= presenters.chosen(form.presenter_id.data, form.presenter.data or "", people)
    return gates.take(form.gate.data or "", fields)


@bp.route("/meetings/<code>/items/<int:number>", methods=["GET", "POST"])
@on(load=loaders.item, may=policies.edit_item)
def edit_item(item: AgendaItem) -> Any:
    """Change an item."""
    code = item.meeting.code
    form, gates = forms.ItemForm(obj=item), GateChoice(item=item)
    gates.offer(form.gate)
    people = presenters.choices(form.presenter_id, item.meeting, actor=actor(), item=item)
    kept = item.project_id if item.project and form.project.data == item.project.code else None

    def act() -> None:
        fields = _item_fields(form, gates, people, kept)
        operations.edit_item(item, actor=actor(), version=form.seen, **fields)

    if form.attempt(act):
        return saved(url_for(".agenda", code=code), _("已保存"))
    found = afresh(item)
    if refused := facts_locked(found.meeting, form):
        return refused
    return page(
        "item_form.html",
        form.status,
        form=form,
        item=found,
        meeting=found.meeting,
        projects=_choices(form, found),
        illustrative=found.meeting.illustrative,
    )


def _choices(form: forms.ItemForm, item: AgendaItem | None = None) -> list[tuple[str, str]]:
    """The projects that may be chosen: those that the editor may see, and the one that is there."""
    found = {p.code: f"{p.code} {name_of(p)}" for p in overviews.linkable_projects(actor=actor())}
    if item and item.project:
        found.setdefault(item.project.code, item.project.code)
    if form.project.errors and form.project.data:
        found.setdefault(form.project.data, form.project.data)
    return sorted(found.items())


@bp.route("/meetings/<code>/items/<int:number>/removal", methods=["GET", "POST"])
@on(load=loaders.item, may=policies.edit_item)
def remove_item(item: AgendaItem) -> Response:
    """Take an item from the agenda, after a page that names it."""
    code = item.meeting.code
    if request.method == "GET":
        meeting = loaders.meeting(actor=actor(), code=code) or abort(404)
        return facts_locked(meeting) or page(
            "confirm.html",
            meeting=meeting,
            title=_("移除议题"),
            about=name_of(item),
            what=_("移除后不能恢复，议题说明、材料和回避登记一并删除。"),
            back=url_for(".agenda", code=code),
            illustrative=meeting.illustrative,
        )
    operations.remove_item(item, actor=actor())
    return saved(url_for(".agenda", code=code), _("已移除议题"))
