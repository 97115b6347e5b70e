"""A project's lead proposes an item for a coming meeting: so that an agenda names projects by their own people."""

from typing import Any

from flask import g, render_template, url_for
from flask_babel import gettext as _

from kangjiansheng.committee import forms, panels, policies
from kangjiansheng.committee.models import AgendaItem, BacklogItem
from kangjiansheng.committee.operations import backlog
from kangjiansheng.committee.operations import meetings as operations
from kangjiansheng.committee.queries import overviews
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.committee.views.deciding import GateChoice
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.i18n import name_of, prose_day
from kangjiansheng.core.pages import saved
from kangjiansheng.projects import policies as project_policies
from kangjiansheng.projects import queries as projects
from kangjiansheng.projects.models import Project

WAITING = "backlog:"  # before the code of a committee: what is proposed for no meeting yet


@bp.get("/projects/<code>/advice")
@on(load=projects.project, may=project_policies.see)
def project_advice(project: Project) -> Any:
    """What the committees have said of a project, on any day: a piece of its page on a past day, and a page."""
    panel = panels.advice_panel(project, actor(), g.as_of)
    if wants_fragment():
        return render_template(panel.template, panel=panel, may_edit=False)
    return page("project_advice.html", illustrative=panel.illustrative, project=project, panel=panel)


@bp.route("/projects/<code>/agenda-item", methods=["GET", "POST"])
@on(load=projects.project, may=policies.propose_item)
def propose_item(project: Project) -> Any:
    """Propose an item about a project, for a coming meeting or for any later one; the committee's secretary and chair
    are told."""
    coming = {m.code: m for m in overviews.coming_meetings()}
    waiting = {f"{WAITING}{c.code}": c for c in overviews.committees()}
    form = forms.ProposalForm()
    form.meeting.choices = [
        *((code, f"{name_of(m.committee)} {prose_day(m.held_on)}") for code, m in coming.items()),
        *((key, f"{name_of(c)} {_('待议事项')}") for key, c in waiting.items()),
    ]
    gates = GateChoice(code=project.code)
    gates.offer(form.gate)

    def act() -> AgendaItem | BacklogItem:
        keys = ("name_hans", "kind", "presenter", "text")
        fields: dict[str, Any] = {key: form[key].data or "" for key in keys}
        fields |= {"minutes_planned": form.minutes_planned.data, "project_id": project.id}
        fields = gates.take(form.gate.data or "", fields)
        if committee := waiting.get(form.meeting.data):
            return backlog.propose(committee, actor=actor(), **fields)
        del fields["project_id"]
        return operations.propose_item(coming[form.meeting.data], project, actor=actor(), **fields)

    made = form.attempt(act)
    if made:
        chosen, said = form.meeting.data, _("已提议，委员会秘书已收到通知")
        if chosen in waiting:
            return saved(url_for(".backlog", code=waiting[chosen].code), said)
        return saved(url_for(".meeting", code=chosen), said)
    found = afresh(project)
    return page(
        "proposal_form.html",
        form.status,
        form=form,
        project=found,
        coming=bool(form.meeting.choices),
        illustrative=found.illustrative,
    )
