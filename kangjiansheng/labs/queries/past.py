"""Things as they stood on a past day, from their revisions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Date, and_, inspect, or_, select

from kangjiansheng.accounts.models import Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Revision, last_revisions, states_at
from kangjiansheng.core.db import Instant, db
from kangjiansheng.labs.models import (
    Agreement,
    AgreementParty,
    Clause,
    Institution,
    InstitutionAlias,
    InstitutionMember,
    InstitutionSector,
    JointLab,
    LabMember,
    LabPartner,
    SharedResource,
)

Thing = TypeVar("Thing", Institution, Agreement, JointLab, SharedResource)


def as_it_stood(thing: Thing, day: date | None) -> Thing | None:
    """A copy of a thing as it stood at the end of a day; the thing itself for today (None).

    The copy belongs to no session, so nothing that is done to it is ever stored. None when the thing was not
    there yet.
    """
    return next(iter(as_they_stood([thing], day)), None)


def as_they_stood(things: list[Thing], day: date | None) -> list[Thing]:
    """Copies of things of one kind as they stood; those that were not there yet are left out.

    Six statements at most, whatever the number of things.
    """
    if day is None or not things:
        return things
    states = states_at(type(things[0]), [thing.id for thing in things], clock.end_of(day))
    others = _Others(states.values(), clock.end_of(day), list(_held(things)))
    return [_copy(thing, states[thing.id], others) for thing in things if thing.id in states]


def as_states_say(thing: Thing, states: Sequence[Mapping[str, Any]]) -> list[Thing]:
    """Copies of a thing as each of its states says, with what they name called as today."""
    found = [dict(state) for state in states]
    others = _Others(found, clock.now(), list(_held([thing])))
    return [_copy(thing, state, others) for state in found]


class _Others:
    """The rows that states name by id, read once for all of them; institutions and agreements as they were called."""

    def __init__(self, states: Iterable[dict[str, Any]], instant: datetime, held: list[Any]) -> None:
        states = list(states)
        rows = [row for state in states for key in ("parties", "partners") for row in state.get(key, [])]
        owners = {state["institution_id"] for state in states if state.get("institution_id")}
        labs = {state["lab_id"] for state in states if state.get("lab_id")}
        named = {state[key] for state in states for key in ("agreement_id", "parent_id") if state.get(key)}
        found = _called_then(
            {Institution: {row[0] for row in rows} | owners, JointLab: labs, Agreement: named}, instant, held
        )
        self.institutions, self.labs, self.agreements = found[Institution], found[JointLab], found[Agreement]
        self.people = _by_id(Person, {row[0] for state in states for row in state.get("members", [])}, held)


def _held(things: Iterable[Any]) -> Iterator[Any]:
    """The rows that came with the things, which need not be read again."""
    for thing in things:
        yield from (thing.__dict__.get(key) for key in ("agreement", "parent", "institution", "lab"))
        for key, other in (("partners", "institution"), ("parties", "institution"), ("members", "person")):
            yield from (row.__dict__.get(other) for row in thing.__dict__.get(key, ()))


def _by_id(kind: Any, ids: set[int], held: Iterable[Any]) -> dict[int, Any]:
    found = {row.id: row for row in held if isinstance(row, kind) and row.id in ids}
    missing = ids - found.keys()
    read = db.session.scalars(select(kind).where(kind.id.in_(missing))) if missing else ()
    return found | {row.id: row for row in read}


def _called_then(
    wanted: Mapping[Any, set[int]], instant: datetime, held: Iterable[Any]
) -> dict[Any, dict[int, Any]]:
    """Things by kind and id, as copies with the names (and sectors) of that instant; one that came later keeps today's.
    One statement for what they were called then, whatever their kinds."""
    rows = {kind: _by_id(kind, ids, held) for kind, ids in wanted.items()}
    of = [
        and_(Revision.thing == kind.__tablename__, Revision.thing_id.in_(found))
        for kind, found in rows.items()
        if found
    ]
    if not of:
        return rows
    newest = last_revisions(or_(*of), until=instant)
    query = select(Revision.thing, Revision.thing_id, Revision.state).where(Revision.id.in_(newest))
    states = {(thing, key): state for thing, key, state in db.session.execute(query)}
    return {
        kind: {key: _renamed(row, states.get((kind.__tablename__, key))) for key, row in found.items()}
        for kind, found in rows.items()
    }


def _renamed(row: Any, state: dict[str, Any] | None) -> Any:
    state = state or row.state()
    names = {key: state[key] for key in ("name_hans", "name_hant", "name_en")}
    copy = type(row)(
        **{column.key: getattr(row, column.key) for column in inspect(type(row)).columns} | names
    )
    if isinstance(copy, Institution):
        copy.sectors = [InstitutionSector(sector=code) for code in state["sectors"]]
    return copy


def plain_copy(thing: Any, state: dict[str, Any]) -> Any:
    """A copy of a thing that belongs to no session, with the columns of a state; without the rows that hang on it."""
    kind = type(thing)
    kept = {column.key: getattr(thing, column.key) for column in inspect(kind).columns}
    return kind(**kept | {key: _value(kind, key, state[key]) for key in kept if key in state})


def _copy(thing: Thing, state: dict[str, Any], others: _Others) -> Thing:
    kind, copy = type(thing), plain_copy(thing, state)
    _FILL[kind](copy, state, others)
    return cast(Thing, copy)


def _value(kind: Any, key: str, value: Any) -> Any:
    column = inspect(kind).columns[key].type
    if value and isinstance(column, Date):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if value and isinstance(column, Instant) else value


def _fill_institution(copy: Institution, state: dict[str, Any], others: _Others) -> None:
    copy.aliases = [InstitutionAlias(text=text) for text in state["aliases"]]
    copy.sectors = [InstitutionSector(sector=code) for code in state["sectors"]]
    copy.members = [InstitutionMember(**row) for row in _members(state, others)]


def _fill_agreement(copy: Agreement, state: dict[str, Any], others: _Others) -> None:
    copy.parent = others.agreements.get(state["parent_id"])
    copy.parties = [
        AgreementParty(institution_id=number, institution=others.institutions[number], capacity=capacity)
        for number, capacity in state["parties"]
    ]
    clauses = enumerate(state.get("clauses", []))  # states of before there were clauses have none
    copy.clauses = [Clause(number=number, text=text, position=at) for at, (number, text) in clauses]


def _fill_lab(copy: JointLab, state: dict[str, Any], others: _Others) -> None:
    copy.agreement = others.agreements.get(state["agreement_id"])
    copy.members = [LabMember(**row) for row in _members(state, others)]
    copy.partners = [
        LabPartner(
            institution_id=number,
            institution=others.institutions[number],
            role=role,
            contribution=contribution,
        )
        for number, role, contribution in state["partners"]
    ]


def _members(state: dict[str, Any], others: _Others) -> list[dict[str, Any]]:
    return [
        {
            "person_id": person_id,
            "person": others.people[person_id],
            "role": role,
            "valid_from": date.fromisoformat(valid_from),
            "valid_to": date.fromisoformat(valid_to) if valid_to else None,
        }
        for person_id, role, valid_from, valid_to in state["members"]
    ]


def _fill_resource(copy: SharedResource, state: dict[str, Any], others: _Others) -> None:
    copy.institution = others.institutions[state["institution_id"]]
    copy.lab = others.labs.get(state["lab_id"])


_FILL: dict[type[Any], Any] = {
    Institution: _fill_institution,
    Agreement: _fill_agreement,
    JointLab: _fill_lab,
    SharedResource: _fill_resource,
}


def terms_as_they_stood(agreement: Agreement, day: date) -> Agreement | None:
    """A copy of an agreement with the terms and parties of a day, these called as today; None when it was not there yet.

    For pages that tell of an agreement in passing: one statement, and one more when a party of then stands in it no more.
    """
    state = states_at(Agreement, [agreement.id], clock.end_of(day)).get(agreement.id)
    if state is None:
        return None
    parties = _by_id(
        Institution, {number for number, _capacity in state["parties"]}, list(_held([agreement]))
    )
    copy: Agreement = plain_copy(agreement, state)
    copy.parties = [
        AgreementParty(institution_id=number, institution=plain_copy(parties[number], {}), capacity=capacity)
        for number, capacity in state["parties"]
    ]
    return copy
