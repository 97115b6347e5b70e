"""What the doors open to each person, by kind of thing: the second table of docs/permissions.md, and the measure of
what is found where words are planted."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, func, select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import Agreement, Booking, Company, Obligation, SharedResource
from kangjiansheng.labs.queries.residents import visible_companies
from kangjiansheng.labs.queries.resources import inside_resources
from kangjiansheng.labs.queries.visible import visible_agreements, visible_obligations
from kangjiansheng.projects.models import Ask, Evidence, HandOff, Milestone, Project, Result, Risk
from kangjiansheng.projects.queries import asks, visible_projects
from kangjiansheng.projects.queries.results import may_see_result
from kangjiansheng.projects.queries.visible import visible_milestones

Door = Callable[[Actor], ColumnElement[bool]]


def _evidence(actor: Actor) -> ColumnElement[bool]:
    mine = select(Evidence.id).where(Evidence.milestone_id.in_(visible_milestones(actor)))
    return (FileRef.thing == "evidence") & FileRef.thing_id.in_(mine)


# Kind → the row, the words that it keeps, and the condition under which a person sees it.
KINDS: dict[str, tuple[type, str, Door]] = {
    "project": (Project, "name_hans", lambda actor: Project.id.in_(visible_projects(actor))),
    "milestone": (Milestone, "name_hans", lambda actor: Milestone.id.in_(visible_milestones(actor))),
    "risk": (Risk, "title", lambda actor: Risk.project_id.in_(visible_projects(actor))),
    "evidence": (FileRef, "name", _evidence),
    "agreement": (Agreement, "name_hans", lambda actor: _of(Agreement, visible_agreements(actor))),
    "obligation": (Obligation, "name_hans", lambda actor: _of(Obligation, visible_obligations(actor))),
    "ask": (Ask, "title", asks.may_see),
    "handoff": (HandOff, "name_hans", lambda actor: HandOff.project_id.in_(visible_projects(actor))),
    "result": (Result, "name_hans", may_see_result),
    "booking": (Booking, "purpose", lambda actor: _booked(actor)),
    "company": (Company, "name_hans", lambda actor: _of(Company, visible_companies(actor))),
}


def _of(kind: type, seen: object) -> ColumnElement[bool]:
    return kind.id.in_(seen.with_only_columns(kind.id))  # type: ignore[attr-defined, no-any-return]


def _booked(actor: Actor) -> ColumnElement[bool]:
    shared = select(SharedResource.id).where(inside_resources(actor))
    return (Booking.person_id == actor.id) | Booking.resource_id.in_(shared)


def rows(kind: type) -> list[ColumnElement[bool]]:
    return [FileRef.thing == "evidence"] if kind is FileRef else []


def seen_by(actor: Actor) -> dict[str, set[int]]:
    """The ids that the doors open to a person, by kind."""
    return {
        name: set(db.session.scalars(select(kind.id).where(*rows(kind), door(actor))))  # type: ignore[attr-defined]
        for name, (kind, _field, door) in KINDS.items()
    }


def words(actor: Actor) -> list[str]:
    """How much of each kind a person sees: all, some or none."""
    seen = seen_by(actor)
    found = []
    for name, (kind, _field, _door) in KINDS.items():
        there = db.session.scalar(select(func.count()).select_from(kind).where(*rows(kind))) or 0
        found.append("none" if not seen[name] else "all" if len(seen[name]) == there else "some")
    return found
