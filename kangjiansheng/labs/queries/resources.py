"""Shared resources, their bookings and who waits: who sees what, today and on a past day.

Whoever may see a resource sees when it is taken. Who has booked it and what for is seen by those inside, by the one
who has booked it, and by nobody else.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import Institution, JointLab, LabPartner, SharedResource
from kangjiansheng.labs.queries.found import contains
from kangjiansheng.labs.queries.past import as_they_stood
from kangjiansheng.labs.queries.single import directs
from kangjiansheng.labs.queries.visible import is_contact, own_institutions, own_labs
from kangjiansheng.labs.rules.resources import KIND_WORDS

Condition = ColumnElement[bool]


def visible_resources(actor: Actor) -> Select[SharedResource]:
    """The resources that the actor may see: open ones, and those whose inside is hers."""
    return select(SharedResource).where(
        or_(SharedResource.confidentiality == "open", inside_resources(actor))
    )


def inside_resources(actor: Actor) -> Condition:
    """The condition under which the actor sees who has booked a resource: executives and auditors always."""
    return true() if actor.reads_all else shares(actor)


@once_a_day
def shares(actor: Actor) -> Condition:
    """The condition under which a resource is shared with the actor, so that she may book it.

    The members of the owner and of the laboratory always; the members of the laboratory's partners unless the level
    is `team`.
    """
    row = aliased(LabPartner)
    partner = exists().where(
        row.lab_id == SharedResource.lab_id, row.institution_id.in_(own_institutions(actor))
    )
    return or_(
        SharedResource.institution_id.in_(own_institutions(actor)),
        SharedResource.lab_id.in_(own_labs(actor)),
        and_(SharedResource.confidentiality != "team", partner),
    )


def _holds(resource: SharedResource, condition: Condition) -> bool:
    query = select(SharedResource.id).where(SharedResource.id == resource.id, condition)
    return db.session.scalar(query) is not None


def sees_bookings(actor: Actor, resource: SharedResource) -> bool:
    """True when the actor sees who has booked a resource and what for."""
    return actor.reads_all or _holds(resource, shares(actor))


def is_shared_with(actor: Actor, resource: SharedResource) -> bool:
    """True when the actor belongs to those who share a resource."""
    return _holds(resource, shares(actor))


def keeps(actor: Actor, resource: SharedResource) -> bool:
    """True when the actor answers for a resource: as a contact of its owner, or a director of its laboratory."""
    if resource.lab is not None and directs(actor, resource.lab):
        return True
    return is_contact(actor, resource.institution_id)


def resource(*, actor: Actor, code: str) -> SharedResource | None:
    """The resource under a code as the actor may see it; None when she may not, or there is none."""
    query = visible_resources(actor).where(SharedResource.code == code)
    return db.session.scalar(
        query.options(
            joinedload(SharedResource.institution),
            joinedload(SharedResource.lab).selectinload(JointLab.members),
        )
    )


def resource_as(*, actor: Actor, code: str, kind: str) -> tuple[SharedResource, str] | None:
    """The resource with the kind of the file that is asked for."""
    found = resource(actor=actor, code=code)
    return (found, kind) if found else None


@dataclass(frozen=True)
class ResourceFilter:
    """Which resources: a text, a kind, a laboratory, an owner, archived ones."""

    q: str = ""
    kind: str = ""
    lab: str = ""
    party: str = ""
    archived: str = ""

    def fits(self, row: Any) -> bool:
        """True when the resource is wanted."""
        words = [row.code, row.name_hans, row.name_hant, row.name_en, row.site, name_of(row.institution)]
        words += KIND_WORDS[row.kind]
        return (
            bool(self.archived) == bool(row.archived_at)
            and (not self.kind or self.kind == row.kind)
            and (not self.lab or self.lab == row.lab_code)
            and (not self.party or self.party == row.institution_code)
            and (not self.q or contains(self.q, words))
        )


@dataclass(frozen=True)
class Listed:
    """A resource as the list shows it, and whether its reader sees who has booked it."""

    resource: SharedResource
    inside: bool


def resources(
    wanted: ResourceFilter = ResourceFilter(),
    *,
    actor: Actor,
    as_of: date | None = None,
    of: JointLab | None = None,
) -> list[Listed]:
    """The resources that the actor sees and wants, by code, all or those of a laboratory; as they stood on the day."""
    query = visible_resources(actor).options(
        joinedload(SharedResource.institution), joinedload(SharedResource.lab)
    )
    if of is not None:
        query = query.where(SharedResource.lab_id == of.id)
    rows = db.session.execute(query.add_columns(inside_resources(actor).label("inside"))).all()
    inside = {row.SharedResource.id: bool(row.inside) for row in rows}
    shown = as_they_stood([row.SharedResource for row in rows], as_of)
    found = [Listed(row, inside[row.id]) for row in shown if wanted.fits(row)]
    return sorted(found, key=lambda row: row.resource.code)


def homes_of(actor: Actor) -> list[Institution]:
    """The institutions for which the actor may book: those to which she belongs today, by code."""
    query = select(Institution).where(Institution.id.in_(own_institutions(actor))).order_by(Institution.code)
    return list(db.session.scalars(query))
