"""What committees dealt with about the party's projects, as far as it reads it: the minutes are exports of their own."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    Committee,
    CompanyDecision,
    Decision,
    Meeting,
    Minutes,
)
from kangjiansheng.committee.queries.visible import published, visible_actions, visible_decisions
from kangjiansheng.overview.queries.party_data.base import (
    NAMES,
    Ids,
    Kind,
    Scope,
    code_of,
    columns,
    person,
)
from kangjiansheng.projects.models import Milestone, Project


def meetings_of(scope: Scope) -> Ids:
    """The ids of the meetings on whose agenda the party finds a project of its own."""
    items = select(AgendaItem.meeting_id).where(AgendaItem.id.in_(scope.items))
    return select(Meeting.id).where(Meeting.id.in_(items), published(scope.actor))


def with_minutes(scope: Scope) -> Select[str, int]:
    """The meetings of which an official text stands: code, and the key of the minutes."""
    query = select(Meeting.code, Minutes.id).join(Minutes, Minutes.meeting_id == Meeting.id)
    standing = Minutes.life.in_(("approved", "record"))
    return query.where(Meeting.id.in_(meetings_of(scope)), standing).order_by(Meeting.id)


def kinds(scope: Scope) -> list[Kind]:
    """Those of this floor."""
    own = columns(
        Meeting,
        f"code {NAMES} minutes_no held_on starts_at ends_at place life year_inferred source illustrative",
    )
    meetings = select(*own, Committee.code.label("committee")).join(Meeting.committee)
    mark, first = Meeting.illustrative.label("illustrative"), Meeting.code.label("meeting")
    gate = aliased(Milestone)
    items = (
        select(first, *columns(AgendaItem, f"position {NAMES} kind minutes_planned presenter text"))
        .add_columns(Project.code.label("project"), gate.code.label("gate"), mark)
        .join_from(AgendaItem, Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Project, Project.id == AgendaItem.project_id)
        .outerjoin(gate, gate.id == AgendaItem.gate_id)
        .where(AgendaItem.id.in_(scope.items))
    )

    def of(row: Any, seen: Ids, *shown: Any) -> Select[Any]:
        project = code_of(Project, row.project_id, scope.projects).label("project")
        query = select(first, *shown, project, row.illustrative.label("illustrative"))
        query = query.join_from(row, Meeting, Meeting.id == row.meeting_id)
        return query.where(row.id.in_(seen), row.agenda_item_id.in_(scope.items)).order_by(row.id)

    told = columns(Decision, "number kind text votes_for votes_against abstentions recused recorded_at")
    task = columns(Action, "number text owner_role due_on life done_on note evidence")
    answers = (
        select(
            Decision.number.label("decision"),
            *columns(CompanyDecision, "verdict reasons decided_on body recorded_at digest"),
            person(CompanyDecision.answered_by_id).label("answered_by"),
            Decision.illustrative.label("illustrative"),
        )
        .join_from(CompanyDecision, Decision, Decision.id == CompanyDecision.decision_id)
        .where(Decision.id.in_(visible_decisions(scope.actor)), Decision.agenda_item_id.in_(scope.items))
    )
    return [
        Kind("meetings", meetings.where(Meeting.id.in_(meetings_of(scope))).order_by(Meeting.id)),
        Kind("agenda_items", items.order_by(AgendaItem.id)),
        Kind("decisions", of(Decision, visible_decisions(scope.actor), *told)),
        Kind("company_answers", answers.order_by(CompanyDecision.id)),
        Kind("actions", of(Action, visible_actions(scope.actor), *task, person(Action.owner_id).label("owner"))),
    ]  # fmt: skip
