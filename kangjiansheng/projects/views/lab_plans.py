"""The plan of a joint laboratory: its page, its history, and how it begins."""

from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, paging
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.pages import page, saved, travel, with_args
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.starting import LabStartingForm
from kangjiansheng.projects.models import Plan
from kangjiansheng.projects.operations.starting import start_lab_plan
from kangjiansheng.projects.queries.history import acts_of
from kangjiansheng.projects.queries.templates import published
from kangjiansheng.projects.queries.validity import held, validities_on
from kangjiansheng.projects.rules.plans import FOR_LABS
from kangjiansheng.projects.views import bp, histories, words
from kangjiansheng.projects.views.edit import previewed
from kangjiansheng.projects.views.projects import plan_context
from kangjiansheng.projects.views.then import called_then, owner_row


@bp.get("/labs/<code>/plan")
@on(load=queries.lab_plan, may=policies.see)
def lab_plan(thing: Plan) -> Response:
    """The plan of a laboratory: where it stands, its milestones, timeline, trend, history, gates."""
    row = owner_row(thing)
    intervals = validities_on(thing, row, actor=actor(), as_of=g.as_of)
    holding = held(intervals, row.milestones, g.as_of or clock.today())
    return page(
        "projects/lab_plan.html",
        p=row,
        plan=thing,
        pathway=words.label_of(row.pathway, published()),
        illustrative=row.illustrative,
        **plan_context(thing, row, queries.team_of_lab(row.id), holding),
    )


@bp.get("/labs/<code>/plan/history")
@on(load=queries.lab_plan, may=policies.see)
def lab_plan_history(thing: Plan) -> Response:
    """Everything that was said of the milestones of a laboratory's plan, newest first."""
    row = owner_row(thing)
    said = called_then(queries.ledger(actor=actor(), plan_id=thing.id, as_of=g.as_of), row)
    kind = request.args.get("kind", "")
    lines = histories.lines(said, acts_of(thing, actor=actor(), as_of=g.as_of), row.milestones, kind)
    return page(
        "projects/history.html",
        p=row,
        rows=paging.cut(lines, request.args.get("page"), size=100),
        chips=histories.chips(kind, of_lab=True),
        page_address=lambda number: with_args(page=number),
        illustrative=row.illustrative,
    )


@bp.route("/labs/<code>/plan/new", methods=["GET", "POST"])
@on(load=labs.lab, may=policies.start_plan)
def start_plan(lab: JointLab) -> Response:
    """Begin the plan of a laboratory from a pathway, with a look at it first."""
    code = lab.code
    there = url_for(".lab_plan", code=code)
    if queries.lab_plan(actor=actor(), code=code) and request.method == "GET":
        return redirect(travel(there))
    form = LabStartingForm(templates={key: one for key, one in published().items() if key in FOR_LABS})
    form.ask_of(lab)
    if request.method == "GET":
        form.version.data, form.typical.data = lab.version, True
    if request.form.get("preview"):
        preview = previewed(form)
        return page(
            "projects/start.html",
            200 if preview else 422,
            form=form,
            lab=lab,
            preview=preview,
            illustrative=lab.illustrative,
        )
    made = form.attempt(
        lambda: start_lab_plan(
            lab,
            actor=actor(),
            version=form.version.data,
            pathway=form.pathway.data or "",
            start=form.start.data,
            typical=bool(form.typical.data),
            past_ok=bool(form.past_ok.data),
            optional=form.taken_in(),
        )
    )
    if made:
        return saved(there, _("建设计划已建立"))
    again = afresh(lab)
    return page(
        "projects/start.html",
        form.status,
        form=form,
        lab=again,
        preview=None,
        illustrative=again.illustrative,
    )
