"""What this floor shows on pages of the floor below, and the slots of its own pages for the floors above."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from kangjiansheng.accounts.queries import names
from kangjiansheng.accounts.queries.rights import held_in
from kangjiansheng.accounts.rules.rights import Right
from kangjiansheng.core import clock, history
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.labs import panels as lab_slots
from kangjiansheng.labs import policies as lab_policies
from kangjiansheng.labs.models import Booking, Company, Institution, JointLab, Obligation, SharedResource
from kangjiansheng.labs.panels import Panel
from kangjiansheng.projects import charts, policies
from kangjiansheng.projects.forms import results as words
from kangjiansheng.projects.forms.fields import label_of
from kangjiansheng.projects.forms.obligations import BookingLinkForm, LinkForm
from kangjiansheng.projects.forms.projects import ROLES
from kangjiansheng.projects.models import Ask, Milestone, Project, ProjectMember
from kangjiansheng.projects.operations.bookings import name_project
from kangjiansheng.projects.operations.handing import give_in_park
from kangjiansheng.projects.queries import park_duties
from kangjiansheng.projects.queries.beginnings import taken_back
from kangjiansheng.projects.queries.bookings import link_of, projects_of, said_of, to_name
from kangjiansheng.projects.queries.handing import Keeper, holders_in_lab
from kangjiansheng.projects.queries.lab_plans import lab_plans
from kangjiansheng.projects.queries.obligations import links_of
from kangjiansheng.projects.queries.of_institution import of_institution
from kangjiansheng.projects.queries.page import TeamMember, recent
from kangjiansheng.projects.queries.portfolio import of_lab, portfolio
from kangjiansheng.projects.queries.results import results_of
from kangjiansheng.projects.queries.rows import MilestoneRow, ProjectRow
from kangjiansheng.projects.rules.metrics import rate
from kangjiansheng.projects.rules.milestones import SLIP_DAYS
from kangjiansheng.projects.rules.plans import CLOSED
from kangjiansheng.projects.rules.vocabulary import stage_columns, stages

# Slots of the pages of a project and of a milestone for higher floors; app.py fills them.
project: list[Callable[[Project, Actor, date | None], Panel | None]] = []
# Ways from the page of a project to pages of higher floors: what it is called and its address, for who may go there.
ways: list[Callable[[Project, Actor, Sequence[TeamMember]], tuple[str, str] | None]] = []
ask: list[Callable[[Ask, Actor, date | None], Panel | None]] = []
# The tabs of the section to which the list of asks belongs, with the current one's name.
asks_section: list[Callable[[str], list[tuple[str, str, bool, None]]]] = []
milestone: list[Callable[[Milestone, Actor, date | None], Panel | None]] = []


def rights_held(day: date) -> list[Right]:
    """Who belonged to the team of which project on a day; codes alone, for who administers sees no project."""
    return held_in("project", ProjectMember, Project, ProjectMember.role, dict(ROLES), day)


# What a leaver answers for in the park, for the page of hand-over.
park_offices = Keeper(
    words={"companion": _l("陪伴人"), "service": _l("服务请求")},
    advice={},
    duties=park_duties.duties,
    held=park_duties.held,
    give=give_in_park,
    href=lambda one: "",
)

QUARTER = timedelta(days=91)
AHEAD = timedelta(days=90)


def lab_projects(lab: JointLab, actor: Actor, as_of: date | None) -> Panel | None:
    """The projects of a laboratory that the reader may see: figures, timeline, table."""
    rows = portfolio(actor=actor, as_of=as_of, lab=lab.id)
    if not rows:
        return None
    day = as_of or clock.today()
    return Panel(
        "projects/_lab_panel.html",
        {
            "projects": rows,
            "finding": _finding(rows, day),
            "figure": charts.lab_lines(rows, day),
            "table": charts.lab_table(rows),
            "stage_of": {row.code: stage_word(row) for row in rows},
            "step_of": {row.code: stage_step(row) for row in rows},
            "total": len(rows),
        },
        illustrative=any(row.illustrative for row in rows),
        kpis=_kpis(rows, day),
    )


def lab_plan(lab: JointLab, actor: Actor, as_of: date | None) -> Panel | None:
    """The plan of a laboratory for those who see its inside; without one, the way to begin it for its directors."""
    row = next(iter(lab_plans(actor=actor, as_of=as_of, codes=[lab.code], archived=True)), None)
    gone = row is not None and taken_back(row.milestones, as_of)
    if row is not None and not gone:
        counted = [m for m in row.milestones if m.kind == "milestone" and m.state != "cancelled"]
        context = {
            "row": row,
            "finding": charts.timeline_finding(row),
            "done": sum(m.status == "done" for m in counted),
            "all": len(counted),
        }
        return Panel("projects/_lab_plan_panel.html", context, illustrative=row.illustrative)
    over = as_of is not None or lab.archived_at is not None or lab.life == CLOSED
    if over or not policies.start_plan(actor, lab):
        return None
    return Panel(
        "projects/_lab_plan_panel.html",
        {"row": None, "code": lab.code, "finding": _("建设计划已收回") if gone else _("还没有建设计划")},
    )


def lab_obligations(lab: JointLab, actor: Actor, as_of: date | None) -> Panel:
    """Where the page of a laboratory fetches the obligations that matter to it."""
    return Panel("projects/_owed_panel.html", {"path": travel(f"/labs/{lab.code}/obligations")})


def obligation_links(obligation: Obligation, actor: Actor, as_of: date | None) -> Panel | None:
    """To which projects, milestones and laboratories an obligation matters, and the way to say so."""
    links = links_of(obligation, actor=actor, as_of=as_of)
    free = as_of is None and obligation.archived_at is None
    may_link = free and lab_policies.bring(actor, obligation)
    if not links and not may_link:
        return None
    context = {
        "code": obligation.code,
        "links": links,
        "may_link": may_link,
        "form": g.get("link_form") or LinkForm(formdata=None),
    }
    return Panel("projects/_links_panel.html", context)


def booking_project(booking: Booking, actor: Actor, _as_of: date | None) -> Panel | None:
    """For which project a resource is booked, for who sees that project, and the way to say so."""
    link = link_of(booking, actor=actor)
    may_link = booking.cancelled_at is None and policies.name_project(actor, booking)
    said, codes = said_of(booking, actor=actor)
    if link is None and not may_link and not said:
        return None
    context = {
        "link": link,
        "may_link": may_link,
        "code": booking.resource.code,
        "number": booking.number,
        "form": g.get("booking_form") or BookingLinkForm(formdata=None),
        "offered": offered(booking.resource, actor) if may_link and link is None else (),
    }
    people = names({row.actor_id for row in said})
    shown = history.entries(said, labels={}, show=lambda _key, value: str(value), people=people)
    entries = [entry | {"mark": codes[row.thing_id or 0]} for row, entry in zip(said, shown, strict=True)]
    return Panel("projects/_booking_panel.html", context, entries=entries)


def offered(resource: SharedResource, actor: Actor) -> list[tuple[str, str]]:
    """The projects that may be named when a resource is booked, with their names."""
    return [(row.code, name_of(row)) for row in to_name(resource, actor=actor)]


booked_for = lab_slots.BookedFor(
    offered,
    name=lambda booking, text, actor: name_project(booking, text, actor=actor),
    of=lambda resource, actor, day: projects_of(resource, actor=actor, as_of=day),
)


def company_results(company: Company, actor: Actor, as_of: date | None) -> Panel | None:
    """The results that a company takes to the market, and the projects that they came out of."""
    rows = results_of(company, actor=actor, as_of=as_of)
    if not rows:
        return None
    finding = ngettext("%(num)d 项成果", "%(num)d 项成果", len(rows))
    return Panel(
        "projects/_results_panel.html",
        {"rows": rows, "words": words, "finding": finding},
        illustrative=any(row.illustrative for row in rows),
    )


def leaving_lab(lab: JointLab) -> dict[int, str]:
    """Where each who answers for something in a laboratory hands it over."""
    return {
        key: url_for("projects.hand_over_in_lab", code=lab.code, person_code=code)
        for key, code in holders_in_lab(lab).items()
    }


def institution_projects(institution: Institution, actor: Actor, as_of: date | None) -> Panel | None:
    """The projects in which an institution takes part, as far as the reader may see them: the first, and how many."""
    found = of_institution(institution.id, actor=actor, as_of=as_of)
    if not found.rows:
        return None
    return Panel(
        "projects/_lab_panel.html",
        {
            "projects": found.rows,
            "finding": _found(found.total, found.behind),
            "figure": None,
            "table": None,
            "stage_of": {row.code: stage_word(row) for row in found.rows},
            "step_of": {row.code: stage_step(row) for row in found.rows},
            "total": found.total,
            "all_of_them": travel(url_for("projects.projects", party=institution.code)),
        },
        illustrative=found.illustrative,
    )


def lab_news(lab: JointLab, actor: Actor, as_of: date | None) -> Panel | None:
    """What was said of late of its own plan, and of the projects that are its own on that day."""
    lines = recent(actor=actor, projects=of_lab(lab.id, as_of), lab_id=lab.id, as_of=as_of)
    acts = {
        "owner": _("更换负责人"),
        "undo": _("撤销"),
        "flag": _("风险标记"),
        "cancel": _("取消"),
        "reopen": _("重新打开"),
    }
    return (
        Panel("projects/_news_panel.html", {"lines": lines, "acts": acts}, place="narrow") if lines else None
    )


def stage_word(row: ProjectRow) -> str:
    """The column of the stage, which is shorter than its name."""
    known = stages().get(row.stage)
    return label_of(known.column, stage_columns()) if known else row.stage


def stage_step(row: ProjectRow) -> int | None:
    """Which of the six steps of the stage path a project is at, from 0; None beside the path."""
    known = stages().get(row.stage)
    columns = list(stage_columns())[:6]
    return columns.index(known.column) if known and known.column in columns else None


def _kpis(rows: Sequence[ProjectRow], day: date) -> list[dict[str, Any]]:
    milestones = [m for row in rows for m in row.milestones if m.kind == "milestone"]
    recent_done = [m for m in milestones if m.actual and day - QUARTER < m.actual <= day]
    punctual = rate(
        sum(m.baseline is not None and m.actual <= m.baseline for m in recent_done if m.actual),
        len(recent_done),
    )
    active = [row for row in rows if row.status != "pause"]
    # As the board counts them (overview/rules/figures): from today on, and apart what should have been reached before.
    running = [(m, m.promised) for row in active for m in row.milestones if m.is_open and m.promised]
    due = [m for m, promised in running if day <= promised <= day + AHEAD]
    off = sum(m.status in ("risk", "slip", "late") for m in due)
    late = sum(promised < day for _m, promised in running)
    return [
        {
            "label": _("准时率，滚动 3 个月"),
            "value": "—" if punctual is None else round(punctual * 100),
            "unit": "" if punctual is None else "%",
            "warning": None,
            "note": ngettext("完成 %(num)d 项", "完成 %(num)d 项", len(recent_done)),
        },
        {
            "label": _("在研项目"),
            "value": len(active),
            "unit": _("个项目"),
            "warning": None,
            "note": _("、").join(row.code for row in active[:3]) + ("…" if len(active) > 3 else ""),
        },
        {
            "label": _("未来 90 天到期"),
            "value": len(due),
            "unit": _("项到期"),
            "warning": ngettext("%(num)d 项有风险或推迟", "%(num)d 项有风险或推迟", off) if off else None,
            "note": ngettext("另有 %(num)d 项已逾期", "另有 %(num)d 项已逾期", late)
            if late
            else (None if off else _("都按计划")),
        },
        {
            "label": _("已逾期"),
            "value": late,
            "unit": _("项逾期"),
            "warning": _("承诺的日期已过，还没有新的日期") if late else None,
            "note": None if late else _("没有逾期"),
        },
    ]


def _overdue(milestone: MilestoneRow, day: date) -> bool:
    """By its date alone: a gate that waits for a decision is overdue all the same."""
    if milestone.status == "gate":
        return milestone.promised is not None and milestone.promised < day
    return milestone.status == "late"


def _behind(milestone: MilestoneRow, day: date) -> bool:
    """Overdue, or slipped by as many days as count as a slip."""
    waiting = milestone.status == "gate" and (milestone.slip or 0) >= SLIP_DAYS
    return milestone.status == "slip" or waiting or _overdue(milestone, day)


def _finding(rows: Sequence[ProjectRow], day: date) -> str:
    return _found(len(rows), sum(any(_behind(m, day) for m in row.milestones) for row in rows))


def _found(every: int, behind: int) -> str:
    if not behind:
        return ngettext("%(num)d 个项目，没有推迟或逾期", "%(num)d 个项目，没有推迟或逾期", every)
    return _("%(all)d 个项目里 %(behind)d 个推迟或逾期", all=every, behind=behind)
