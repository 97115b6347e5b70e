"""The page of one project."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core import clock, paging
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import page, with_args
from kangjiansheng.labs import panels as slots
from kangjiansheng.projects import charts, panels, policies, queries
from kangjiansheng.projects.forms import hand_offs as hand_off_words
from kangjiansheng.projects.forms import validity as validity_words
from kangjiansheng.projects.forms.projects import ClaimForm
from kangjiansheng.projects.models import Plan, Project
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.queries import claims, plans
from kangjiansheng.projects.queries.delays import delays
from kangjiansheng.projects.queries.evidence import tallies_of
from kangjiansheng.projects.queries.gates import newest
from kangjiansheng.projects.queries.validity import Held, held, validities_on
from kangjiansheng.projects.rules import freshness
from kangjiansheng.projects.views import bp, chain, histories, numbers, risks, trials, validity, words
from kangjiansheng.projects.views.because import why
from kangjiansheng.projects.views.then import called_then, project_row

REACHED, AHEAD = 3, 9  # milestones on a printed sheet


@bp.get("/projects/<code>")
@on(load=queries.project, may=policies.see)
def project(thing: Project) -> Response:
    """One project: where it stands, its milestones, timeline, trend, history, people."""
    return page("projects/project.html", **context(thing))


@bp.get("/projects/<code>/sheet")
@on(load=queries.project, may=policies.see)
def one_page(thing: Project) -> Response:
    """One project on one sheet of paper: the sentence, the dates that matter, risks, papers, the committee."""
    return page("projects/one_page.html", **sheet(thing))


def sheet(thing: Project) -> dict[str, Any]:
    """What stands on that sheet."""
    found = context(thing)
    milestones = [m for m in found["p"].milestones if m.kind == "milestone" and m.state != "cancelled"]
    reached = [m for m in milestones if not m.is_open][-REACHED:]
    ahead = [m for m in milestones if m.is_open]
    return {**found, "shown": [*reached, *ahead[:AHEAD]], "left": len(ahead) - len(ahead[:AHEAD])}


def context(thing: Project, **more: Any) -> dict[str, Any]:
    """Everything that the page of a project shows, as of the day that the address asks for."""
    row = project_row(thing)
    day = g.as_of or clock.today()
    team = queries.team(thing.id)
    higher = slots.of(panels.project, thing, actor(), g.as_of)
    frozen = g.as_of is not None or row.archived
    intervals = validities_on(thing.plan, row, actor=actor(), as_of=g.as_of)
    known = numbers.shown(thing, row if g.as_of else None)
    holding = held(intervals, row.milestones, day)
    planned = plan_context(thing.plan, row, team, holding)
    return {
        "p": row,
        "thing": thing,
        "illustrative": row.illustrative or higher.illustrative,
        "higher": higher,
        "ways": [way for source in panels.ways if (way := source(thing, actor(), team))],
        "about": words.about(row),
        "labels": words.labels(row),
        "claimers": {one.person_id: one for one in team},
        "claim": claims.claim_on(thing, day),
        "claim_form": ClaimForm(formdata=None, version=thing.version, until=day + timedelta(14)),
        **planned,
        "chain": chain.placed(row, planned["network"].hand_offs),
        "may_hand_off": planned["may_plan"],
        "team": [one for one in team if one.holds_on(day)],
        "roles": words.ROLES,
        "party_roles": words.PARTY_ROLES,
        "numbers": known,
        "records": trials.panel(row, known),
        "trial_words": trials.words,
        "risks": risks.panel(thing),
        "validity": validity.panel(intervals, holding),
        "may_raise": not frozen and policies.raises(actor(), team),
        "may_edit": g.as_of is None and (actor().has("executive") or policies.leads_of(actor(), team)),
        "may_list_readers": actor().has("executive", "auditor") or policies.leads_of(actor(), team),
        **more,
    }


def plan_context(
    plan: Plan | None, row: queries.OwnerRow, team: Sequence[queries.TeamMember], holding: Sequence[Held]
) -> dict[str, Any]:
    """What the page of a plan shows, whatever it belongs to: milestones, outlook, figures, history, gates."""
    plan_id, day = plan.id if plan else None, g.as_of or clock.today()
    said = called_then(queries.ledger(actor=actor(), plan_id=plan_id, as_of=g.as_of), row)
    network = queries.network(plan_id, then=row if g.as_of else None, as_of=g.as_of)
    frozen = g.as_of is not None or row.archived
    whole = request.args.get("view") == "timeline"
    outlook = plans.Outlook() if frozen else plans.outlook(row, network)
    return {
        "depends": plans.waiting(row, network),
        "outlook": outlook,
        "hand_off_words": hand_off_words,
        "network": network,
        "path": words.path(row),
        "may_plan": not frozen and policies.leads_of(actor(), team),
        "may_update": set() if frozen else policies.updatable(actor(), team, row.milestones),
        "tallies": tallies_of(plan, row.milestones, actor=actor(), as_of=g.as_of),
        **words_and_figures(
            row,
            said,
            day,
            network=network,
            whole=whole,
            holding=holding,
            critical=outlook.critical if whole else (),
        ),
        **gates_of(plan, row),
    }


def gates_of(plan: Plan | None, row: queries.OwnerRow) -> dict[str, Any]:
    """The gates of a plan for its page: those decided or reached, and the one that comes next."""
    decided = newest(plan, row.milestones, as_of=g.as_of)
    found = [m for m in row.milestones if m.gate and m.state != "cancelled"]
    ahead = next((m for m in found if m.is_open and m.id not in decided), None)
    shown = [m for m in found if m.id in decided or not m.is_open or m is ahead]
    finding = _("没有下一个阶段门")
    if ahead is not None:
        day = ahead.promised.isoformat() if ahead.promised else _("未定日期")
        finding = _("下一个门是 %(code)s，%(day)s", code=ahead.code, day=day)
    return {
        "gates": [{"m": m, "decision": decided.get(m.id)} for m in shown],
        "gates_finding": finding,
        "gate_words": DECISIONS,
    }


def words_and_figures(
    row: queries.OwnerRow,
    said: Sequence[queries.Said],
    day: date,
    *,
    network: queries.Network,
    whole: bool = False,
    holding: Sequence[Held] = (),
    critical: Sequence[str] = (),
) -> dict[str, Any]:
    """What changes on the page of a plan whenever something is said of one of its milestones.

    `whole`: the timeline stands in the place of the table, with every milestone. `holding`: what the project holds
    for a while. `critical`: the codes of the critical path, which the whole timeline connects.
    """
    delayed = delays(row, network, said, day)
    return {
        "whole": whole,
        "delay": charts.delay(row, delayed),
        "delay_finding": charts.delay_finding(row, delayed),
        "delay_table": charts.delay_table(row, delayed),
        "answer": words.answer(row, day) + ("" if row.status == "pause" else validity_words.alarm(holding)),
        "why": why(row, day),
        "ages": {m.id: freshness.age(spoken_on(m), day) for m in row.milestones if m.is_open},
        "finding": words.table_finding(row),
        "timeline": charts.timeline(row.milestones, day, every=whole, holding=holding, critical=critical),
        "timeline_finding": charts.timeline_finding(row),
        "timeline_table": charts.timeline_table(row.milestones, holding),
        "trend": charts.trend(said, row.milestones, day),
        "trend_finding": charts.trend_finding(said, row.milestones, day),
        "trend_table": charts.trend_table(said, row.milestones),
        "history": words.said(said, limit=5),
    }


def spoken_on(m: queries.MilestoneRow) -> date | None:
    """The day on which somebody last stood by a milestone's date."""
    return clock.day_of(m.confirmed_at) if m.confirmed_at else None


@bp.get("/projects/<code>/history")
@on(load=queries.project, may=policies.see)
def project_history(thing: Project) -> Response:
    """Everything that was said and done, newest first: the milestones' ledger, gates, evidence, risks, approvals,
    baselines, clocks and the project's own facts; of one kind when the address asks for it."""
    row = project_row(thing)
    kind = request.args.get("kind", "")
    lines = histories.of_plan(thing.plan, row, actor=actor(), as_of=g.as_of, kind=kind)
    return page(
        "projects/history.html",
        p=row,
        rows=paging.cut(lines, request.args.get("page"), size=100),
        chips=histories.chips(kind),
        page_address=lambda number: with_args(page=number),
        illustrative=row.illustrative,
    )
