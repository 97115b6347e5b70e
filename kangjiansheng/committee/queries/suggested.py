"""What might go on an agenda: proposed to those who keep the committee, each of what that person may see.

Six statements, whatever there is; a meeting of One Table asks for what is asked and owed, too. What stands on the agenda already, waits in the backlog or was set aside for this
meeting is not proposed again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import String, cast, false, func, literal, or_, select, true, union_all
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    BacklogItem,
    Decision,
    Dismissal,
    Meeting,
)
from kangjiansheng.committee.queries import overviews
from kangjiansheng.committee.queries.visible import reads_item
from kangjiansheng.committee.rules import suggestions as rules
from kangjiansheng.committee.rules.suggestions import Suggestion
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.queries.obligations import obligation_rows
from kangjiansheng.projects.models import AnswerLink, Milestone, Plan, Project
from kangjiansheng.projects.queries import asks, visible_projects
from kangjiansheng.projects.queries.owners import running
from kangjiansheng.projects.rules import asks as ask_rules

MOST, PATIENCE = 30, timedelta(days=7)


@dataclass(frozen=True)
class Suggested:
    """The proposals in the order of their kinds, and how many were set aside for this meeting."""

    rows: list[Suggestion]
    dismissed: int


def suggested(meeting: Meeting, *, actor: Actor) -> Suggested:
    """What might go on the agenda of a meeting."""
    before = overviews.previous(meeting, actor=actor)
    found = [*_minutes(before), *_actions(meeting, actor), *_deferred(before, actor)]
    found += _milestones(meeting, actor)
    if meeting.committee.kind == rules.TABLE:
        found += [*_wishes(actor), *_owed(actor)]
    gone, dismissed = _known(meeting)
    rank = {kind: place for place, kind in enumerate(rules.KINDS)}
    left = [one for one in found if one.source not in gone and one.why not in gone]
    return Suggested(sorted(left, key=lambda one: rank[one.why])[:MOST], dismissed)


def _known(meeting: Meeting) -> tuple[set[str], int]:
    """What is not proposed, by its source: on this agenda or one that is coming, waiting, or set aside for this meeting.
    An agenda that has something to confirm asks for no minutes, whatever their source. And how many were set aside."""
    coming = or_(Meeting.id == meeting.id, Meeting.life.in_(("planned", "unpublished")))
    on_agenda = (
        select(AgendaItem.source, false())
        .join(Meeting)
        .where(Meeting.committee_id == meeting.committee_id, coming)
    )
    here = AgendaItem.meeting_id == meeting.id
    gates = select(literal("gate:").concat(cast(AgendaItem.gate_id, String)), false()).where(
        here, AgendaItem.gate_id.is_not(None)
    )
    confirms = select(literal("minutes"), false()).where(here, AgendaItem.kind == "confirm")
    waiting = select(BacklogItem.source, false()).where(
        BacklogItem.committee_id == meeting.committee_id, BacklogItem.life == "waiting"
    )
    aside = select(Dismissal.source, true()).where(Dismissal.meeting_id == meeting.id)
    rows = db.session.execute(union_all(on_agenda, gates, confirms, waiting, aside)).all()
    return {source for source, _aside in rows}, sum(1 for _source, aside in rows if aside)


def _minutes(before: Meeting | None) -> Iterator[Suggestion]:
    """The last minutes."""
    minutes = before.minutes if before else None
    if before is None or minutes is None or minutes.life == "record":
        return
    names = {
        "name_hans": f"通过{before.name_hans}纪要",
        "name_hant": f"通過{before.name_hant}紀要" if before.name_hant else "",
        "name_en": f"Approve the minutes of {before.name_en}" if before.name_en else "",
    }
    yield Suggestion(
        f"minutes:{minutes.id}",
        "minutes",
        {"meeting": _names(before), "life": minutes.life},
        names | {"kind": "confirm", "minutes_planned": 5},
        illustrative=before.illustrative,
    )


def _actions(meeting: Meeting, actor: Actor) -> Iterator[Suggestion]:
    """Open actions of earlier meetings that are due by the day of this one."""
    rows = overviews.actions(actor=actor, committee_id=meeting.committee_id, life="open", before=meeting)
    for action in rows.all():
        if action.due_on is None or action.due_on > meeting.held_on:
            continue
        names = {
            "name_hans": f"行动项 {action.number} 的进展",
            "name_hant": f"行動項目 {action.number} 的進展",
            "name_en": f"Progress of action {action.number}",
        }
        yield Suggestion(
            f"action:{action.id}",
            "action",
            {"number": action.number, "text": action.text, "due": action.due_on, "late": _late(action)},
            names | {"kind": "hear", "minutes_planned": 5, "text": action.text, **_presenter(action)},
            origin=action.agenda_item_id,
            illustrative=action.illustrative,
        )


def _late(action: Action) -> int:
    return max((clock.today() - action.due_on).days, 0) if action.due_on else 0


def _presenter(action: Action) -> dict[str, Any]:
    if action.owner is None:
        return {"presenter": action.owner_role, "presenter_id": None}
    return {"presenter": action.owner.name_hans, "presenter_id": action.owner_id}


def _deferred(before: Meeting | None, actor: Actor) -> Iterator[Suggestion]:
    """Items of the last meeting that it did not come to: others have their times, these have none, nor a decision."""
    if before is None:
        return
    reached = select(AgendaItem.id).where(
        AgendaItem.meeting_id == before.id, AgendaItem.opened_at.is_not(None)
    )
    query = (
        select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(
            AgendaItem.meeting_id == before.id,
            AgendaItem.opened_at.is_(None),
            reached.exists(),
            reads_item(actor),
            AgendaItem.id.not_in(select(Decision.agenda_item_id).where(Decision.agenda_item_id.is_not(None))),
        )
        .order_by(AgendaItem.position)
    )
    for item in db.session.scalars(query):
        yield Suggestion(
            f"item:{item.id}",
            "item",
            {"meeting": _names(before)},
            item.content(),
            origin=item.id,
            illustrative=before.illustrative,
        )


def _milestones(meeting: Meeting, actor: Actor) -> Iterator[Suggestion]:
    """Gates whose day comes before the meeting, promises that were not kept, and owners who were asked in vain: of
    running projects that the actor sees."""
    promised = func.coalesce(Milestone.forecast, Milestone.current_plan, Milestone.baseline)
    asked = (
        select(AnswerLink.milestone_id, func.max(AnswerLink.made_at).label("at"))
        .group_by(AnswerLink.milestone_id)
        .subquery()
    )
    unanswered = asked.c.at < clock.now() - PATIENCE
    today = clock.today()
    query = (
        select(Milestone, promised, asked.c.at)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .outerjoin(asked, asked.c.milestone_id == Milestone.id)
        .where(
            Project.id.in_(visible_projects(actor)),
            running(),
            Milestone.state == "open",
            Milestone.actual.is_(None),
            or_(
                promised < today,
                (promised <= meeting.held_on) & Milestone.gate,
                unanswered & or_(Milestone.confirmed_at.is_(None), Milestone.confirmed_at < asked.c.at),
            ),
        )
        .options(contains_eager(Milestone.plan).contains_eager(Plan.project), joinedload(Milestone.owner))
        .order_by(promised, Project.code, Milestone.position)
        .limit(MOST)
    )
    for milestone, day, at in db.session.execute(query):
        yield _of_milestone(milestone, day, at)


def _wishes(actor: Actor) -> Iterator[Suggestion]:
    """Asks that were raised and not yet tabled, those that wait longest first."""
    day = clock.today()
    for row in asks.asks(actor=actor):
        if row.life != "raised":
            continue
        names = {"name_hans": f"诉求：{row.title}"[:200], "name_hant": "", "name_en": ""}
        yield Suggestion(
            f"{rules.ASK}{row.id}",
            "wish",
            {"asker": row.asker.names, "days": ask_rules.waits_for(row, day) or 0},
            names
            | {"kind": "discuss", "minutes_planned": 10, "text": row.title, "project_id": row.project_id},
            project=row.project,
            illustrative=row.illustrative,
        )


def _owed(actor: Actor) -> Iterator[Suggestion]:
    """Commitments between parties that are overdue."""
    day = clock.today()
    for row in obligation_rows(actor=actor):
        if row.archived or row.confidentiality == "team" or not row.late(day):
            continue
        yield Suggestion(
            f"{rules.OBLIGATION}{row.id}",
            "owed",
            {"debtor": _names(row.debtor), "late": row.late(day)},
            rules.titles(row.code, _names(row), rules.OVERDUE) | {"kind": "hear", "minutes_planned": 10},
            illustrative=row.illustrative,
        )


def _of_milestone(milestone: Milestone, day: Any, at: Any) -> Suggestion:
    project = milestone.plan.project
    assert project is not None
    facts: dict[str, Any] = {"code": project.code, "milestone": milestone.code, "day": day}
    fields: dict[str, Any] = {"project_id": project.id, "minutes_planned": 15, "kind": "hear"}
    if milestone.owner is not None:
        fields |= {"presenter": milestone.owner.name_hans, "presenter_id": milestone.owner_id}
    why, tails = "milestone", rules.OVERDUE
    if milestone.gate:
        why, tails = "gate", rules.DECIDE
        fields |= {"kind": "decide", "gate_id": milestone.id, "minutes_planned": 30}
    elif day is None or day >= clock.today():
        why, tails = "ask", rules.ASKED
        facts["at"] = at
    else:
        facts["late"] = (clock.today() - day).days
    names = rules.titles(project.code, _names(milestone), tails)
    return Suggestion(
        f"{'gate' if milestone.gate else 'milestone'}:{milestone.id}",
        why,
        facts,
        names | fields,
        project=project.code,
        illustrative=project.illustrative,
    )


def _names(thing: Any) -> dict[str, str]:
    return {script: getattr(thing, f"name_{script}") for script in rules.SCRIPTS}
