"""What the committees have to do with one project, today and as it stood at the end of a past day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, and_, bindparam, select
from sqlalchemy.orm import aliased, contains_eager

from kangjiansheng.committee.models import (
    ITEM_STATE,
    Action,
    AgendaItem,
    CompanyDecision,
    Decision,
    Meeting,
    Minutes,
)
from kangjiansheng.committee.queries.answers import is_advice, latest_id
from kangjiansheng.committee.queries.follow_up import submitted_by
from kangjiansheng.committee.queries.overviews import published_by
from kangjiansheng.committee.queries.visible import (
    sees_decision,
    sees_item,
    visible_actions,
    visible_actions_then,
    visible_decisions,
)
from kangjiansheng.committee.rules.meetings import DISCARDED, HIDDEN
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.projects.models import Project


@dataclass(frozen=True, slots=True)
class MeetingThen:
    """A meeting as it was known at the end of a past day."""

    code: str
    life: str
    held_on: date
    names: Mapping[str, str]
    illustrative: bool


@dataclass(frozen=True, slots=True)
class ItemThen:
    """An item as it stood on the agenda at the end of a past day."""

    id: int
    kind: str
    names: Mapping[str, str]
    meeting: MeetingThen


@dataclass(frozen=True, slots=True)
class ActionThen:
    """An open action as it stood at the end of a past day."""

    number: str
    text: str
    due_on: date | None


@dataclass
class Advice:
    """What the committees have to do with one project: items newest first, what was decided, what is open."""

    items: Sequence[AgendaItem | ItemThen]
    decisions: list[Decision]
    actions: Sequence[Action | ActionThen]
    answers: Mapping[int, CompanyDecision | None]


def advice(project: Project, *, actor: Actor) -> Advice:
    """Items, standing decisions and open actions about a project, as far as the actor may see them.

    One statement: the page of a project has none to spare.
    """
    about = _about(actor, db.session.get_bind().dialect.name)
    rows = list(db.session.execute(about, {"project": project.id}))
    items = list(dict.fromkeys(row[0] for row in rows))
    decisions = list(dict.fromkeys(row[1] for row in rows if row[1]))
    actions = list(dict.fromkeys(row[2] for row in rows if row[2]))
    answers = {row[1].id: row[3] for row in rows if row[1] and row[4]}
    return Advice(items, decisions, actions, answers)


@once_a_day
def _about(actor: Actor, _engine: str) -> Any:
    item, about = aliased(AgendaItem), bindparam("project", type_=Integer)
    ours = select(item.id).where(item.project_id == about)  # doors that are asked of few rows, not of all
    decided = visible_decisions(actor).join(Minutes, Minutes.meeting_id == Decision.meeting_id)
    decided = decided.where(Minutes.life == "approved", Decision.agenda_item_id.in_(ours))
    to_do = visible_actions(actor).where(Action.life == "open", Action.agenda_item_id.in_(ours))
    return (
        select(AgendaItem, Decision, Action, CompanyDecision, is_advice())
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .outerjoin(Decision, and_(Decision.agenda_item_id == AgendaItem.id, Decision.id.in_(decided)))
        .outerjoin(Action, and_(Action.agenda_item_id == AgendaItem.id, Action.id.in_(to_do)))
        .outerjoin(CompanyDecision, CompanyDecision.id == latest_id())
        .where(
            AgendaItem.project_id == about,
            sees_item(actor),
            Meeting.life.not_in(("cancelled", DISCARDED)),
        )
        .options(contains_eager(AgendaItem.meeting))
        .order_by(Meeting.held_on.desc(), AgendaItem.position, Decision.id, Action.number)
    )


def advice_then(project: Project, day: date, *, actor: Actor) -> Advice:
    """The same as it stood at the end of a past day, of what the actor may see today: the agendas known by then,
    decisions of minutes approved by then with the answers given by then, actions put to members by then and open.
    Five statements."""
    until = clock.end_of(day)
    items = _items_then(project, day, actor)
    kept_in = [item.id for item in items]
    approved = (
        select(Decision, CompanyDecision, is_advice())
        .join(Minutes, Minutes.meeting_id == Decision.meeting_id)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .join(AgendaItem, AgendaItem.id == Decision.agenda_item_id)
        .outerjoin(CompanyDecision, CompanyDecision.id == latest_id(until))
        .where(
            AgendaItem.project_id == project.id,
            Minutes.approved_at <= until,
            sees_decision(actor),
        )
        .options(contains_eager(Decision.meeting))
        .order_by(Meeting.held_on.desc(), AgendaItem.position, Decision.id)
    )
    rows = list(db.session.execute(approved))
    seen = visible_actions_then(actor).where(
        Action.agenda_item_id.in_(kept_in), Action.meeting_id.in_(submitted_by(day))
    )
    actions = [
        ActionThen(state["number"], state["text"], _day(state["due_on"]))
        for state in states_at(Action, seen, until).values()
        if state["life"] == "open"
    ]
    return Advice(
        items,
        [row[0] for row in rows],
        sorted(actions, key=lambda one: one.number),
        {row[0].id: row[1] for row in rows if row[2]},
    )


def _items_then(project: Project, day: date, actor: Actor) -> list[ItemThen]:
    """The items about a project on the agendas of meetings as they were known at the end of a day, newest first."""
    query = (
        select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(
            AgendaItem.project_id == project.id,
            sees_item(actor),
            published_by(day, actor=actor),
        )
        .options(contains_eager(AgendaItem.meeting))
    )
    rows = {item.id: item for item in db.session.scalars(query)}
    meetings = {item.meeting_id: item.meeting for item in rows.values()}
    found = []
    for key, state in states_at(Meeting, list(meetings), clock.end_of(day)).items():
        if state["life"] in ("cancelled", *HIDDEN):
            continue
        held_on = date.fromisoformat(state["held_on"])
        one = meetings[key]
        then = MeetingThen(one.code, state["life"], held_on, _names(one, state), one.illustrative)
        for kept_item in state["items"]:
            item = dict(zip(ITEM_STATE, kept_item, strict=False))
            if item["id"] in rows and item["project_id"] == project.id:
                names = _names(rows[item["id"]], item)
                found.append((held_on, item["position"], ItemThen(item["id"], item["kind"], names, then)))
    found.sort(key=lambda one: (-one[0].toordinal(), one[1]))
    return [item for _day_held, _position, item in found]


def _names(thing: Any, then: Mapping[str, Any]) -> dict[str, str]:
    """What a thing was called: all scripts where the first is still the same, else what was kept."""
    if then.get("name_hans", thing.name_hans) == thing.name_hans:
        return {script: getattr(thing, f"name_{script}") for script in ("hans", "hant", "en")}
    return {"hans": then["name_hans"], "hant": then.get("name_hant", ""), "en": then.get("name_en", "")}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
