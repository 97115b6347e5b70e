"""What waits for a meeting, and what is proposed beside an agenda."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.agenda import BacklogForm, CarryOverForm
from kangjiansheng.committee.models import AgendaItem, BacklogItem, Committee, Meeting
from kangjiansheng.committee.operations import backlog as operations
from kangjiansheng.committee.operations import dismissals
from kangjiansheng.committee.queries import backlog as reading
from kangjiansheng.committee.queries import loaders, overviews, suggested
from kangjiansheng.committee.rules.suggestions import Suggestion
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.meetings import show
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of, prose_day
from kangjiansheng.core.pages import of_today, saved

WAITING = "/committees/<code>/backlog"


@bp.get(WAITING)
@on(load=loaders.committee, may=policies.see)
@of_today
def backlog(committee: Committee) -> Response:
    """The items of a committee that wait for a meeting, as far as the reader may see them."""
    return _page(committee, BacklogForm(formdata=None))


def _page(committee: Committee, form: BacklogForm) -> Response:
    who = actor()
    items = reading.waiting(committee, actor=who)
    return page(
        "backlog.html",
        form.status,
        committee=committee,
        items=items,
        form=form,
        may_propose=policies.propose_to_backlog(who, committee),
        may_drop={item.id for item in items if policies.drop_from_backlog(who, item)},
        open_projects=overviews.open_projects(items, actor=who),
        illustrative=any(item.project and item.project.illustrative for item in items),
    )


@bp.post(WAITING)
@on(load=loaders.committee, may=policies.propose_to_backlog)
def propose_to_backlog(committee: Committee) -> Any:
    """A member proposes an item for a later meeting."""
    form, code = BacklogForm(), committee.code
    keys = ("name_hans", "kind", "presenter", "text")

    def act() -> BacklogItem:
        fields: dict[str, Any] = {key: form[key].data or "" for key in keys}
        fields["minutes_planned"] = form.minutes_planned.data
        return operations.propose(committee, actor=actor(), **fields)

    if form.attempt(act):
        return saved(url_for(".backlog", code=code), _("已列入待议事项"))
    return _page(afresh(committee), form)


@bp.post(f"{WAITING}/<int:number>/removal")
@on(load=reading.backlog_item, may=policies.drop_from_backlog)
def drop_from_backlog(item: BacklogItem) -> Response:
    """Take an item out of those that wait."""
    operations.drop(item, actor=actor())
    return saved(url_for(".backlog", code=item.committee.code), _("已移出待议"))


@bp.post("/meetings/<code>/agenda/backlog")
@on(load=loaders.meeting, may=policies.edit_meeting)
def take_from_backlog(meeting: Meeting) -> Response:
    """Put waiting items on the agenda: the one whose button was pressed, or all that were ticked."""
    wanted = set(request.form.getlist("take") or request.form.getlist("pick"))
    items = [one for one in reading.waiting(meeting.committee, actor=actor()) if str(one.id) in wanted]
    if items:
        operations.take(meeting, items, actor=actor())
    return _back(meeting, len(items))


@bp.post("/meetings/<code>/items/<int:number>/backlog")
@on(load=loaders.item, may=policies.edit_item)
def put_back(item: AgendaItem) -> Response:
    """Take an item from the agenda and keep it for a later meeting."""
    code = item.meeting.code
    operations.put_back(item, actor=actor())
    return saved(url_for(".agenda", code=code), _("已放回待议事项"))


@bp.post("/meetings/<code>/agenda/carrying")
@on(load=loaders.meeting, may=policies.edit_meeting)
def carry_over(meeting: Meeting) -> Response:
    """Put what a cancelled meeting was to deal with on another agenda, or among what waits, as far as this person sees
    it."""
    form, code, home = CarryOverForm(), meeting.code, meeting.committee.code
    items, to = overviews.agenda(meeting, actor=actor()).items, form.to.data or ""

    def act() -> None:
        if not to:
            return operations.put_all_back(meeting, items, actor=actor(), version=form.seen)
        there = loaders.meeting(actor=actor(), code=to)
        if there is None:
            raise RuleBroken("committee:not-planned", "to")
        operations.carry_over(meeting, items, actor=actor(), version=form.seen, to=there)

    if not form.attempt(act):
        return show(loaders.meeting(actor=actor(), code=code) or abort(404), form)
    said = ngettext("已移走 %(num)d 项议题", "已移走 %(num)d 项议题", len(items))
    return saved(url_for(".agenda", code=to) if to else url_for(".backlog", code=home), said)


@bp.post("/meetings/<code>/agenda/proposals")
@on(load=loaders.meeting, may=policies.edit_meeting)
def answer_suggestions(meeting: Meeting) -> Response:
    """Put proposed items on the agenda, set one aside, or show again what was set aside. What the page could not have
    shown to this person is not there."""
    if "restore" in request.form:
        dismissals.restore(meeting, actor=actor())
        return saved(url_for(".agenda", code=meeting.code), _("已恢复显示"))
    there = {one.source: one for one in suggested.suggested(meeting, actor=actor()).rows}
    if aside := there.get(request.form.get("dismiss", "")):
        dismissals.dismiss(meeting, aside.source, actor=actor())
        return saved(url_for(".agenda", code=meeting.code), _("本次会议不再提示"))
    wanted = request.form.getlist("take") or request.form.getlist("pick")
    rows = [there[source].row() for source in dict.fromkeys(wanted) if source in there]
    if rows:
        operations.add_suggested(meeting, rows, actor=actor())
    return _back(meeting, len(rows))


def _back(meeting: Meeting, count: int) -> Response:
    said = ngettext("已列入 %(num)d 项议题", "已列入 %(num)d 项议题", count) if count else _("没有选择议题")
    return saved(url_for(".agenda", code=meeting.code), said)


def reason(one: Suggestion) -> str:
    """Why an item is proposed, in the reader's words."""
    facts = one.facts
    if one.why == "minutes":
        stands = facts["life"] == "approved"
        meeting = name_of(facts["meeting"])
        if stands:
            return _("%(meeting)s的纪要已生效，还没有在会上通过。", meeting=meeting)
        return _("%(meeting)s的纪要还没有签署完毕。", meeting=meeting)
    if one.why == "gate":
        return _("阶段门 %(code)s %(milestone)s 预计 %(day)s 到期，等待决定。", **_dated(facts))
    if one.why == "action":
        if facts["late"]:
            return ngettext("行动项逾期 %(num)d 天未完成。", "行动项逾期 %(num)d 天未完成。", facts["late"])
        return _("行动项 %(day)s到期，在会议之前。", day=prose_day(facts["due"]))
    if one.why == "wish":
        return ngettext(
            "%(name)s的诉求，%(num)d 天未回应。",
            "%(name)s的诉求，%(num)d 天未回应。",
            facts["days"],
            name=name_of(facts["asker"]),
        )
    if one.why == "owed":
        return ngettext(
            "%(name)s的承诺逾期 %(num)d 天。",
            "%(name)s的承诺逾期 %(num)d 天。",
            facts["late"],
            name=name_of(facts["debtor"]),
        )
    if one.why == "item":
        return _("列入了%(meeting)s的议程，会上没有进行到。", meeting=name_of(facts["meeting"]))
    if one.why == "milestone":
        return ngettext(
            "里程碑 %(code)s %(milestone)s 逾期 %(num)d 天。",
            "里程碑 %(code)s %(milestone)s 逾期 %(num)d 天。",
            facts["late"],
            code=facts["code"],
            milestone=facts["milestone"],
        )
    return _("%(day)s 请负责人更新，至今没有答复。", day=prose_day(facts["at"].date()))


def _dated(facts: Any) -> dict[str, Any]:
    return {"code": facts["code"], "milestone": facts["milestone"], "day": prose_day(facts["day"])}


def beside(meeting: Meeting) -> dict[str, Any]:
    """What stands beside the builder: proposals with their reasons, and what waits."""
    who = actor()
    found = suggested.suggested(meeting, actor=who)
    waiting = reading.waiting(meeting.committee, actor=who)
    return {
        "suggestions": [(one, reason(one)) for one in found.rows],
        "dismissed": found.dismissed,
        "waiting": waiting,
        "kinds": dict(forms.KINDS),
    }
