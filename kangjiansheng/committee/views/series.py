"""Series of meetings and templates of agendas: for those who keep a committee."""

from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import SelectField

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.base import KINDS
from kangjiansheng.committee.forms.series import (
    NTH,
    EndForm,
    RestForm,
    SeriesForm,
    TemplateEditForm,
    TemplateForm,
)
from kangjiansheng.committee.models import AgendaTemplate, Committee, Meeting, MeetingSeries
from kangjiansheng.committee.operations import series as operations
from kangjiansheng.committee.queries import loaders, overviews
from kangjiansheng.committee.queries import series as reading
from kangjiansheng.committee.rules.series import nth_of
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.calendar import china
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, saved

SERIES, TEMPLATES = "/committees/<code>/series", "/committees/<code>/templates"


def offer(field: SelectField, committee: Committee) -> dict[str, AgendaTemplate]:
    """Put the templates of a committee into a form's field."""
    found = {str(one.id): one for one in reading.templates(committee.id)}
    field.choices = [("", "—"), *((key, name_of(one)) for key, one in found.items())]  # type: ignore[assignment]
    return found


def chosen(key: str | None, found: dict[str, AgendaTemplate]) -> AgendaTemplate | None:
    """The template that was chosen, if any."""
    if key and key not in found:
        raise RuleBroken("committee:template-unknown", "template")
    return found.get(key or "")


@bp.get(SERIES)
@on(load=loaders.committee, may=policies.plan_meetings)
@of_today
def all_series(committee: Committee) -> Response:
    """The series of a committee, and the form for another one."""
    form = SeriesForm(formdata=None)
    offer(form.template, committee)
    return _all(committee, form)


def _all(committee: Committee, form: SeriesForm) -> Response:
    found = reading.all_series(committee.id)
    return page(
        "all_series.html",
        form.status,
        committee=committee,
        series=[(one, rule(one)) for one in found],
        form=form,
    )


@bp.post(SERIES)
@on(load=loaders.committee, may=policies.plan_meetings)
def plan_series(committee: Committee) -> Any:
    """Lay out a series: its meetings are drafts."""
    form, code = SeriesForm(), committee.code
    templates = offer(form.template, committee)

    def act() -> MeetingSeries:
        keys = ("name", "unit", "every", "first", "until", "starts", "ends")
        fields: dict[str, Any] = {key: form[key].data for key in keys}
        fields |= {"nth": int(form.nth.data), "place": form.place.data or ""}
        fields["template"] = chosen(form.template.data, templates)
        return operations.plan(committee, actor=actor(), **fields)

    made = form.attempt(act)
    if made:
        return saved(url_for(".series", code=code, number=made.id), _said(made))
    committee = afresh(committee)
    offer(form.template, committee)
    return _all(committee, form)


def _said(made: MeetingSeries) -> str:
    count = len(reading.meetings(made, actor=actor()))
    said = ngettext("已建立 %(num)d 次会议的草稿", "已建立 %(num)d 次会议的草稿", count)
    if made.skipped:
        said += _("，") + _("跳过节假日：%(days)s", days=_("、").join(made.skipped))
    return said


def rule(one: MeetingSeries) -> str:
    """The rule of a series in words."""
    weekday = prose_weekday(one.first)
    if one.unit == "week":
        return ngettext(
            "每 %(num)d 周的%(weekday)s", "每 %(num)d 周的%(weekday)s", one.every, weekday=weekday
        )
    nth = str(dict(NTH)[str(one.nth or nth_of(one.first))])
    return ngettext(
        "每 %(num)d 个月的%(nth)s%(weekday)s",
        "每 %(num)d 个月的%(nth)s%(weekday)s",
        one.every,
        nth=nth,
        weekday=weekday,
    )


def prose_weekday(day: date) -> str:
    """Monday, in words."""
    words = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return words[day.weekday()]


@bp.get(f"{SERIES}/<int:number>")
@on(load=reading.series, may=policies.edit_series)
@of_today
def series(series: MeetingSeries) -> Response:
    """One series: its meetings, the days that were left out, and what may be done with the rest."""
    form = RestForm(formdata=None, obj=series)
    return _one(series, form, EndForm(formdata=None))


def _one(series: MeetingSeries, form: RestForm, ending: EndForm) -> Response:
    found = reading.meetings(series, actor=actor())
    known = china()
    return page(
        "series.html",
        next((f.status for f in (form, ending) if f.status != 200), 200),
        series=series,
        committee=series.committee,
        rule=rule(series),
        meetings=found,
        unchecked=sorted({m.held_on.year for m in found if not known.covers(m.held_on)}),
        form=form,
        ending=ending,
        illustrative=any(m.illustrative for m in found),
    )


@bp.post(f"{SERIES}/<int:number>/rest")
@on(load=reading.series, may=policies.edit_series)
def change_rest(series: MeetingSeries) -> Any:
    """Change hours and place of the drafts from a day on."""
    form, code, number = RestForm(), series.committee.code, series.id

    def act() -> int:
        return operations.change_rest(
            series,
            actor=actor(),
            version=form.seen,
            since=form.since.data or series.first,
            starts=form.starts.data,
            ends=form.ends.data,
            place=form.place.data or "",
        )

    count = form.attempt(act)
    if count:
        said = ngettext("已修改 %(num)d 次会议", "已修改 %(num)d 次会议", count)
        return saved(url_for(".series", code=code, number=number), said)
    again = afresh(series)
    return _one(again, form, EndForm(formdata=None))


@bp.post(f"{SERIES}/<int:number>/end")
@on(load=reading.series, may=policies.edit_series)
def end_series(series: MeetingSeries) -> Any:
    """Give up the drafts from a day on."""
    form, code, number = EndForm(), series.committee.code, series.id
    count = form.attempt(lambda: operations.end(series, actor=actor(), since=form.since.data or series.first))
    if count:
        said = ngettext("已放弃 %(num)d 份草稿", "已放弃 %(num)d 份草稿", count)
        return saved(url_for(".series", code=code, number=number), said)
    again = afresh(series)
    return _one(again, RestForm(formdata=None, obj=again), form)


@bp.get(TEMPLATES)
@on(load=loaders.committee, may=policies.plan_meetings)
@of_today
def templates(committee: Committee) -> Response:
    """The templates of a committee."""
    return page("templates.html", committee=committee, templates=reading.templates(committee.id))


@bp.route(f"{TEMPLATES}/<int:number>", methods=["GET", "POST"])
@on(load=reading.template, may=policies.edit_template)
@of_today
def edit_template(template: AgendaTemplate) -> Any:
    """Rename a template, and change its items, their lengths and their order."""
    code, form = template.committee.code, TemplateEditForm(obj=template)

    def act() -> None:
        names = {key: getattr(form, key).data or "" for key in ("name_hans", "name_hant", "name_en")}
        operations.edit_template(template, actor=actor(), version=form.seen, names=names, items=form.items())

    if form.attempt(act):
        return saved(url_for(".templates", code=code), _("模板已保存"))
    found = afresh(template)
    return page(
        "template_edit.html", form.status, form=form, edited=found, committee=found.committee,
        rows=form.rows(found), kinds=KINDS,
    )  # fmt: skip


@bp.post(f"{TEMPLATES}/<int:number>/removal")
@on(load=reading.template, may=policies.edit_template)
def remove_template(template: AgendaTemplate) -> Response:
    """Offer a template no more."""
    code = template.committee.code
    operations.archive_template(template, actor=actor())
    return saved(url_for(".templates", code=code), _("模板已移除"))


@bp.route("/meetings/<code>/agenda/template", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_meeting)
def make_template(meeting: Meeting) -> Any:
    """Keep the agenda of a meeting as a template."""
    form, committee = TemplateForm(), meeting.committee.code
    seen = overviews.agenda(meeting, actor=actor()).items

    def act() -> AgendaTemplate:
        return operations.make_template(meeting, seen, actor=actor(), name=form.name.data or "")

    if form.attempt(act):
        return saved(url_for(".templates", code=committee), _("已存为模板"))
    found = afresh(meeting)
    return page("template_form.html", form.status, form=form, meeting=found, illustrative=found.illustrative)
