"""What programs read of parks: companies, what is done for them, leases and floors."""

from typing import Any

from flask import g

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import rest
from kangjiansheng.core.access import actor
from kangjiansheng.labs.api import shapes
from kangjiansheng.labs.api.acts import ACTS as ACTS
from kangjiansheng.labs.api.blueprint import bp, number_of, numbered
from kangjiansheng.labs.api.events import EVENTS as EVENTS
from kangjiansheng.labs.models import (
    Company,
    Lease,
    ParkFloor,
    ParkRule,
    ServiceContact,
    ServiceRequest,
)
from kangjiansheng.labs.policies import residents as park_policies
from kangjiansheng.labs.queries import (
    companion,
    residents,
    space,
)
from kangjiansheng.labs.queries.residents import CompanyFilter


@rest.lists(bp, "/residents", shapes.COMPANY, by=("q", "kind", "stage", "archived"))
def companies() -> list[Company]:
    """The companies of the park, as far as they are open to all parties."""
    return residents.companies(rest.asked(CompanyFilter), actor=actor(), as_of=g.as_of)


@rest.reads(
    bp,
    "/residents/<code>",
    shapes.COMPANY_INSIDE,
    shapes.COMPANY,
    load=residents.company,
    may=park_policies.see,
    version=lambda found: found.version if residents.sees_company(actor(), found) else None,
)
def company(found: Company) -> Any:
    """One company; all of it for its own people and the park."""
    shown = next(iter(residents.stood([found], g.as_of)), None)
    inside = residents.sees_company(actor(), found)
    return shown, shapes.COMPANY_INSIDE if inside else shapes.COMPANY


@rest.lists(
    bp,
    "/residents/<code>/requests",
    shapes.REQUEST,
    key=number_of,
    load=residents.inside_company,
    may=park_policies.see,
)
def requests(found: Company) -> list[ServiceRequest]:
    """The requests of a company for services."""
    return companion.requests_of([found.id], as_of=g.as_of)


@rest.reads(
    bp,
    "/residents/<code>/requests/<int:number>",
    shapes.REQUEST,
    load=companion.request,
    may=park_policies.see,
)
def service_request(found: ServiceRequest) -> ServiceRequest | None:
    """One request for a service."""
    return next(iter(residents.stood([found], g.as_of)), None)


@rest.lists(
    bp,
    "/residents/<code>/leases",
    shapes.LEASE,
    key=number_of,
    load=residents.inside_company,
    may=park_policies.see,
)
def leases(found: Company) -> list[Any]:
    """The space that a company holds or held."""
    return space.leases_of(found, as_of=g.as_of)


@rest.reads(
    bp, "/residents/<code>/leases/<int:number>", shapes.LEASE, load=space.lease, may=park_policies.see
)
def lease(found: Lease) -> Any:
    """One of them."""
    return numbered(space.leases_of(found.company, as_of=g.as_of), found)


@rest.lists(
    bp,
    "/residents/<code>/contacts",
    shapes.CONTACT,
    key=number_of,
    load=residents.inside_company,
    may=park_policies.see,
)
def contacts(found: Company) -> list[Any]:
    """When somebody of the park was with a company, and for what."""
    rows = companion.contacts_of([found.id], as_of=g.as_of)
    names({row.person_id for row in rows})  # all at once
    return rows


@rest.reads(
    bp, "/residents/<code>/contacts/<int:number>", shapes.CONTACT, load=companion.contact, may=park_policies.see
)  # fmt: skip
def contact(found: ServiceContact) -> Any:
    """One of them."""
    return numbered(companion.contacts_of([found.company_id], as_of=g.as_of), found)


@rest.lists(
    bp, "/residents/space", shapes.FLOOR, key=lambda row: str(row.floor.code), may=park_policies.read_park
)
def floors() -> list[space.FloorRow]:
    """The floors of the park and what is free, for those who keep it."""
    return [row for building in space.buildings(as_of=g.as_of) for row in building.floors]


@rest.reads(bp, "/residents/floors/<code>", shapes.FLOOR, load=space.floor, may=park_policies.see)
def floor(found: ParkFloor) -> space.FloorRow | None:
    """One of them."""
    return next((row for row in floors() if row.floor.id == found.id), None)


@rest.reads(
    bp, "/residents/rule", shapes.PARK_RULE, load=companion.rule, may=park_policies.set_rule, as_of=False
)  # fmt: skip
def park_rule(found: ParkRule) -> ParkRule:
    """After how many days without a contact whoever accompanies a company is reminded."""
    return found
