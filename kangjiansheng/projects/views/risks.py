"""Risks and issues of a project: the list with its matrix, files of it, one of them, and the forms."""

from datetime import date
from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import audit, clock, history
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.projects import policies, queries, sheets
from kangjiansheng.projects.forms import risks as words
from kangjiansheng.projects.forms.filters import asked
from kangjiansheng.projects.forms.projects import VersionForm
from kangjiansheng.projects.forms.risks import ClosingForm, RiskForm
from kangjiansheng.projects.models import Project, Risk
from kangjiansheng.projects.operations import risks as operations
from kangjiansheng.projects.queries import choices
from kangjiansheng.projects.queries.risks import RiskFilter, risk, risk_for, risks
from kangjiansheng.projects.rules import risks as rules
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.then import project_row


def _day() -> date:
    return g.as_of or clock.today()


def _shown(thing: Project) -> tuple[RiskFilter, list[Any], list[Any]]:
    """What is asked for, all risks, and those that are asked for."""
    wanted = asked(RiskFilter)
    rows = risks(thing.id, as_of=g.as_of)
    return wanted, rows, [row for row in rows if wanted.keeps(row, _day())]


@bp.get("/projects/<code>/risks")
@on(load=queries.project, may=policies.see)
def project_risks(thing: Project) -> Response:
    """The list, what needs somebody first, beside the matrix of likelihood and impact."""
    wanted, rows, kept = _shown(thing)
    return page(
        "projects/risks.html",
        thing=thing,
        p=project_row(thing),
        rows=kept,
        total=len(rows),
        wanted=wanted,
        finding=words.finding(rows, _day()),
        matrix=rules.matrix(rows),
        late={row.id: words.late_words(rules.overdue(row, _day())) for row in rows},
        rules=rules,
        words=words,
        may_add=_may_add(thing),
        illustrative=thing.illustrative,
    )


def _may_add(thing: Project) -> bool:
    return g.as_of is None and thing.archived_at is None and policies.raise_risk(actor(), thing)


@bp.get("/projects/<code>/risks.<any(csv, xlsx):kind>")
@on(load=queries.project_as, may=policies.see_part)
@costly
def risks_file(pair: tuple[Project, str]) -> Response:
    """The same list as a file."""
    thing, kind = pair
    kept = _shown(thing)[2]
    return download(kind, f"{thing.code}-risks", sheets.risks(kind, kept, thing, as_of=g.as_of))


def _form(thing: Project, risk_: Risk | None = None) -> RiskForm:
    rows = thing.plan.milestones if thing.plan else ()
    people = choices.for_owner(thing.plan)
    if risk_ is not None and risk_.owner is not None and risk_.owner_id not in dict(people):
        people.append((risk_.owner.id, name_of(risk_.owner)))  # who has left keeps what nobody took over
    offered: dict[str, Any] = {"people": people, "milestone_rows": rows}
    return RiskForm(obj=risk_, **offered)


@bp.route("/projects/<code>/risks/new", methods=["GET", "POST"])
@on(load=queries.project, may=policies.raise_risk)
def new_risk(thing: Project) -> Response:
    """Write a risk or an issue down."""
    form = _form(thing)
    if request.method == "GET":
        form.kind.data, form.likelihood.data, form.impact.data = "risk", "3", "3"
        form.response.data, form.owner_id.data = "reduce", actor().id
        asked_code = request.args.get("milestone")
        form.milestones.data = [asked_code] if asked_code else []
    made = form.attempt(lambda: operations.create_risk(thing, actor=actor(), **form.facts()))
    if made:
        return saved(url_for(".project_risks", code=thing.code), _("已登记"))
    return page(
        "projects/risk_form.html",
        form.status,
        form=form,
        thing=afresh(thing),
        risk=None,
        illustrative=thing.illustrative,
    )


def _again() -> Risk:
    asked_for = request.view_args or {}
    found = risk(actor=actor(), code=str(asked_for["code"]), number=int(asked_for["number"]))
    return found or abort(404)


@bp.get("/projects/<code>/risks/<int:number>")
@on(load=risk, may=policies.see)
def risk_page(thing: Risk) -> Response:
    """One risk with its history."""
    return _page(thing)


def _page(thing: Risk, status: int = 200, closing: ClosingForm | None = None) -> Response:
    row = next((one for one in risks(thing.project_id, as_of=g.as_of) if one.id == thing.id), None)
    if row is None:
        abort(404)
    project = project_row(thing.project)
    found = audit.history("risk", thing.id, 100, until=g.as_of)
    owners = {
        entry_side["owner_id"]
        for entry in found
        for entry_side in (entry.before, entry.after)
        if entry_side.get("owner_id")
    }
    people = names({entry.actor_id for entry in found} | owners)

    def shown(key: str, value: Any) -> str:
        if key == "owner_id":
            return name_of(people[value]) if value in people else ""
        return words.shown(key, value)

    free = g.as_of is None and thing.project.archived_at is None
    return page(
        "projects/risk.html",
        status,
        risk=thing,
        row=row,
        thing=thing.project,
        words=words,
        late=words.late_words(rules.overdue(row, _day())),
        p=project,
        milestones=[m for m in project.milestones if m.code in row.milestones],
        history=history.entries(found, labels=words.FIELDS, show=shown, people=people),
        closing=closing or ClosingForm(formdata=None, version=thing.version),
        may_edit=free and policies.change_risk(actor(), thing),
        illustrative=thing.project.illustrative,
    )


@bp.route("/projects/<code>/risks/<int:number>/edit", methods=["GET", "POST"])
@on(load=risk, may=policies.change_risk)
def edit_risk(thing: Risk) -> Response:
    """Change what is written of a risk."""
    form = _form(thing.project, thing)
    done = form.attempt(
        lambda: operations.edit_risk(thing, actor=actor(), version=form.version.data, **form.facts())
    )
    if done:
        return saved(_address(done), _("风险已保存"))
    again = afresh(thing)
    return page(
        "projects/risk_form.html",
        form.status,
        form=form,
        thing=again.project,
        risk=again,
        illustrative=again.project.illustrative,
    )


def _address(thing: Risk) -> str:
    return url_for(".risk_page", code=thing.project.code, number=thing.number)


@bp.post("/projects/<code>/risks/<int:number>/<any(closure, reopening):act>")
@on(load=risk_for, may=policies.change_risk_so)
def close_risk(pair: tuple[Risk, str]) -> Response:
    """Close a risk with a reason, or open it again."""
    thing, act = pair
    if act == "closure":
        form = ClosingForm()
        if form.attempt(
            lambda: operations.close(thing, form.reason.data or "", actor=actor(), version=form.version.data)
        ):
            return saved(_address(thing), _("风险已关闭"))
        return _page(_again(), form.status, form)
    again = VersionForm()
    if again.attempt(lambda: operations.reopen(thing, actor=actor(), version=again.version.data)):
        return saved(_address(thing), _("风险已重新打开"))
    shown = ClosingForm(formdata=None, version=_again().version)
    shown.refusal, shown.conflict = again.refusal, again.conflict
    return _page(_again(), again.status, shown)


def panel(project: Project) -> dict[str, Any]:
    """What the page of a project shows of its risks: the first of those that are open."""
    rows = risks(project.id, as_of=g.as_of)
    opened = [row for row in rows if row.life != rules.CLOSED]
    return {
        "rows": opened[:5],
        "total": len(rows),
        "finding": words.finding(rows, _day()),
        "late": {row.id: words.late_words(rules.overdue(row, _day())) for row in opened[:5]},
        "words": words,
    }
