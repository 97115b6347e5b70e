"""One milestone: its ledger, and the acts on it."""

from typing import Any

from flask import abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.pages import of_today, page, saved
from kangjiansheng.labs import panels as slots
from kangjiansheng.projects import charts, panels, policies, queries
from kangjiansheng.projects.forms import hand_offs as hand_off_words
from kangjiansheng.projects.forms import risks as risk_words
from kangjiansheng.projects.forms import validity as validity_words
from kangjiansheng.projects.forms.milestones import (
    ActForm,
    MilestoneForm,
    OwnerForm,
    PlanForm,
    quick_days,
)
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Risk
from kangjiansheng.projects.operations import milestones as operations
from kangjiansheng.projects.operations.saying import still_quick
from kangjiansheng.projects.queries import choices, plans
from kangjiansheng.projects.queries.acceptance import unaccepted
from kangjiansheng.projects.queries.evidence import tallies
from kangjiansheng.projects.queries.risks import blocking, risks
from kangjiansheng.projects.queries.validity import held, validities, validities_on
from kangjiansheng.projects.rules.risks import CLOSED
from kangjiansheng.projects.rules.vocabulary import reasons
from kangjiansheng.projects.views import answering, blocked, bp, list_rows, mine, standing, words
from kangjiansheng.projects.views.because import because
from kangjiansheng.projects.views.projects import words_and_figures
from kangjiansheng.projects.views.spreads import preview_of
from kangjiansheng.projects.views.then import row_of

PATH = "/<any(projects, labs):of>/<code>/milestones/<milestone_code>"


def address(milestone: Milestone, endpoint: str = ".milestone", **more: Any) -> str:
    """The address of a milestone's page, or of an act on it."""
    return url_for(endpoint, **where(milestone), **more)


def where(milestone: Milestone) -> dict[str, Any]:
    """What the addresses of a milestone name."""
    plan = milestone.plan
    return {"of": plan.of, "code": plan.owner.code, "milestone_code": milestone.code}


@bp.get(PATH)
@on(load=queries.milestone, may=policies.see)
def milestone(thing: Milestone) -> Response:
    """One milestone with everything that was ever promised of it."""
    return show(thing)


def milestone_again() -> Milestone:
    """The milestone once more, after a refusal has rolled everything back."""
    asked = request.view_args or {}
    named = {key: str(asked[key]) for key in ("of", "code", "milestone_code")}
    return queries.milestone(actor=actor(), **named) or abort(404)


def team_of(owner: queries.OwnerRow, *, whole_labs: bool = False) -> list[queries.TeamMember]:
    """Who has a part in what a plan belongs to; `whole_labs` asks for everybody of a project's laboratories."""
    if owner.of == "projects":
        return queries.team(owner.id, whole_labs=whole_labs)
    return queries.team_of_lab(owner.id)


def show(thing: Milestone, status: int = 200, **forms: Any) -> Response:
    """The page of a milestone; `forms` are those that came back with something to say."""
    owner, row = row_of(thing)
    said = queries.ledger(actor=actor(), plan_id=thing.plan_id, milestone_id=thing.id, as_of=g.as_of)
    day = g.as_of or clock.today()
    whole_team = team_of(owner, whole_labs=True)
    team = policies.speaking(whole_team)
    network = queries.network(thing.plan_id, then=owner if g.as_of else None, as_of=g.as_of)
    outlook = plans.Outlook() if g.as_of or owner.archived else plans.outlook(owner, network)
    free = g.as_of is None and not owner.archived
    intervals = held(validities_on(thing.plan, owner, actor=actor(), as_of=g.as_of), owner.milestones, day)
    shown: dict[str, Any] = {
        "may_update": free and thing.id in policies.updatable(actor(), team, [row]),
        "may_update_evidence": free and policies.answers_for(actor(), team, row),
        "may_plan": free and policies.leads_of(actor(), team),
        "plan_form": PlanForm(version=thing.version),
        "owner_form": None,
        "act_form": ActForm(version=thing.version),
        **forms,
    }
    if shown["may_plan"] and shown["owner_form"] is None:
        owner_form = OwnerForm(formdata=None, owner_id=thing.owner_id or 0, version=thing.version)
        owner_form.owner_id.choices = choices.owners_of(whole_team)
        shown["owner_form"] = owner_form
    return page(
        "projects/milestone.html",
        status,
        illustrative=owner.illustrative,
        p=owner,
        m=row,
        said=words.said(said, limit=200, with_name=False),
        entries=said,
        undo=still_quick(said, actor=actor()) if shown["may_update"] else None,
        undo_until=words.undo_until(said),
        trend=charts.trend(said, [row], day),
        trend_finding=charts.trend_finding(said, [row], day),
        trend_table=charts.trend_table(said, [row]),
        waits=plans.waiting(owner, network).get(thing.id, []),
        unaccepted=unaccepted(thing.plan, thing.code) if free and row.is_open else None,
        too_early=dict(outlook.too_early).get(thing.code),
        held=outlook.held.get(thing.code),
        awaited=network.awaited(thing.id),
        hand_off_words=hand_off_words,
        day=day,
        may_hand_off=free and owner.of == "projects" and policies.leads_of(actor(), team),
        stops=network.stops.get(thing.id, ()),
        reason=words.label_of(row.reason_code, reasons()),
        because=because(row, day),
        threats=[
            one
            for one in (risks(thing.plan.project_id, as_of=g.as_of) if thing.plan.project_id else ())
            if row.code in one.milestones and one.life != CLOSED
        ],
        risk_words=risk_words,
        may_raise=free and owner.of == "projects" and policies.raises(actor(), team),
        holding=[pair for pair in intervals if pair[1].need and pair[1].need.code == thing.code],
        validity_words=validity_words,
        panels=slots.of(panels.milestone, thing, actor(), g.as_of),
        evidence=standing.panel(thing, row, whole_team, form=shown.pop("evidence_form", None)),
        **shown,
    )


@bp.get(f"{PATH}/edit")
@on(load=queries.milestone, may=policies.update)
@of_today
def edit_milestone(thing: Milestone) -> Response:
    """The three answers: a row of the table for htmx, a page of its own otherwise."""
    form = MilestoneForm(version=thing.version, back=request.args.get("back", ""), milestone=thing)
    return _form(thing, form)


@bp.get(f"{PATH}/effect")
@on(load=queries.milestone, may=policies.update)
@of_today
def effect_of_milestone(thing: Milestone) -> Response:
    """What saving the form as it stands would do to the later milestones: a piece for the form."""
    form = MilestoneForm(request.args, milestone=thing)
    confirms = policies.confirm(actor(), thing)
    return Response(
        render_template(
            "projects/_effect.html", form=form, m=thing, confirms=confirms, **preview_of(form, actor())
        )
    )


def _form(thing: Milestone, form: MilestoneForm) -> Response:
    project, row = row_of(thing)
    form.milestone = thing
    form.offer(standing.wanted(thing.id))
    form.offer_blocked(blocked.offered(thing))
    facts: dict[str, Any] = {
        **preview_of(form, actor()),
        "p": project,
        "m": row,
        "form": form,
        "quick": quick_days(thing),
        "confirms": policies.confirm(actor(), thing),
        "unaccepted": unaccepted(thing.plan, thing.code),
        "illustrative": project.illustrative,
        "obstacles": blocking([thing.id]).get(thing.id, ()),
    }
    if wants_fragment() and list_rows.asked():
        return list_rows.edit(project, row, facts, form.status)
    if wants_fragment():
        facts["depends"] = plans.waiting(project, queries.network(thing.plan_id))
        facts["tallies"] = tallies([thing.id], actor=actor())
        return Response(render_template("projects/_edit_row.html", **facts), form.status)
    return page("projects/update.html", form.status, **facts)


@bp.get(f"{PATH}/row")
@on(load=queries.milestone, may=policies.see)
def milestone_row(thing: Milestone) -> Response:
    """The plain row again, when somebody thinks better of it."""
    project, row = row_of(thing)
    if list_rows.asked():
        return list_rows.plain(project, row)
    may = {row.id} if policies.update(actor(), thing) else set()
    depends = plans.waiting(project, queries.network(thing.plan_id))
    return Response(
        render_template(
            "projects/_row.html",
            p=project,
            m=row,
            may_update=may,
            depends=depends,
            tallies=tallies([thing.id], actor=actor()),
        )
    )


@bp.post(f"{PATH}/update")
@on(load=queries.milestone, may=policies.update)
def update_milestone(thing: Milestone) -> Response:
    """Save one of the four answers."""
    form, place = MilestoneForm(milestone=thing), queries.place_of(thing)
    if request.form.get("look"):  # without a script: what would it do?
        form.attempt(form.weigh)
        written: MilestoneEntry | Risk | None = None
    else:
        written = form.attempt(lambda: answering.answer(thing, form))
    if written is None:
        again = afresh(thing)
        return mine.among(again, form) or _form(again, form)
    if isinstance(written, Risk):
        return saved(_onward(thing, form.back.data, place), _("已记为受阻，列入“需要关注”"))
    return _done(thing, written, form, place)


def _done(thing: Milestone, written: MilestoneEntry, form: MilestoneForm, place: queries.Place) -> Response:
    undo = address(thing, ".undo_milestone", entry_id=written.id, back=form.back.data or None)
    moved = queries.moved_along(written)
    text = said_word(written, len(moved))
    if wants_fragment() and list_rows.asked():
        project, row = row_of(thing)
        return list_rows.after(project, row, {one.milestone_id for one in moved}, text, undo)
    if wants_fragment():
        project, row = row_of(thing)
        ids = {entry.milestone_id for entry in moved}
        said = queries.ledger(actor=actor(), plan_id=thing.plan_id)
        network = queries.network(thing.plan_id)
        intervals = validities(thing.plan, actor=actor())
        holding = held(intervals, project.milestones, clock.today())
        return Response(
            render_template(
                "projects/_saved_row.html",
                p=project,
                m=row,
                others=[m for m in project.milestones if m.id in ids],
                may_update=policies.updatable(actor(), team_of(project), project.milestones),
                depends=plans.waiting(project, network),
                outlook=plans.outlook(project, network),
                hand_off_words=hand_off_words,
                tallies=tallies([thing.id], actor=actor()),
                illustrative=project.illustrative,
                **words_and_figures(project, said, clock.today(), network=network, holding=holding),
                saved={"text": text, "undo_url": undo},
            )
        )
    return saved(_onward(thing, form.back.data, place), text, undo=undo)


def _onward(thing: Milestone, back: str | None, place: queries.Place) -> str:
    return mine.going_on(back, place, thing) if back in mine.BACK else _back(thing, back)


def _back(thing: Milestone, back: str | None) -> str:
    if back in mine.BACK:
        return mine.going_on(back, queries.place_of(thing))
    if back == "project":
        return thing.plan.path
    return address(thing)


def said_word(entry: MilestoneEntry, moved: int = 0) -> str:
    """What a toast says after a save; `moved` later milestones went along."""
    return _said_of(entry) + moved_word(moved)


def moved_word(moved: int) -> str:
    """How many later ones went along, to be put behind what was said; empty for none."""
    return ngettext("，%(num)d 个下游里程碑顺延", "，%(num)d 个下游里程碑顺延", moved) if moved else ""


def _said_of(entry: MilestoneEntry) -> str:
    if entry.kind == "propose":
        return _("已提交，等负责人确认")
    if entry.kind == "confirm":
        return _("已确认：仍按 %(day)s 完成", day=entry.forecast.isoformat() if entry.forecast else "—")
    if entry.kind == "done":
        early = queries.reached_later(entry.milestone)
        if not early:
            return _("已记为“已完成”")
        codes = _("、").join(early)
        return _("已记为“已完成”，但早于前置的 %(codes)s，请核对日期", codes=codes)
    way, day = queries.turned(entry), entry.forecast.isoformat() if entry.forecast else "—"
    if way == "same":
        return _("日期不变，原因改为“%(reason)s”", reason=words.label_of(entry.reason_code, reasons()))
    return _("预测日期提前到 %(day)s", day=day) if way == "earlier" else _("预测日期改为 %(day)s", day=day)


@bp.post(f"{PATH}/undo/<int:entry_id>")
@on(load=queries.entry, may=policies.undo)
def undo_milestone(entry: MilestoneEntry) -> Response:
    """Take back what was said last."""
    operations.undo(entry, actor=actor())
    return saved(_back(entry.milestone, request.args.get("back")), _("已撤销"))


@bp.post(f"{PATH}/<any(reopen,cancel,flag,unflag):act>")
@on(load=queries.milestone_for, may=policies.act)
def act_on_milestone(pair: tuple[Milestone, str]) -> Response:
    """Reopen, cancel, or set and clear the flag of a risk."""
    thing, act = pair
    form = ActForm()
    written = form.attempt(lambda: _simple(thing, act, form))
    if written is None:
        return show(milestone_again(), form.status, act_form=form)
    said = _("已重新打开，其他里程碑的日期不变") if act == "reopen" else _("已保存")
    return saved(address(thing), said, undo=address(thing, ".undo_milestone", entry_id=written.id))


def _simple(thing: Milestone, act: str, form: ActForm) -> MilestoneEntry:
    common: dict[str, Any] = {"actor": actor(), "version": form.version.data, "note": form.note.data or ""}
    if act == "reopen":
        return operations.reopen(thing, **common)
    if act == "cancel":
        return operations.cancel(thing, **common)
    return operations.flag(thing, act == "flag", **common)


@bp.post(f"{PATH}/plan")
@on(load=queries.milestone, may=policies.set_plan)
def plan_milestone(thing: Milestone) -> Response:
    """Set the planned date."""
    form = PlanForm()
    written = form.attempt(
        lambda: operations.set_plan(
            thing,
            form.plan.data or clock.today(),
            actor=actor(),
            version=form.version.data,
            note=form.note.data or "",
            authority=form.authority.data or "",
        )
    )
    if written is None:
        return show(afresh(thing), form.status, plan_form=form)
    return saved(address(thing), _("计划已调整"), undo=address(thing, ".undo_milestone", entry_id=written.id))


@bp.post(f"{PATH}/owner")
@on(load=queries.milestone, may=policies.set_plan)
def give_milestone(thing: Milestone) -> Response:
    """Hand a milestone to somebody."""
    form = OwnerForm()
    form.owner_id.choices = choices.for_owner(thing.plan)
    written = form.attempt(
        lambda: operations.give_to(
            thing, form.owner_id.data or None, actor=actor(), version=form.version.data
        )
    )
    if written is None:
        return show(afresh(thing), form.status, owner_form=form)
    text = _("已交给新的负责人") if thing.owner_id else _("已不由任何人负责")
    return saved(address(thing), text, undo=address(thing, ".undo_milestone", entry_id=written.id))
