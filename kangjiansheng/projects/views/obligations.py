"""Obligations on the pages of projects, milestones and laboratories, and their links on the page of an obligation.

What hangs on a page is fetched by it as a piece of its own: it costs the page no statement, and is a page by itself
for whoever has no script.
"""

from datetime import date
from typing import Any

from flask import g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.labs import policies as lab_policies
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab, Obligation
from kangjiansheng.labs.rules import obligations as lives
from kangjiansheng.labs.views import obligations as pages
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.obligations import LinkForm
from kangjiansheng.projects.models import Milestone, ObligationLink, Project
from kangjiansheng.projects.operations import obligations as operations
from kangjiansheng.projects.queries import obligations as reading
from kangjiansheng.projects.views import bp


def _owed(rows: list[labs.ObligationRow], code: str, name: str, back: str) -> Response | str:
    day: date = g.as_of or clock.today()
    late = sum(row.late(day) > 0 for row in rows)
    finding = ngettext("%(num)d 项义务", "%(num)d 项义务", len(rows)) if rows else _("没有对您开放的义务")
    if late:
        finding = _("%(all)s，%(late)s", all=finding, late=ngettext("%(num)d 项逾期", "%(num)d 项逾期", late))
    context: dict[str, Any] = {"rows": rows, "lives": lives, "day": day, "finding": finding}
    if wants_fragment():
        return render_template("projects/_owed.html", **context)
    return page(
        "projects/owed.html",
        code=code,
        name=name,
        back=back,
        illustrative=any(row.illustrative for row in rows),
        **context,
    )


@bp.get("/projects/<code>/obligations")
@on(load=queries.project, may=policies.see)
def project_obligations(thing: Project) -> Response | str:
    """The obligations that matter to a project."""
    rows = reading.of_project(thing, actor=actor(), as_of=g.as_of)
    return _owed(rows, thing.code, name_of(thing), f"/projects/{thing.code}")


@bp.get("/<any(projects, labs):of>/<code>/milestones/<milestone_code>/obligations")
@on(load=queries.milestone, may=policies.see)
def milestone_obligations(thing: Milestone) -> Response | str:
    """The obligations that matter to a milestone."""
    rows = reading.of_milestone(thing, actor=actor(), as_of=g.as_of)
    return _owed(rows, thing.code, name_of(thing), thing.path)


@bp.get("/labs/<code>/obligations")
@on(load=labs.lab, may=policies.see)
def lab_obligations(thing: JointLab) -> Response | str:
    """The obligations that matter to a laboratory, its plan and its agreement."""
    rows = reading.of_lab(thing, actor=actor(), as_of=g.as_of)
    return _owed(rows, thing.code, name_of(thing), f"/labs/{thing.code}")


@bp.post("/obligations/<code>/links")
@on(load=labs.obligation, may=lab_policies.bring)
def link_obligation(found: Obligation) -> Response:
    """Say to what an obligation matters."""
    form = LinkForm()
    if form.attempt(lambda: operations.link(found, form.target.data or "", actor=actor())):
        return saved(url_for("labs.obligation", code=found.code) + "#links", _("已关联"))
    g.link_form = form  # the panel on the page of the lower floor shows what was typed
    return pages.show(found, form.status)


@bp.post("/obligations/<code>/links/<int:number>/removal")
@on(load=reading.link, may=lab_policies.bring_to)
def unlink_obligation(found: ObligationLink) -> Response:
    """Take a link back."""
    operations.unlink(found, actor=actor())
    return saved(url_for("labs.obligation", code=found.obligation.code) + "#links", _("关联已取消"))
