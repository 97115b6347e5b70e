"""The plan of a joint laboratory: its page, its history, and how it begins."""

from flask import abort, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, paging
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain
from kangjiansheng.core.pages import of_today, page, saved, travel, with_args
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.starting import LabStartingForm, TakingBackForm
from kangjiansheng.projects.models import Plan
from kangjiansheng.projects.operations import withdrawing
from kangjiansheng.projects.operations.starting import start_lab_plan
from kangjiansheng.projects.queries.beginnings import taken_back
from kangjiansheng.projects.queries.templates import published
from kangjiansheng.projects.queries.validity import held, validities_on
from kangjiansheng.projects.rules.plans import FOR_LABS, promises_nothing
from kangjiansheng.projects.views import bp, histories, words
from kangjiansheng.projects.views.edit import previewed
from kangjiansheng.projects.views.projects import plan_context
from kangjiansheng.projects.views.then import owner_row


@bp.get("/labs/<code>/plan")
@on(load=queries.lab_plan, may=policies.see)
def lab_plan(thing: Plan) -> Response:
    """The plan of a laboratory: where it stands, its milestones, timeline, trend, history, gates."""
    row = owner_row(thing)
    intervals = validities_on(thing, row, actor=actor(), as_of=g.as_of)
    holding = held(intervals, row.milestones, g.as_of or clock.today())
    shown = plan_context(thing, row, queries.team_of_lab(row.id), holding)
    gone = taken_back(row.milestones, g.as_of)
    return page(
        "projects/lab_plan.html",
        p=row,
        plan=thing,
        pathway=words.label_of(row.pathway, published()),
        illustrative=row.illustrative,
        gone=gone,
        may_take_back=g.as_of is None and not row.archived and _fresh(row) and policies.lead(actor(), thing),
        **shown | {"may_plan": shown["may_plan"] and not gone},
    )


@bp.get("/labs/<code>/plan/history")
@on(load=queries.lab_plan, may=policies.see)
def lab_plan_history(thing: Plan) -> Response:
    """Everything that was said of the milestones of a laboratory's plan, newest first."""
    row = owner_row(thing)
    kind = request.args.get("kind", "")
    lines = histories.of_plan(thing, row, actor=actor(), as_of=g.as_of, kind=kind)
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
    before = queries.lab_plan(actor=actor(), code=code) if request.method == "GET" else None
    if before and not taken_back(before.milestones):
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


def _fresh(row: queries.OwnerRow) -> bool:
    """Whether a plan looks as if nothing had been said in it; what hangs on it is asked when it is to be taken back."""
    said = any(m.actual or m.confirmed_at or m.proposed for m in row.milestones)
    return not said and not promises_nothing(row.milestones)


@bp.route("/labs/<code>/plan/withdrawal", methods=["GET", "POST"])
@on(load=queries.lab_plan, may=policies.lead)
@of_today
def take_back_plan(thing: Plan) -> Response:
    """Take back whole what was begun by mistake, or read why that cannot be."""
    lab = thing.lab
    assert lab is not None
    code, form = lab.code, TakingBackForm()
    if request.method == "GET":
        form.version.data = lab.version
    if form.attempt(
        lambda: withdrawing.take_back(
            thing, actor=actor(), version=form.version.data, note=form.note.data or ""
        )
    ):
        return saved(url_for("labs.lab", code=code), _("建设计划已收回"))
    row = owner_row(queries.lab_plan(actor=actor(), code=code) or abort(404))
    return page(
        "projects/take_back_plan.html",
        form.status,
        form=form,
        p=row,
        count=sum(m.state != "cancelled" for m in row.milestones),
        problem=_why_not(code),
        illustrative=row.illustrative,
    )


def _why_not(code: str) -> str:
    """Why a plan cannot be taken back; empty when it can."""
    thing = queries.lab_plan(actor=actor(), code=code) or abort(404)
    try:
        withdrawing.require_untouched(thing)
    except RuleBroken as problem:
        return explain(problem)
    return ""
