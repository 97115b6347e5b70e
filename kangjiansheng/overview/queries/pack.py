"""What has happened between the end of a day and a cut-off, in the projects that the actor sees.

Nothing is asked by lists of ids, which a database takes only so many of: the caller keeps what belongs to the rows
that it has.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from kangjiansheng.core.changes import Actor, ChangeSet, Revision, last_revisions, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.overview.rules.pack import Piece, RiskState, Told, Verdict
from kangjiansheng.projects.models import (
    Evidence,
    GateCondition,
    GateDecision,
    Milestone,
    MilestoneEntry,
    Plan,
    Project,
    Risk,
)
from kangjiansheng.projects.queries import may_see
from kangjiansheng.projects.queries.visible import sees_evidence


@dataclass(frozen=True, slots=True)
class Condition:
    """A milestone that a conditional go asks for, the gate whose decision asked, and the gate that it stops."""

    milestone_id: int
    gate_id: int
    decided_on: date


_REMARKS = frozenset({"confirm", "done", "flag", "reopen"})


def reasons(
    ids: Collection[int] | None, *, actor: Actor, since: datetime, until: datetime
) -> dict[int, Told]:
    """The last thing that was said of why each milestone (of all, or of some few ids) moved in between, by its id. One
    statement.

    What moved along with another has the reason that was given for that one. A word at a confirmation or at the end
    gives no reason for a move before it, and counts where nothing else was said.
    """
    code = func.coalesce(func.nullif(MilestoneEntry.reason_code, ""), ChangeSet.reason_code)
    query = (
        select(MilestoneEntry.milestone_id, code, MilestoneEntry.note, MilestoneEntry.kind)
        .join(ChangeSet, ChangeSet.id == MilestoneEntry.change_set_id)
        .join(Milestone, Milestone.id == MilestoneEntry.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor), MilestoneEntry.effective_at > since, MilestoneEntry.effective_at <= until)
        .order_by(MilestoneEntry.effective_at, MilestoneEntry.id)
    )
    if ids is not None:
        query = query.where(MilestoneEntry.milestone_id.in_(ids))
    found: dict[int, Told] = {}
    for key, reason, note, kind in db.session.execute(query):
        if kind not in _REMARKS:
            told = Told(reason or "", note, kind == "follow")
        elif key in found:
            continue
        else:
            told = Told("" if note else reason or "", note)
        if told.says_something:
            found[key] = told
    return found


def verdicts(*, actor: Actor, since: datetime, until: datetime) -> list[Verdict]:
    """What was decided at gates in between, in order, each with how many conditions. One statement."""
    asked = (
        select(func.count(GateCondition.id))
        .where(GateCondition.decision_id == GateDecision.id)
        .scalar_subquery()
    )
    query = (
        select(
            GateDecision.milestone_id,
            GateDecision.verdict,
            GateDecision.decided_on,
            GateDecision.body,
            GateDecision.reasons,
            asked,
            GateDecision.recorded_at,
        )
        .join(Milestone, Milestone.id == GateDecision.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor), GateDecision.recorded_at > since, GateDecision.recorded_at <= until)
        .order_by(GateDecision.recorded_at, GateDecision.id)
    )
    return [Verdict(*row) for row in db.session.execute(query)]


def conditions(*, actor: Actor, until: datetime) -> list[Condition]:
    """The conditions that gates had set by then; whether they are met the milestones say. One statement."""
    query = (
        select(GateCondition.milestone_id, GateDecision.milestone_id, GateDecision.decided_on)
        .join(GateDecision, GateDecision.id == GateCondition.decision_id)
        .join(Milestone, Milestone.id == GateDecision.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(may_see(actor), GateDecision.recorded_at <= until)
        .order_by(GateCondition.id)
    )
    return [Condition(*row) for row in db.session.execute(query)]


def evidence(*, actor: Actor, since: datetime, until: datetime) -> list[Piece]:
    """The evidence that was brought in between and stood at the end, the oldest first. One statement."""
    changed = (
        select(Revision.thing_id)
        .join(Evidence, Evidence.id == Revision.thing_id)
        .join(FileRef, FileRef.id == Evidence.file_id)
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(
            may_see(actor),
            sees_evidence(actor),
            Revision.thing == Evidence.__tablename__,
            Revision.effective_at > since,
            Revision.effective_at <= until,
        )
    )
    found = []
    for state in states_at(Evidence, changed, until).values():
        at = state.get("at")
        if at and state["withdrawn_at"] is None and datetime.fromisoformat(at) > since:
            keys = ("milestone_id", "number", "kind", "name", "note", "verdict", "by_id")
            found.append(Piece(at=datetime.fromisoformat(at), **{key: state[key] for key in keys}))
    return sorted(found, key=lambda piece: (piece.at, piece.milestone_id, piece.number))


_OF_RISK = ("project_id", "number", "kind", "title", "owner_id", "likelihood", "impact", "life", "closing")


def risks(*, actor: Actor, since: datetime, until: datetime) -> tuple[list[RiskState], list[RiskState]]:
    """The risks that had changed in between, as they stood at the end and as they had stood. One statement."""
    changed = (
        select(Revision.thing_id)
        .join(Risk, Risk.id == Revision.thing_id)
        .join(Project, Project.id == Risk.project_id)
        .where(
            may_see(actor),
            Revision.thing == Risk.__tablename__,
            Revision.effective_at > since,
            Revision.effective_at <= until,
        )
    )
    of_risks = Revision.thing == Risk.__tablename__, Revision.thing_id.in_(changed)
    stood = [Revision.id.in_(last_revisions(*of_risks, until=at)) for at in (until, since)]
    # What changed in between stood at the end by a revision of that time, and before by an earlier one.
    query = (
        select(Revision.thing_id, Revision.state, Revision.effective_at > since)
        .where(or_(*stood))
        .order_by(Revision.thing_id, Revision.id)
    )
    found: tuple[list[RiskState], list[RiskState]] = ([], [])
    for key, state, is_new in db.session.execute(query):
        found[0 if is_new else 1].append(RiskState(id=key, **{name: state[name] for name in _OF_RISK}))
    return found
