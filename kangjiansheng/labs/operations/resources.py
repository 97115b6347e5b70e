"""Registering and editing what the parties share."""

from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import queries, rules
from kangjiansheng.labs.models import Booking, JointLab, SharedResource
from kangjiansheng.labs.notices import resources as notices
from kangjiansheng.labs.operations.archiving import check_free, check_open
from kangjiansheng.labs.rules import resources as shared


def create_resource(
    *,
    actor: Actor,
    code: str,
    illustrative: bool = False,
    recording: dict[str, Any] | None = None,
    **fields: Any,
) -> SharedResource:
    """Register a resource. `fields`: see `_write`. One of an illustrative laboratory is illustrative."""
    check_free(SharedResource, code)
    made = SharedResource(code=code, illustrative=illustrative)
    _write(made, **fields)
    db.session.add(made)
    record("labs:resource:create", made, actor=actor, before={}, **recording or {})
    return made


def edit_resource(
    resource: SharedResource, *, actor: Actor, version: int | None, **fields: Any
) -> SharedResource:
    """Change a resource; its code stays, and so does what is booked. Refused: fewer places than are booked."""
    lock(resource.id)
    expect(resource, version)
    check_open(resource)
    before = resource.state()
    _write(resource, **fields)
    db.session.flush()  # what it names by its key is part of how it stands
    if resource.state() == before:
        return resource
    change = record("labs:resource:edit", resource, actor=actor, before=before)
    notices.changed(resource, "labs:resource:edit", actor=actor, change=change)
    return resource


def lock(resource_id: int) -> SharedResource:
    """The resource as it stands, held until the commit: who books it, or changes its places, comes one after another."""
    query = select(SharedResource).where(SharedResource.id == resource_id)
    query = query.with_for_update(of=SharedResource).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def _write(
    resource: SharedResource,
    *,
    kind: str,
    institution_code: str,
    lab_code: str = "",
    capacity: int = 1,
    opens: int = 8,
    closes: int = 18,
    open_days: str = "workdays",
    confidentiality: str = "parties",
    **texts: str,
) -> None:
    """Check and set everything that a form holds; `texts` are the names, site, note."""
    shared.check_resource(kind, open_days, opens, closes, capacity)
    rules.check_one_of(confidentiality, rules.LEVELS, "confidentiality")
    owner = queries.institutions_by_code([institution_code]).get(institution_code)
    if owner is None:
        raise RuleBroken("labs:institution-unknown", "institution_code", code=institution_code)
    resource.lab = _lab(resource, lab_code)
    resource.lab_id = resource.lab.id if resource.lab else None
    resource.institution, resource.institution_id = owner, owner.id
    if resource.id is not None and capacity < (resource.capacity or 0):
        _check_places(resource, capacity)
    resource.kind, resource.capacity, resource.confidentiality = kind, capacity, confidentiality
    resource.opens, resource.closes, resource.open_days = opens, closes, open_days
    for key, value in texts.items():
        setattr(resource, key, value)


def _lab(resource: SharedResource, code: str) -> JointLab | None:
    if not code:
        return None
    lab = db.session.scalar(select(JointLab).where(JointLab.code == code))
    if lab is None:
        raise RuleBroken("labs:lab-unknown", "lab_code", code=code)
    if resource.id is None:
        resource.illustrative = resource.illustrative or lab.illustrative
    if lab.illustrative != resource.illustrative:
        raise RuleBroken("labs:resource-mixed", "lab_code", code=code)
    return lab


def _check_places(resource: SharedResource, capacity: int) -> None:
    beyond = select(Booking.number).where(
        Booking.resource_id == resource.id,
        Booking.cancelled_at.is_(None),
        Booking.ends_at.is_(None) | (Booking.ends_at > clock.now()),
        Booking.place + Booking.places - 1 > capacity,
    )
    number = db.session.scalar(beyond.limit(1))
    if number is not None:
        raise RuleBroken("labs:places-booked", "capacity", number=number)
