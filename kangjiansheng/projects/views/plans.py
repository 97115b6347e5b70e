"""The plan of a project or a laboratory: joining milestones, what they wait for and take, and when a statutory clock stands still."""

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, afresh, on
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
from kangjiansheng.projects.models import ClockStop, Milestone, Plan
from kangjiansheng.projects.operations import plans as operations
from kangjiansheng.projects.operations.baselines import set_baseline
from kangjiansheng.projects.queries import baselines, plans
from kangjiansheng.projects.views import bp
from kangjiansheng.projects.views.milestones import PATH, address, milestone_again
from kangjiansheng.projects.views.then import owner_row


def _offers(plan_id: int, besides: int | None = None) -> list[tuple[str, str]]:
    return [
        (code, f"{code} {name_of({'hans': hans, 'hant': hant, 'en': en})}")
        for code, hans, hant, en in plans.to_wait_for(plan_id, besides)
    ]


PLAN = "/<any(projects, labs):of>/<code>"


@bp.route(f"{PLAN}/milestones/new", methods=["GET", "POST"])
@on(load=queries.plan, may=policies.lead)
def new_milestone(thing: Plan) -> Response:
    """Put a milestone into a running plan."""
    form = NewMilestoneForm() if request.method == "POST" else NewMilestoneForm(version=thing.owner.version)
    form.offer(_offers(thing.id))
    made = form.attempt(
        lambda: operations.add_milestone(
            thing,
            actor=actor(),
            version=form.version.data,
            code=form.code.data or "",
            day=form.plan.data,
            gate=bool(form.gate.data),
            **form.facts(),
        )
    )
    if made:
        return saved(address(made), _("里程碑已加入计划"))
    again = afresh(thing)
    return page(
        "projects/schedule.html",
        form.status,
        form=form,
        plan=again,
        thing=again.owner,
        m=None,
        illustrative=again.owner.illustrative,
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
    return _schedule_page(afresh(thing), form.status, form=form)


def _stored(thing: Milestone) -> ScheduleForm:
    """The form as it opens on what is stored, whatever another form of the page has sent."""
    waits = [
        {"code": wait.code, "lag": wait.lag or None, "unit": wait.unit} for wait in operations.waits_of(thing)
    ]
    return ScheduleForm(formdata=None, obj=thing, waits=waits)


def _schedule_page(thing: Milestone, status: int = 200, **forms: Any) -> Response:
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
        plan=thing.plan,
        thing=thing.plan.owner,
        m=thing,
        stops=plans.stops(thing.id),
        illustrative=thing.plan.owner.illustrative,
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
    return _schedule_page(afresh(thing), form.status, stop_form=form)


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


@bp.get(f"{PLAN}/baselines")
@on(load=queries.plan, may=policies.see)
def baselines_of_project(thing: Plan) -> Response:
    """The first baseline, the named ones, and what is promised, side by side."""
    return _baselines(thing)


def _baselines(thing: Plan, status: int = 200, form: BaselineForm | None = None) -> Response:
    row = owner_row(thing)
    free = g.as_of is None and not row.archived
    return page(
        "projects/baselines.html",
        status,
        p=row,
        frozen=baselines.baselines(thing.id, g.as_of),
        form=(form or BaselineForm(formdata=None, version=thing.owner.version))
        if free and policies.lead(actor(), thing)
        else None,
        illustrative=row.illustrative,
    )


@bp.post(f"{PLAN}/baselines")
@on(load=queries.plan, may=policies.lead)
def freeze_baseline(thing: Plan) -> Response:
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
        return saved(url_for(".baselines_of_project", of=thing.of, code=thing.owner.code), _("新基线已冻结"))
    return _baselines(afresh(thing), form.status, form)
