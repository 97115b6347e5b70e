"""What is read across the floors for the board: the portfolio then and now, and the gates that wait."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision
from kangjiansheng.core.db import db
from kangjiansheng.overview.rules.rows import ENDED, PAUSED, Past, Waiting
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Plan, Project, ProjectEntry
from kangjiansheng.projects.queries import may_see


def stood(*, actor: Actor, day: date) -> dict[int, Past]:
    """Each milestone that the actor sees today, by id, as it stood at the end of `day`. Two statements."""
    running = _running(actor, day)
    query = (
        select(
            Milestone.id,
            Plan.project_id,
            MilestoneEntry.baseline,
            MilestoneEntry.current_plan,
            MilestoneEntry.forecast,
            MilestoneEntry.actual,
            MilestoneEntry.state,
        )
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .join(MilestoneEntry, MilestoneEntry.id == _last_entry(day))
        .where(may_see(actor), Milestone.kind != "decision")
    )
    return {
        row.id: Past(
            id=row.id,
            baseline=row.baseline,
            current_plan=row.current_plan,
            forecast=row.forecast,
            actual=row.actual,
            state=row.state,
            running=running[row.project_id],
        )
        for row in db.session.execute(query)
        if row.project_id in running
    }


def _last_entry(day: date) -> Any:
    entry = aliased(MilestoneEntry)
    return (
        select(entry.id)
        .where(entry.milestone_id == Milestone.id, entry.effective_at <= clock.end_of(day))
        .order_by(entry.effective_at.desc(), entry.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _running(actor: Actor, day: date) -> dict[int, bool]:
    entry = aliased(ProjectEntry)
    last = (
        select(entry.id)
        .where(entry.project_id == Project.id, entry.effective_at <= clock.end_of(day))
        .order_by(entry.effective_at.desc(), entry.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Project.id, ProjectEntry.status, ProjectEntry.state)
        .join(ProjectEntry, ProjectEntry.id == last)
        .where(may_see(actor))
    )
    return {
        row.id: row.status not in ENDED and row.status != PAUSED
        for row in db.session.execute(query)
        if not row.state.get("archived_at")
    }


def gates_waiting(day: date | None) -> list[Waiting]:
    """Gates on which a coming meeting is to decide, as known at the end of `day` (now for None).

    A gate waits when an item for decision on the agenda of a planned meeting concerns its project; it is the
    project's first gate that is still open. Visibility is the caller's: join with what the actor sees.
    At most two statements.
    """
    agenda = _agenda_now() if day is None else _agenda_then(day)
    soonest: dict[int, tuple[str, date]] = {}
    for project_id, meeting, held_on in sorted(agenda, key=lambda row: (row[2], row[1])):
        soonest.setdefault(project_id, (meeting, held_on))
    if not soonest:
        return []
    return [
        Waiting(milestone_id, code, *soonest[project_id])
        for project_id, code, milestone_id in _first_gates(sorted(soonest), day)
    ]


def _agenda_now() -> list[tuple[int, str, date]]:
    query = (
        select(AgendaItem.project_id, Meeting.code, Meeting.held_on)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.kind == "decide",
            AgendaItem.project_id.is_not(None),
            Meeting.life == "planned",
            Meeting.held_on >= clock.today(),
        )
    )
    return [(project_id or 0, code, held_on) for project_id, code, held_on in db.session.execute(query)]


def _agenda_then(day: date) -> list[tuple[int, str, date]]:
    """From the revisions of the meetings, in which the agenda stands as (position, kind, title, minutes, project)."""
    newer = aliased(Revision)
    last = (
        select(newer.id)
        .where(
            newer.thing == Revision.thing,
            newer.thing_id == Revision.thing_id,
            newer.effective_at <= clock.end_of(day),
        )
        .order_by(newer.effective_at.desc(), newer.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(Revision.state).where(Revision.thing == Meeting.__tablename__, Revision.id == last)
    found = []
    for state in db.session.scalars(query):
        held_on = date.fromisoformat(state["held_on"])
        if state["life"] != "planned" or held_on < day:
            continue
        found += [
            (item[4], state["code"], held_on)
            for item in state.get("items", ())
            if item[1] == "decide" and item[4] is not None
        ]
    return found


def _first_gates(project_ids: Sequence[int], day: date | None) -> list[tuple[int, str, int]]:
    """(project, its code, milestone) of the first gate that is open in each project."""
    query: Any = (
        select(Plan.project_id, Project.code, Milestone.id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(Plan.project_id.in_(project_ids), Milestone.gate)
        .order_by(Milestone.position.desc(), Milestone.id.desc())
    )
    if day is None:
        query = query.where(Milestone.state == "open", Milestone.actual.is_(None))
    else:
        query = query.join(MilestoneEntry, MilestoneEntry.id == _last_entry(day)).where(
            MilestoneEntry.state == "open", MilestoneEntry.actual.is_(None)
        )
    first = {project_id: (project_id, code, key) for project_id, code, key in db.session.execute(query)}
    return list(first.values())
