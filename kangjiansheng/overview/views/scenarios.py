"""What if: other dates and stopped projects beside what stands, shared, thrown away, or put to a meeting."""

from datetime import date, timedelta
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee.queries.overviews import coming_meetings
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form
from kangjiansheng.core.i18n import name_of, prose_day
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.core.text import whole
from kangjiansheng.overview import policies
from kangjiansheng.overview.forms.scenario import MoveForm, ProposalForm, ScenarioForm, StopForm
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.operations import scenarios as operations
from kangjiansheng.overview.queries import scenarios as reading
from kangjiansheng.overview.queries.scenario_value import worth
from kangjiansheng.overview.views import scenario_tables, words_forecast, words_scenario
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.overview.views.words import files as words_of_files
from kangjiansheng.projects.models import Milestone, Project
from kangjiansheng.projects.queries import days
from kangjiansheng.projects.queries.schedule import promised

PATH = "/overview/scenarios"
WHOLE = ("pptx", "pdf")  # files that tell all of it


@bp.get(PATH)
@signed_in
@of_today
def scenarios() -> Response:
    """The scenarios that one sees, and a form for a new one."""
    return _list(ScenarioForm())


def _list(form: ScenarioForm) -> Response:
    rows = reading.listed(actor=actor())
    return page(
        "overview/scenarios.html",
        form.status,
        form=form,
        rows=rows,
        own=actor().id,
        illustrative=any(row.illustrative for row in rows),
    )


@bp.post(PATH)
@signed_in
def create_scenario() -> Response:
    """Begin one."""
    form = ScenarioForm()
    (day,) = days(actor=actor(), as_of=None)
    made = form.attempt(
        lambda: operations.create(
            actor=actor(),
            name=form.name.data or "",
            note=form.note.data or "",
            shared=form.shared.data,
            illustrative=day.illustrative,
        )
    )
    return saved(_address(made), _("设想已建立，请加上要试的变动")) if made else _list(form)


def _address(found: Scenario) -> str:
    return url_for(".scenario", number=found.id)


@bp.get(f"{PATH}/<int:number>")
@on(load=reading.scenario, may=policies.sees_scenario)
@of_today
def scenario(found: Scenario) -> Response:
    """What it would do, beside what stands."""
    return _show(found)


def _show(found: Scenario, back: Form | None = None) -> Response:
    seen = reading.consequences(found, actor=actor())
    reckoned = worth(found, seen, actor=actor())
    drawn = scenario_tables.drawn_rows(seen)
    may_change = policies.changes_scenario(actor(), found)
    forms: dict[str, Form] = {
        kind.__name__: back if type(back) is kind else kind(formdata=None)
        for kind in (MoveForm, StopForm, ProposalForm)
    }
    to_stop = reading.projects_to_stop(seen.portfolio, found)
    forms["StopForm"].project.choices = [
        ("", "—"),
        *((code, f"{code} {name_of(name)}") for code, name in to_stop),
    ]
    proposes = may_change and policies.proposes_scenario(actor(), _projects(found))
    to_move = reading.milestones_to_move(seen.portfolio, found) if may_change else []
    if proposes:
        forms["ProposalForm"].meeting.choices = _meetings()
    return page(
        "overview/scenario.html",
        back.status if back else 200,
        scenario=found,
        seen=seen,
        forms=forms,
        offered=[(f"{codes} {name_of(name)}", "") for codes, name in to_move],
        example=to_move[0][0] if to_move else "",
        may_change=may_change,
        proposes=proposes,
        meeting=reading.meeting_of(found, actor=actor()),
        several=len(found.projects) > 1,
        words=words_scenario,
        tables=scenario_tables,
        whole=[one for one in words_of_files() if one["kind"] in WHOLE],
        worth=reckoned,
        drawn=drawn,
        figure=scenario_tables.figure(drawn, seen.portfolio.day),
        day=words_forecast.day,
        illustrative=found.illustrative or seen.portfolio.illustrative,
    )


def _projects(found: Scenario) -> list[Project]:
    query = db.select(Project).where(Project.id.in_(found.projects)).order_by(Project.code)
    return list(db.session.scalars(query))


def _meetings() -> list[tuple[str, str]]:
    return [(m.code, f"{name_of(m.committee)} {prose_day(m.held_on)}") for m in coming_meetings()]


def _again(number: int, form: Form) -> Response:
    """The page with what was typed; what was refused has rolled back."""
    return _show(reading.scenario(actor=actor(), number=number) or abort(404), form)


@bp.route(f"{PATH}/<int:number>/edit", methods=["GET", "POST"])
@on(load=reading.scenario, may=policies.changes_scenario)
@of_today
def edit_scenario(found: Scenario) -> Response:
    """Rename, explain, share or keep to oneself."""
    form, number = ScenarioForm(obj=found), found.id
    if form.attempt(
        lambda: operations.edit(
            found,
            actor=actor(),
            version=form.version.data,
            name=form.name.data or "",
            note=form.note.data or "",
            shared=form.shared.data,
        )
    ):
        return saved(url_for(".scenario", number=number), _("已保存"))
    return page(
        "overview/scenario_form.html", form.status, form=form, number=number, illustrative=found.illustrative
    )


@bp.post(f"{PATH}/<int:number>/moves")
@on(load=reading.scenario, may=policies.changes_scenario)
def move_in_scenario(found: Scenario) -> Response:
    """Try another day for a milestone."""
    form, number = MoveForm(), found.id

    def act() -> None:
        milestone = _milestone(form.milestone.data or "")
        operations.move(found, milestone, _tried(form, milestone), actor=actor(), version=form.version.data)

    if form.attempt(act):
        return saved(url_for(".scenario", number=number), _("已加入设想"))
    return _again(number, form)


def _tried(form: MoveForm, milestone: Milestone) -> date:
    """The day that is tried: as it was typed, or so many days after the one that counts now."""
    day, later = form.day.data, form.days_later.data
    if (day is None) == (later is None):
        raise RuleBroken("overview:scenario-one-day", "day")
    now = promised(milestone)
    assert now is not None  # of those that are offered
    return day or now + timedelta(days=later or 0)


def _milestone(typed: str) -> Milestone:
    """The milestone that was typed by its codes, of those that may be moved."""
    key = reading.milestone_to_move(typed.upper().split()[:2], actor=actor())
    if key is None:
        raise RuleBroken("overview:scenario-milestone", "milestone")
    return db.session.get_one(Milestone, key)


@bp.post(f"{PATH}/<int:number>/stops")
@on(load=reading.scenario, may=policies.changes_scenario)
def stop_in_scenario(found: Scenario) -> Response:
    """Try what happens without a project."""
    form, number = StopForm(), found.id

    def act() -> None:
        key = reading.project_to_stop(form.project.data or "", actor=actor())
        if key is None:
            raise RuleBroken("overview:scenario-project", "project")
        project = db.session.get_one(Project, key)
        operations.stop(found, project, actor=actor(), version=form.version.data)

    if form.attempt(act):
        return saved(url_for(".scenario", number=number), _("已加入设想"))
    return _again(number, form)


@bp.post(f"{PATH}/<int:number>/<any(move, stop):kind>/<int:key>/removal")
@on(load=reading.scenario_with, may=policies.changes_part)
def take_out_of_scenario(pair: tuple[Scenario, str, int]) -> Response:
    """Leave a move or a stop out again."""
    found, kind, key = pair
    operations.take_out(found, actor=actor(), version=_version(), kind=kind, key=key)
    return saved(_address(found), _("已从设想中去掉"))


def _version() -> int | None:
    return request.form.get("version", default=0, type=whole)


@bp.post(f"{PATH}/<int:number>/base")
@on(load=reading.scenario, may=policies.changes_scenario)
def rebase_scenario(found: Scenario) -> Response:
    """What has changed since was looked at."""
    operations.rebase(found, actor=actor(), version=_version())
    return saved(_address(found), _("已改以现在的计划为准"))


@bp.post(f"{PATH}/<int:number>/removal")
@on(load=reading.scenario, may=policies.changes_scenario)
def throw_scenario(found: Scenario) -> Response:
    """Throw it away, with a way back."""
    operations.throw(found, actor=actor(), version=_version())
    undo = url_for(".bring_scenario_back", number=found.id)
    return saved(url_for(".scenarios"), _("设想已放弃"), undo=undo)


@bp.post(f"{PATH}/<int:number>/return")
@on(load=reading.scenario, may=policies.changes_scenario)
def bring_scenario_back(found: Scenario) -> Response:
    """Bring it back."""
    operations.bring_back(found, actor=actor())
    return saved(_address(found), _("设想已恢复"))


@bp.post(f"{PATH}/<int:number>/proposal")
@on(load=reading.scenario, may=policies.changes_scenario)
def propose_scenario(found: Scenario) -> Any:
    """Put it to a coming meeting, as items that ask for these changes."""
    form, number, projects = ProposalForm(), found.id, _projects(found)
    if not policies.proposes_scenario(actor(), projects):
        abort(403)

    def act() -> None:
        meeting = next((m for m in coming_meetings() if m.code == form.meeting.data), None)
        if meeting is None:
            raise RuleBroken("overview:scenario-meeting", "meeting")
        operations.propose(found, meeting, projects, actor=actor(), version=form.version.data)

    if form.attempt(act):
        return saved(url_for(".scenario", number=number), _("已提请会议，秘书已收到通知"))
    return _again(number, form)
