"""The pages of saved views: keeping the list that is open, and putting one's views in order."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import NumberRange

from kangjiansheng.core import saved_views, trail
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.core.pages import page, saved, travel
from kangjiansheng.core.saved_views import SavedView
from kangjiansheng.core.views import bp


class SaveForm(Form):
    """The list that is open, under a name."""

    name = StringField(_l("名称"), [required(), at_most(60)])
    shared = BooleanField(_l("与所有登录者共享（各人只看到对自己开放的内容）"))
    opens = BooleanField(_l("打开这一页时默认使用"))
    list = HiddenField()
    query = HiddenField()
    days = HiddenField()  # of the page, which comes back with them


class EditForm(Form):
    """What can be changed of a view afterwards."""

    name = StringField(_l("名称"), [required(), at_most(60)])
    position = WholeNumberField(_l("次序"), [NumberRange(0, 999, _l("请填 0 到 999 的整数。"))])
    shared = BooleanField(_l("与所有登录者共享（各人只看到对自己开放的内容）"))
    opens = BooleanField(_l("打开这一页时默认使用"))
    version = VersionField()


@dataclass(frozen=True)
class Bar:
    """What a list shows of saved views: chips (label, address, current, count), and the query that is open with the
    days that no view keeps."""

    key: str
    chips: list[tuple[str, str, bool, None]]
    query: str
    days: str
    opening: str | None


def bar(key: str) -> Bar:
    """The saved views of a list for the reader. `opening` is the address of the one that opens it, when the
    reader asked for nothing in particular."""
    views = saved_views.listed(key, actor=actor())
    path, _name = saved_views.page_of(key)
    asked = request.query_string.decode("utf-8", "replace")
    query, days = saved_views.normal(asked), saved_views.days_of(asked)
    default = next((v for v in views if v.opens and v.person_id == actor().id), None)
    opening = travel(f"{path}?{default.query}") if default and default.query and not request.args else None
    everything = (_("全部"), travel(f"{path}?every=1" if default else path), not query, None)
    names = trail.names({v.person_id for v in views if v.person_id != actor().id})
    chips = [(_label(v, names), travel(f"{path}?{v.query}"), v.query == query, None) for v in views]
    return Bar(key, [everything, *chips] if chips else [], query, days, opening)


def _label(view: SavedView, names: dict[int, str]) -> str:
    whose = names.get(view.person_id)
    return _("%(name)s（%(whose)s）", name=view.name, whose=whose) if whose else view.name


@bp.get("/views")
@signed_in
def views() -> Response:
    """My saved views, each with what can be changed."""
    return _views()


def _views(refused: Form | None = None, of: SavedView | None = None, **more: Any) -> Response:
    rows = [
        {
            "view": view,
            "page": saved_views.page_of(view.page)[1],
            "address": f"{saved_views.page_of(view.page)[0]}?{view.query}",
            "form": refused if of is not None and of.id == view.id else _filled(view),
        }
        for view in saved_views.mine(actor=actor())
    ]
    return page("saved_views.html", refused.status if refused else 200, rows=rows, **{"new": None, **more})


def _filled(view: SavedView) -> EditForm:
    return EditForm(formdata=None, obj=view, prefix="")


@bp.post("/views")
@signed_in
def save_view() -> Response:
    """Keep the list that is open under a name."""
    form = SaveForm()
    made = form.attempt(
        lambda: saved_views.create(
            form.list.data or "",
            form.name.data or "",
            form.query.data or "",
            shared=form.shared.data,
            opens=form.opens.data,
            actor=actor(),
        )
    )
    if made is None:
        return _views(form, new=form)
    back = "&".join(filter(None, [made.query, saved_views.days_of(form.days.data or "")]))
    return saved(f"{saved_views.page_of(made.page)[0]}?{back}", _("视图已保存"))


@bp.post("/views/<int:number>")
@on(load=saved_views.own, may=saved_views.may)
def edit_view(view: SavedView) -> Response:
    """Rename, share, order, or make it the one that opens."""
    form = EditForm()
    done = form.attempt(
        lambda: saved_views.edit(
            view,
            form.name.data or "",
            shared=form.shared.data,
            opens=form.opens.data,
            position=form.position.data or 0,
            actor=actor(),
            version=form.version.data,
        )
    )
    return saved("/views", _("视图已保存")) if done else _views(form, of=view)


@bp.post("/views/<int:number>/delete")
@on(load=saved_views.own, may=saved_views.may)
def delete_view(view: SavedView) -> Response:
    """Remove a view."""
    saved_views.delete(view, actor=actor())
    return saved("/views", _("视图已删除"))
