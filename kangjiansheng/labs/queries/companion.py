"""Requests, contacts, the line of time of a company, who was left alone, and which stage lacks which service."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, Lease, ParkRule, ServiceContact, ServiceRequest
from kangjiansheng.labs.queries.residents import Stay, inside_companies, own_companies, stages_of, stood
from kangjiansheng.labs.rules import companion as rules


def requests_of(ids: Collection[int], *, as_of: date | None = None) -> list[ServiceRequest]:
    """What companies asked for, the newest first, without what was taken back. Whose they are is asked before."""
    query = select(ServiceRequest).where(ServiceRequest.company_id.in_(ids))
    query = query.options(
        joinedload(ServiceRequest.company),
        joinedload(ServiceRequest.provider),
        joinedload(ServiceRequest.provider_institution),
    )
    rows = stood(list(db.session.scalars(query)) if ids else [], as_of)
    return sorted(rows, key=lambda row: (row.asked_on, row.number), reverse=True)


def requests_seen(*, actor: Actor, as_of: date | None = None) -> list[ServiceRequest]:
    """What those companies asked for of which the actor sees all, and what she is named to answer; the first promised
    first."""
    query = (
        select(ServiceRequest)
        .join(ServiceRequest.company)
        .where(
            Company.archived_at.is_(None),
            sees_request(actor),
        )
        .options(
            contains_eager(ServiceRequest.company),
            joinedload(ServiceRequest.provider),
            joinedload(ServiceRequest.provider_institution),
        )
    )
    rows = stood(list(db.session.scalars(query)), as_of)
    return sorted(rows, key=lambda row: (row.promised_on, row.company.code, row.number))


def contacts_of(ids: Collection[int], *, as_of: date | None = None) -> list[ServiceContact]:
    """The log of companies, the newest first, without what was written down by mistake."""
    query = select(ServiceContact).where(ServiceContact.company_id.in_(ids))
    query = query.options(joinedload(ServiceContact.person), joinedload(ServiceContact.request))
    rows = stood(list(db.session.scalars(query)) if ids else [], as_of)
    kept = (row for row in rows if row.withdrawn_at is None)
    return sorted(kept, key=lambda row: (row.happened_on, row.number), reverse=True)


def request(*, actor: Actor, code: str, number: int) -> ServiceRequest | None:
    """What a company asked for, by its number, where the actor sees all of the company or is named to answer."""
    query = (
        select(ServiceRequest)
        .join(ServiceRequest.company)
        .where(
            Company.code == code,
            ServiceRequest.number == number,
            sees_request(actor),
        )
    )
    return db.session.scalar(query)


def sees_request(actor: Actor) -> ColumnElement[bool]:
    """The condition on a request and its company, joined: the actor sees all of the company, or is named to answer."""
    return or_(inside_companies(actor), ServiceRequest.provider_id == actor.id)


def contact(*, actor: Actor, code: str, number: int) -> ServiceContact | None:
    """A contact by its number, where the actor sees all of the company."""
    query = (
        select(ServiceContact)
        .join(ServiceContact.company)
        .where(Company.code == code, ServiceContact.number == number, inside_companies(actor))
    )
    return db.session.scalar(query)


def quiet_days() -> int:
    """After how many days without a contact somebody is reminded."""
    return db.session.scalar(select(ParkRule.quiet_days).limit(1)) or rules.QUIET_DAYS


def park_rule() -> ParkRule | None:
    """What administrators decided; None until one did."""
    return db.session.scalar(select(ParkRule).limit(1))


def rule(*, actor: Actor) -> ParkRule:
    """The rule that counts: what administrators decided, else the usual one, which has no version yet. It is no secret
    of any company."""
    return park_rule() or ParkRule(quiet_days=rules.QUIET_DAYS, version=0)


def last_touches(contacts: Sequence[ServiceContact], requests: Sequence[ServiceRequest]) -> dict[int, date]:
    """When somebody was last with each company: a contact, or an answer to what it asked."""
    found: dict[int, date] = {}
    days = [(row.company_id, row.happened_on) for row in contacts]
    days += [(row.company_id, row.answered_on) for row in requests if row.answered_on]
    for number, day in days:
        found[number] = max(found.get(number, day), day)
    return found


@dataclass(frozen=True)
class Care:
    """How companies are accompanied on a day: contacts and requests by company, and for how long each is quiet."""

    day: date
    limit: int
    last: dict[int, date]
    waiting: dict[int, list[ServiceRequest]]
    given: dict[int, set[tuple[str, str]]]  # company → (stage, kind) of what it got
    requests: Sequence[ServiceRequest]
    contacts: Sequence[ServiceContact]

    def quiet(self, row: Company) -> int:
        """For how many days nobody was with a company."""
        return rules.quiet_for(self.last.get(row.id), row.stage_since, self.day)

    def alone(self, row: Company) -> bool:
        """True when that is longer than it should be."""
        kept = rules.is_accompanied(row.stage) and row.archived_at is None
        return kept and self.quiet(row) > self.limit

    def overdue(self, row: Company) -> list[ServiceRequest]:
        """The requests of a company whose promised day has passed."""
        found = self.waiting.get(row.id, [])
        return [one for one in found if rules.is_overdue(one.life, one.promised_on, self.day)]

    def lacks(self, row: Company, kind: str) -> bool:
        """True when a company got nothing of a kind at the stage where it stands."""
        return (row.stage, kind) not in self.given.get(row.id, set())


def care(ids: Collection[int], *, as_of: date | None = None) -> Care:
    """How companies are accompanied. The same number of statements whatever the number of companies."""
    contacts, requests = contacts_of(ids, as_of=as_of), requests_of(ids, as_of=as_of)
    waiting: dict[int, list[ServiceRequest]] = defaultdict(list)
    given: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for one in requests:
        if one.life == "open":
            waiting[one.company_id].append(one)
        if one.life == "answered":
            given[one.company_id].add((one.stage, one.kind))
    for row in contacts:
        given[row.company_id].add((row.stage, row.kind))
    day = as_of or clock.today()
    last = last_touches(contacts, requests)
    return Care(day, quiet_days(), last, waiting, given, requests, contacts)


@dataclass(frozen=True)
class Cell:
    """One service at one stage: how many residents stand there, and how many of them got it there."""

    stage: str
    kind: str
    got: int
    all: int


def coverage(rows: Sequence[Company], found: Care) -> list[tuple[str, list[Cell]]]:
    """Which stage lacks which service: residents of today's stage × kinds of service."""
    residents = [row for row in rows if row.kind == "resident"]
    table = []
    for stage in rules.SERVED:
        there = [row for row in residents if row.stage == stage]
        cells = [
            Cell(stage, kind, sum(not found.lacks(row, kind) for row in there), len(there))
            for kind in rules.SERVICES
        ]
        table.append((stage, cells))
    return table


@dataclass(frozen=True)
class Event:
    """One point in the line of time of a company. `what` says of which kind it is, `thing` holds the facts."""

    day: date
    what: str  # stage, lease, lease_end, asked, answered, rated, contact
    thing: Stay | Lease | ServiceRequest | ServiceContact


def timeline(
    thing: Company, found: Care, leases: Iterable[Lease], *, as_of: date | None = None
) -> list[Event]:
    """Everything that happened with a company, the newest first: stages, space, requests, contacts. How it is cared
    for and what it has leased were read before, as of the same day."""
    day = as_of or clock.today()
    events = [Event(stay.since, "stage", stay) for stay in stages_of(thing, until=as_of)]
    for lease in leases:
        events.append(Event(lease.starts_on, "lease", lease))
        if lease.ends_on:
            events.append(Event(lease.ends_on, "lease_end", lease))
    for one in found.requests:
        if one.company_id == thing.id:
            events.append(Event(one.asked_on, "asked", one))
            if one.answered_on and one.life == "answered":
                events.append(Event(one.answered_on, "answered", one))
    events += [Event(row.happened_on, "contact", row) for row in found.contacts if row.company_id == thing.id]
    return sorted((event for event in events if event.day <= day), key=lambda event: event.day, reverse=True)


@dataclass(frozen=True)
class Waiting:
    """What waits for one person in the park: requests to answer, answers to rate, companies that she left alone."""

    answers: list[ServiceRequest]
    ratings: list[ServiceRequest]
    alone: list[tuple[Company, int]]  # and for how many days

    @property
    def count(self) -> int:
        """How many things that is."""
        return len(self.answers) + len(self.ratings) + len(self.alone)

    @property
    def illustrative(self) -> bool:
        """True when any of it is."""
        companies = [one.company for one in (*self.answers, *self.ratings)] + [
            row for row, _days in self.alone
        ]
        return any(row.illustrative for row in companies)


def waiting(*, actor: Actor) -> Waiting:
    """What waits for the actor today. Two statements, and three more for whoever accompanies a company."""
    requests = list(db.session.scalars(_owed(actor)))
    query = select(Company).where(Company.companion_id == actor.id, Company.archived_at.is_(None))
    rows = list(db.session.scalars(query.order_by(Company.id)))
    found = care([row.id for row in rows]) if rows else None
    return Waiting(
        answers=[one for one in requests if one.life == "open"],
        ratings=[one for one in requests if one.life == "answered"],
        alone=[(row, found.quiet(row)) for row in rows if found and found.alone(row)],
    )


def concerned(actor: Actor) -> ColumnElement[bool]:
    """Whether anything in the park may wait for the actor: she accompanies a company, belongs to one, or is to answer."""
    company = select(Company.id).where(or_(Company.companion_id == actor.id, own_companies(actor)))
    request = select(ServiceRequest.id).where(
        ServiceRequest.life == "open", ServiceRequest.provider_id == actor.id
    )
    return or_(company.exists(), request.exists())


def to_answer(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a request waits for the actor's answer: named for it, or else the companion."""
    companion = and_(ServiceRequest.provider_id.is_(None), Company.companion_id == actor.id)
    return and_(ServiceRequest.life == "open", or_(ServiceRequest.provider_id == actor.id, companion))


def requests_to_answer(*, actor: Actor) -> list[ServiceRequest]:
    """The requests that wait for the actor's answer, the first promised first. One statement."""
    return [one for one in db.session.scalars(_owed(actor)) if one.life == "open"]


def _owed(actor: Actor) -> Select[ServiceRequest]:
    unrated = and_(
        ServiceRequest.life == "answered", ServiceRequest.satisfaction.is_(None), own_companies(actor)
    )
    return (
        select(ServiceRequest)
        .join(ServiceRequest.company)
        .where(Company.archived_at.is_(None), or_(to_answer(actor), unrated))
        .options(contains_eager(ServiceRequest.company))
        .order_by(ServiceRequest.promised_on, ServiceRequest.id)
    )
