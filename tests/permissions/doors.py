"""What the doors open to each person, by kind of thing: the second table of docs/permissions.md, and the measure of
what is found where words are planted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select, true

from kangjiansheng.committee.models import Action, AgendaItem, Decision, Meeting, Motion, Paper
from kangjiansheng.committee.queries import visible as committee
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import (
    Agreement,
    Booking,
    Company,
    JointLab,
    LabPaper,
    Obligation,
    ServiceRequest,
    SharedResource,
)
from kangjiansheng.labs.queries.residents import inside_companies, visible_companies
from kangjiansheng.labs.queries.resources import inside_resources, visible_resources
from kangjiansheng.labs.queries.visible import (
    inside_agreements,
    inside_labs,
    inside_obligations,
    sees_file,
    visible_agreements,
    visible_obligations,
)
from kangjiansheng.projects.models import (
    Ask,
    Evidence,
    GateCriterion,
    HandOff,
    Milestone,
    Project,
    Result,
    Risk,
    Validity,
)
from kangjiansheng.projects.queries import asks, visible_projects
from kangjiansheng.projects.queries.results import may_see_result
from kangjiansheng.projects.queries.visible import sees_evidence, visible_milestones

Door = Callable[[Actor], ColumnElement[bool]]


@dataclass(frozen=True)
class Kind:
    """The rows of a kind, the words that they keep, and the condition under which a person sees one."""

    model: Any
    words: str
    door: Door
    only: ColumnElement[bool] = field(default_factory=true)


def _of(model: Any, seen: Any) -> ColumnElement[bool]:
    return model.id.in_(seen.with_only_columns(model.id))  # type: ignore[no-any-return]


def _inside(model: Any, condition: Callable[[Actor], ColumnElement[bool]]) -> Callable[[Actor], Any]:
    return lambda actor: select(model.id).where(condition(actor))


def _motions(actor: Actor) -> Any:
    about = select(Motion.id).join(AgendaItem, AgendaItem.id == Motion.agenda_item_id)
    return about.join(Meeting, Meeting.id == Motion.meeting_id).where(committee.sees_motion(actor))


def _booked(actor: Actor) -> ColumnElement[bool]:
    shared = select(SharedResource.id).where(inside_resources(actor))
    return (Booking.person_id == actor.id) | Booking.resource_id.in_(shared)


def _evidence(actor: Actor) -> ColumnElement[bool]:
    mine = Evidence.milestone_id.in_(visible_milestones(actor))
    newest = select(Evidence.id).join(FileRef, FileRef.id == Evidence.file_id)
    return FileRef.thing_id.in_(newest.where(mine, sees_evidence(actor)))


def _file(thing: str, inside: Callable[[Actor], Any]) -> Kind:
    """Files of agreements and of obligations."""
    return Kind(
        FileRef,
        "name",
        lambda actor: FileRef.thing_id.in_(inside(actor)) & sees_file(actor, thing),
        FileRef.thing == thing,
    )


def _paper(actor: Actor) -> ColumnElement[bool]:
    items = Paper.agenda_item_id.in_(committee.visible_items(actor))
    return items & Paper.id.in_(committee.visible_papers(actor)) & Paper.withdrawn_at.is_(None)


_labs = _inside(JointLab, inside_labs)
_projects = visible_projects
KINDS: dict[str, Kind] = {
    "project": Kind(Project, "name_hans", lambda actor: Project.id.in_(_projects(actor))),
    "milestone": Kind(Milestone, "name_hans", lambda actor: Milestone.id.in_(visible_milestones(actor))),
    "criterion": Kind(
        GateCriterion,
        "name_hans",
        lambda actor: GateCriterion.milestone_id.in_(visible_milestones(actor)),
    ),
    "risk": Kind(Risk, "title", lambda actor: Risk.project_id.in_(_projects(actor))),
    "validity": Kind(Validity, "label", lambda actor: Validity.project_id.in_(_projects(actor))),
    "evidence": Kind(FileRef, "name", _evidence, FileRef.thing == "evidence"),
    "agreement": Kind(Agreement, "name_hans", lambda actor: _of(Agreement, visible_agreements(actor))),
    "document": _file("agreement", _inside(Agreement, inside_agreements)),
    "obligation": Kind(Obligation, "name_hans", lambda actor: _of(Obligation, visible_obligations(actor))),
    "proof": _file("obligation", _inside(Obligation, inside_obligations)),
    "lab": Kind(JointLab, "mission", inside_labs),
    "permit": Kind(LabPaper, "label", lambda actor: LabPaper.lab_id.in_(_labs(actor))),
    "ask": Kind(Ask, "title", asks.may_see),
    "handoff": Kind(HandOff, "name_hans", lambda actor: HandOff.project_id.in_(_projects(actor))),
    "result": Kind(Result, "name_hans", may_see_result),
    "booking": Kind(Booking, "purpose", _booked),
    "resource": Kind(
        SharedResource, "name_hans", lambda actor: _of(SharedResource, visible_resources(actor))
    ),
    "company": Kind(Company, "name_hans", lambda actor: _of(Company, visible_companies(actor))),
    "request": Kind(
        ServiceRequest,
        "text",
        lambda actor: ServiceRequest.company_id.in_(_inside(Company, inside_companies)(actor)),
    ),
    "meeting": Kind(Meeting, "place", lambda actor: Meeting.id.in_(committee.visible_meetings(actor))),
    "item": Kind(AgendaItem, "name_hans", lambda actor: AgendaItem.id.in_(committee.visible_items(actor))),
    "paper": Kind(Paper, "title", _paper),
    "decision": Kind(Decision, "text", lambda actor: Decision.id.in_(committee.visible_decisions(actor))),
    "action": Kind(Action, "text", lambda actor: Action.id.in_(committee.visible_actions(actor))),
    "motion": Kind(Motion, "text", lambda actor: Motion.id.in_(_motions(actor))),
}


def seen_by(actor: Actor) -> dict[str, set[int]]:
    """The ids that the doors open to a person, by kind."""
    return {
        name: set(db.session.scalars(select(kind.model.id).where(kind.only, kind.door(actor))))
        for name, kind in KINDS.items()
    }


def words(actor: Actor) -> list[str]:
    """How much of each kind a person sees: all, some or none."""
    seen = seen_by(actor)
    found = []
    for name, kind in KINDS.items():
        there = db.session.scalar(select(func.count()).select_from(kind.model).where(kind.only)) or 0
        found.append("none" if not seen[name] else "all" if len(seen[name]) == there else "some")
    return found
