"""The plan of a project: joining milestones, what they wait for and take, and when a statutory clock stands still."""

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.plans import (
    BaselineForm,
    NewMilestoneForm,
    ScheduleForm,
    StartForm,
    StopForm,
)
from kangjiansheng.projects.models import ClockStop, Milestone, Project
from kangjiansheng.projects.operations import plans as operations
from kangjiansheng.projects.operations.baselines import set_baseline
from kangjiansheng.projects.queries import baselines, plans
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.milestones import PATH, address, milestone_again
from kangjiansheng.projects.views.then import project_row


def _offers(plan_id: int | None, besides: int | None = None) -> list[tuple[str, str]]:
    if plan_id is None:
        return []
    return [
        (code, f"{code} {name_of({'hans': hans, 'hant': hant, 'en': en})}")
        for code, hans, hant, en in plans.to_wait_for(plan_id, besides)
    ]


@bp.route("/projects/<code>/milestones/new", methods=["GET", "POST"])
@on(load=queries.project, may=policies.plan)
def new_milestone(thing: Project) -> Response:
    """Put a milestone into a running plan."""
    form = NewMilestoneForm() if request.method == "POST" else NewMilestoneForm(version=thing.version)
    form.offer(_offers(thing.plan.id if thing.plan else None))
    made = form.attempt(
        lambda: operations.add_milestone(
            thing,
            actor=actor(),
            version=form.version.data,
            code=form.code.data or "",
            plan=form.plan.data,
            gate=bool(form.gate.data),
            **form.facts(),
        )
    )
    if made:
        return saved(address(made), _("里程碑已加入计划"))
    code = str((request.view_args or {})["code"])
    thing = queries.project(actor=actor(), code=code) or abort(404)
    return page(
        "projects/schedule.html",
        form.status,
        form=form,
        thing=thing,
        m=None,
        illustrative=thing.illustrative,
    )


@bp.route(f"{PATH}/schedule", methods=["GET", "POST"])
@on(load=queries.milestone, may=policies.set_plan)
def schedule_milestone(thing: Milestone) -> Response:
    """What a milestone takes and waits for."""
    form = ScheduleForm() if request.method == "POST" else _stored(thing)
    form.offer(_offers(thing.plan_id, thing.id))
    done = form.attempt(
        lambda: operations.set_schedule(thing, actor=actor(), version=form.version.data, **form.facts())
    )
    if done:
        return saved(address(thing), _("工期与依赖已保存"))
    return _schedule_page(milestone_again(), form.status, form=form)


def _stored(thing: Milestone) -> ScheduleForm:
    """The form as it opens on what is stored, whatever another form of the page has sent."""
    waits = [
        {"code": wait.code, "lag": wait.lag or None, "unit": wait.unit} for wait in operations.waits_of(thing)
    ]
    return ScheduleForm(formdata=None, obj=thing, waits=waits)


def _schedule_page(thing: Milestone, status: int = 200, **forms: Any) -> Response:
    project = thing.plan.project
    assert project is not None
    shown: dict[str, Any] = {
        "stop_form": StopForm(formdata=None, version=thing.version),
        "start_form": StartForm(formdata=None, version=thing.version),
        **forms,
    }
    if "form" not in shown:
        shown["form"] = _stored(thing)
        shown["form"].offer(_offers(thing.plan_id, thing.id))
    return page(
        "projects/schedule.html",
        status,
        thing=project,
        m=thing,
        stops=plans.stops(thing.id),
        illustrative=project.illustrative,
        **shown,
    )


@bp.post(f"{PATH}/stops")
@on(load=queries.milestone, may=policies.set_plan)
def stop_milestone(thing: Milestone) -> Response:
    """Let the clock of a milestone stand still."""
    form = StopForm()
    done = form.attempt(
        lambda: operations.stop_clock(
            thing,
            form.first.data,  # type: ignore[arg-type]
            last=form.last.data,
            note=form.note.data or "",
            actor=actor(),
            version=form.version.data,
        )
    )
    if done:
        return saved(address(thing, ".schedule_milestone"), _("停钟已记录"))
    return _schedule_page(milestone_again(), form.status, stop_form=form)


@bp.post(f"{PATH}/stops/<int:number>/end")
@on(load=plans.stop_of, may=policies.start_clock)
def start_milestone(pair: tuple[Milestone, ClockStop]) -> Response:
    """Let a clock run on."""
    thing, stop = pair
    form = StartForm()
    done = form.attempt(
        lambda: operations.start_clock(
            stop,
            form.last.data,  # type: ignore[arg-type]
            actor=actor(),
            version=form.version.data,
        )
    )
    if done:
        return saved(address(thing, ".schedule_milestone"), _("已恢复计时"))
    return _schedule_page(milestone_again(), form.status, start_form=form)


@bp.get("/projects/<code>/baselines")
@on(load=queries.project, may=policies.see)
def baselines_of_project(thing: Project) -> Response:
    """The first baseline, the named ones, and what is promised, side by side."""
    return _baselines(thing)


def _baselines(thing: Project, status: int = 200, form: BaselineForm | None = None) -> Response:
    row = project_row(thing)
    free = g.as_of is None and not row.archived
    return page(
        "projects/baselines.html",
        status,
        p=row,
        frozen=baselines.baselines(thing.plan.id if thing.plan else None, g.as_of),
        form=(form or BaselineForm(formdata=None, version=thing.version))
        if free and policies.plan(actor(), thing)
        else None,
        illustrative=row.illustrative,
    )


@bp.post("/projects/<code>/baselines")
@on(load=queries.project, may=policies.plan)
def freeze_baseline(thing: Project) -> Response:
    """Freeze what the plan promises today under a name."""
    form = BaselineForm()
    done = form.attempt(
        lambda: set_baseline(
            thing,
            form.name.data or "",
            reason=form.reason.data or "",
            authority=form.authority.data or "",
            actor=actor(),
            version=form.version.data,
        )
    )
    if done:
        return saved(url_for(".baselines_of_project", code=thing.code), _("新基线已冻结"))
    again = queries.project(actor=actor(), code=str((request.view_args or {})["code"])) or abort(404)
    return _baselines(again, form.status, form)
