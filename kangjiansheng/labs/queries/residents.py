"""Companies of the park: who sees which, lists, and one company by its code.

The park's members, executives and auditors see all of every company; its companion and its own people see all of it.
Of any other one sees name, kind and stage where the company is open, and nothing where it is not: companies compete.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, inspect, or_, select, true
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, Revision, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import Company, Institution, InstitutionMember
from kangjiansheng.labs.queries.found import contains
from kangjiansheng.labs.queries.past import plain_copy
from kangjiansheng.labs.queries.visible import own_institutions
from kangjiansheng.labs.rules.residents import PARK

Condition = ColumnElement[bool]


def in_park(actor: Actor) -> bool:
    """True for members of the institution that runs the park today."""
    query = select(Institution.id).where(
        Institution.code == PARK, Institution.id.in_(own_institutions(actor))
    )
    return db.session.scalar(query.limit(1)) is not None


def reads_park(actor: Actor) -> bool:
    """True for whoever sees all of every company: the park's members, executives, auditors."""
    return actor.reads_all or in_park(actor)


def inside_companies(actor: Actor) -> Condition:
    """The condition under which the actor sees all of a company: the park, its companion, its own people."""
    if actor.reads_all:
        return true()
    park = select(Institution.id).where(Institution.code == PARK, Institution.id.in_(own_institutions(actor)))
    return or_(park.exists(), own_companies(actor), Company.companion_id == actor.id)


def own_companies(actor: Actor) -> Condition:
    """The condition under which the actor belongs to a company: a member of its institution."""
    return Company.institution_id.in_(own_institutions(actor))


def visible_companies(actor: Actor) -> Select[Company]:
    """Companies of which the actor sees at least that they are there."""
    return select(Company).where(or_(Company.confidentiality == "open", inside_companies(actor)))


def inside_ids(actor: Actor) -> set[int]:
    """The ids of the companies of which the actor sees all."""
    return set(db.session.scalars(select(Company.id).where(inside_companies(actor))))


@dataclass(frozen=True)
class CompanyFilter:
    """Which companies: a text in any script, a kind, a stage, a service that was not given at this stage, those who
    were left alone, archived ones instead of the others."""

    q: str = ""
    kind: str = ""
    stage: str = ""
    lacks: str = ""
    quiet: str = ""
    archived: str = ""

    def fits(self, row: Company) -> bool:
        """True when the open part of the company is wanted."""
        return (
            bool(self.archived) == bool(row.archived_at)
            and (not self.kind or self.kind == row.kind)
            and (not self.stage or self.stage == row.stage)
            and (not self.q or contains(self.q, [row.code, row.name_hans, row.name_hant, row.name_en]))
        )


def companies(
    wanted: CompanyFilter = CompanyFilter(), *, actor: Actor, as_of: date | None = None
) -> list[Company]:
    """The companies that the actor sees, as they were registered, as they stood; filtered by their open part."""
    query = visible_companies(actor).options(joinedload(Company.companion), joinedload(Company.institution))
    rows = stood(list(db.session.scalars(query)), as_of)
    return sorted(filter(wanted.fits, rows), key=lambda row: row.id)


def stood(rows: list[Any], day: date | None) -> list[Any]:
    """Copies of things of one kind as they stood at the end of a day, with whom they name as of today; the things
    themselves for today. What was not there yet is left out."""
    if day is None or not rows:
        return rows
    states = states_at(type(rows[0]), [row.id for row in rows], clock.end_of(day))
    pairs = [(plain_copy(row, states[row.id]), row) for row in rows if row.id in states]
    for name, relation in inspect(type(rows[0])).relationships.items():
        (column,) = relation.local_columns
        _name(pairs, name, column.key, relation.mapper.class_)
    return [copy for copy, _row in pairs]


def _name(pairs: list[tuple[Any, Any]], name: str, column: str, kind: Any) -> None:
    """Give the copies what they named then: what their rows still name need not be read again, the others are read in
    one statement."""
    held = {getattr(row, column): row.__dict__[name] for _copy, row in pairs if row.__dict__.get(name)}
    missing = {getattr(copy, column) for copy, _row in pairs} - held.keys() - {None}
    if missing:
        held |= {one.id: one for one in db.session.scalars(select(kind).where(kind.id.in_(missing)))}
    for copy, _row in pairs:
        setattr(copy, name, held.get(getattr(copy, column)))


def company(*, actor: Actor, code: str) -> Company | None:
    """The company under a code; None when the actor may not know of it, or there is none."""
    query = visible_companies(actor).where(Company.code == code)
    return db.session.scalar(query.options(joinedload(Company.companion), joinedload(Company.institution)))


def inside_company(*, actor: Actor, code: str) -> Company | None:
    """The same where the actor sees all of it."""
    return db.session.scalar(select(Company).where(Company.code == code, inside_companies(actor)))


def sees_company(actor: Actor, thing: Company) -> bool:
    """True when the actor sees all of the company."""
    if actor.reads_all:
        return True
    query = select(Company.id).where(Company.id == thing.id, inside_companies(actor))
    return db.session.scalar(query) is not None


def belongs_to(actor: Actor, thing: Company) -> bool:
    """True when the actor is one of the company's own people."""
    query = select(Company.id).where(Company.id == thing.id, own_companies(actor))
    return thing.institution_id is not None and db.session.scalar(query) is not None


def people_of(thing: Company) -> list[Person]:
    """The members of the company's institution today, in one statement."""
    query = (
        select(Person)
        .join(InstitutionMember, InstitutionMember.person_id == Person.id)
        .where(
            InstitutionMember.institution_id == thing.institution_id,
            holds_on(InstitutionMember, clock.today()),
        )
        .order_by(Person.code)
    )
    return list(db.session.scalars(query)) if thing.institution_id else []


@dataclass(frozen=True)
class Stay:
    """A stage in a company's life, and since when."""

    stage: str
    since: date


def stages_of(thing: Company, *, until: date | None = None) -> list[Stay]:
    """The stages that a company has had, from its revisions. What was put right at the same stage counts once."""
    query = select(Revision.state).where(Revision.thing == "company", Revision.thing_id == thing.id)
    if until:
        query = query.where(Revision.effective_at <= clock.end_of(until))
    found: list[Stay] = []
    for state in db.session.scalars(query.order_by(Revision.effective_at, Revision.id)):
        stay = Stay(state["stage"], date.fromisoformat(state["stage_since"]))
        if found and found[-1].stage == stay.stage:
            found[-1] = stay
        else:
            found.append(stay)
    return found


def stage_on(thing: Company, day: date) -> str:
    """The stage at which a company stood on a day; the first one for a day before all of them."""
    stays = stages_of(thing)
    return next((stay.stage for stay in reversed(stays) if stay.since <= day), stays[0].stage)


def institution_names(ids: set[int]) -> dict[int, str]:
    """The names of institutions in the reader's script, by id."""
    query = select(Institution.id, Institution.name_hans, Institution.name_hant, Institution.name_en)
    rows = db.session.execute(query.where(Institution.id.in_(ids))) if ids else ()
    return {row.id: name_of(row) for row in rows}
