"""Who may do what with the companies of the park. Executives and the park's members keep all of it."""

from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import Company, Lease, ParkFloor, ServiceContact, ServiceRequest
from kangjiansheng.labs.queries import residents as queries


def keep(actor: Actor, _thing: Company | Lease | ParkFloor | None = None) -> bool:
    """Companies, floors and leases are kept by executives and by the park's members."""
    return actor.has("executive") or queries.in_park(actor)


def accompany(actor: Actor, company: Company) -> bool:
    """Contacts are written down by whoever accompanies a company, and by those who keep it."""
    return company.companion_id == actor.id or keep(actor)


def change_contact(actor: Actor, contact: ServiceContact) -> bool:
    """And put right by the same people."""
    return accompany(actor, contact.company)


def read_park(actor: Actor) -> bool:
    """The space and the coverage of all companies are read by those who see all of every company."""
    return queries.reads_park(actor)


def see(_actor: Actor, _thing: object) -> bool:
    """Whatever the loader gave may be seen: visibility is decided in queries."""
    return True


def ask(actor: Actor, company: Company) -> bool:
    """A company's own people may ask for a service, and the park for them."""
    return queries.belongs_to(actor, company) or accompany(actor, company)


def change_request(actor: Actor, request: ServiceRequest) -> bool:
    """A request is changed and taken back by the company's people and by the park."""
    return ask(actor, request.company)


def answer(actor: Actor, request: ServiceRequest) -> bool:
    """A request is answered by the park and by whoever is named to answer it."""
    return request.provider_id == actor.id or accompany(actor, request.company)


def rate(actor: Actor, request: ServiceRequest) -> bool:
    """A company's own people say how content they are; the park writes down what it was told."""
    return ask(actor, request.company)


def set_rule(actor: Actor, _rule: object = None) -> bool:
    """How long a silence may last is set by administrators."""
    return actor.has("admin")
