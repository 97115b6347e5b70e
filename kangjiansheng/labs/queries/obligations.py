"""Obligations as somebody may see them: plain rows of today or of a past day, in a constant number of statements."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased, joinedload

from kangjiansheng.core import audit, clock
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor, Revision, last_revisions, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import Agreement, Clause, Institution, InstitutionSector, Obligation
from kangjiansheng.labs.queries.found import contains
from kangjiansheng.labs.queries.visible import (
    delivered_by,
    own_institutions,
    visible_agreements,
    visible_obligations,
)
from kangjiansheng.labs.rules import obligations as lives

GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class Party:
    """Who owes or is owed, as it was called on the day."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    government: bool  # a government body or a regulator: what it has with others are dealings


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """One obligation at the end of a day. `agreement` is the code of its agreement, empty when the reader sees none."""

    id: int
    code: str
    name_hans: str
    name_hant: str
    name_en: str
    debtor: Party
    creditor: Party
    agreement: str
    agreement_id: int | None
    clause_id: int | None
    detail: str
    due_on: date | None
    state: str
    delivered_on: date | None
    accepted_on: date | None
    remark: str
    owner_id: int | None
    confidentiality: str
    illustrative: bool
    archived: bool

    @property
    def direction(self) -> str:
        """submit or answer for a dealing with government, empty for an obligation."""
        return lives.direction(self.debtor.government, self.creditor.government)

    @property
    def dealing(self) -> bool:
        """True when one side is a government body: such a thing is never overdue."""
        return bool(self.direction)

    @property
    def fulfilled(self) -> bool:
        """True when nothing is owed any more."""
        return self.state in lives.FULFILLED

    @property
    def delivered_late(self) -> int:
        """Days by which it was delivered after its day; 0 when it was not, and for a dealing."""
        if self.dealing or self.due_on is None or self.delivered_on is None:
            return 0
        return max((self.delivered_on - self.due_on).days, 0)

    def late(self, day: date) -> int:
        """Days over its day, 0 when it is not late."""
        return lives.days_late(self.due_on, self.state, self.direction, day)


@dataclass(frozen=True)
class ObligationFilter:
    """Which obligations: a text, a party and on which side it stands, a state (or late), an agreement, archived ones."""

    q: str = ""
    party: str = ""
    side: str = ""  # owes, owed; empty for both
    state: str = ""
    agreement: str = ""
    archived: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return any((self.q, self.party, self.side, self.state, self.agreement, self.archived))

    def fits(self, row: ObligationRow, day: date) -> bool:
        """True when the obligation is wanted."""
        sides = {"owes": [row.debtor], "owed": [row.creditor]}.get(self.side, [row.debtor, row.creditor])
        return (
            bool(self.archived) == row.archived
            and (not self.party or any(side.code == self.party for side in sides))
            and self._stands(row, day)
            and self.agreement in ("", row.agreement)
            and (not self.q or contains(self.q, _words(row)))
        )

    def _stands(self, row: ObligationRow, day: date) -> bool:
        if self.state == "late":
            return row.late(day) > 0
        return not row.fulfilled if self.state == "due" else self.state in ("", row.state)


def _words(row: ObligationRow) -> list[str]:
    names = [row.code, row.name_hans, row.name_hant, row.name_en, row.detail, row.agreement]
    for party in (row.debtor, row.creditor):
        names += [party.code, party.name_hans, party.name_hant, party.name_en]
    return names


def obligation_rows(
    *,
    actor: Actor,
    as_of: date | None = None,
    only: Collection[ColumnElement[bool]] = (),
    agreements: bool = True,
) -> list[ObligationRow]:
    """All obligations that the actor may see, archived ones too: what needs somebody first.

    `as_of` gives them as they stood at the end of a past day, seen with the rights of today; `only` narrows by
    columns that never change; without `agreements` their codes stay empty and are not asked for. Two statements for
    today and four for a past day, whatever their number.
    """
    asked = visible_obligations(actor).where(*only)
    if as_of is None:
        return _today(asked, actor, agreements)
    ids = asked.with_only_columns(Obligation.id)
    last = last_revisions(
        Revision.thing == Obligation.__tablename__, Revision.thing_id.in_(ids), until=clock.end_of(as_of)
    )
    query = (
        select(Revision.state, Obligation.id, Obligation.illustrative)
        .join(Obligation, Obligation.id == Revision.thing_id)
        .where(Revision.id.in_(last))
        .order_by(Obligation.id)
    )
    then = [
        state | {"id": key, "illustrative": known} | {day: _day(state[day]) for day in _DAYS}
        for state, key, known in db.session.execute(query)
    ]
    read = [tuple(state[key] for key in _KEYS) for state in then]
    parties = parties_by_id({row[side] for row in read for side in (5, 6)}, as_of) if read else {}
    return _rows(read, parties, _codes({row[7] for row in read} - {None}, actor) if agreements else {})


def _today(asked: Select[Obligation], actor: Actor, agreements: bool) -> list[ObligationRow]:
    """Each with both its parties in one statement."""
    debtor, creditor = _sides()
    query = (
        asked.join(debtor.of, debtor.of.id == Obligation.debtor_id)
        .join(creditor.of, creditor.of.id == Obligation.creditor_id)
        .with_only_columns(*_COLUMNS, *debtor.columns, *creditor.columns)
    )
    read = db.session.execute(query).all()
    width = len(_COLUMNS)
    parties: dict[int, Party] = {}
    for row in read:
        for at in (width, width + _SIDE):
            if row[at] not in parties:
                parties[row[at]] = _made(row[at : at + _SIDE])
    codes = _codes({row[7] for row in read} - {None}, actor) if agreements else {}
    return _rows([row[:width] for row in read], parties, codes)


_SIDE = 6  # columns of a party


class _Side(NamedTuple):
    of: Any
    columns: list[Any]


@cache
def _sides() -> tuple[_Side, _Side]:
    """Debtor and creditor, each as a table of its own with what is read of it."""
    debtor, creditor = aliased(Institution), aliased(Institution)
    return _Side(debtor, _party(debtor)), _Side(creditor, _party(creditor))


def _party(institution: Any) -> list[Any]:
    sits = select(InstitutionSector.id).where(
        InstitutionSector.institution_id == institution.id, InstitutionSector.sector == GOVERNMENT
    )
    return [
        institution.id,
        institution.code,
        institution.name_hans,
        institution.name_hant,
        institution.name_en,
        institution.regulator | sits.exists(),
    ]


# In the order of the row; debtor, creditor and agreement as keys, the instant of archiving for its being archived.
_KEYS = (
    "id",
    "code",
    "name_hans",
    "name_hant",
    "name_en",
    "debtor_id",
    "creditor_id",
    "agreement_id",
    "clause_id",
    "detail",
    "due_on",
    "life",
    "delivered_on",
    "accepted_on",
    "remark",
    "owner_id",
    "confidentiality",
    "illustrative",
    "archived_at",
)
_COLUMNS = [getattr(Obligation, key) for key in _KEYS]
_DAYS = ("due_on", "delivered_on", "accepted_on")


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _made(columns: Sequence[Any]) -> Party:
    key, code, hans, hant, en, government = columns
    return Party(key, code, hans, hant, en, government=bool(government))


def _rows(read: Sequence[Any], parties: Mapping[int, Party], codes: Mapping[int, str]) -> list[ObligationRow]:
    made: Callable[..., ObligationRow] = ObligationRow
    rows = [
        made(
            *row[:5], parties[row[5]], parties[row[6]], codes.get(row[7], ""), *row[7:-1], row[-1] is not None
        )
        for row in read
    ]
    return sorted(rows, key=lambda row: (row.fulfilled, row.due_on or date.max, row.id))


def parties_by_id(ids: Collection[int], as_of: date | None = None) -> dict[int, Party]:
    """Institutions by id as plain rows, as they were called on a day; one statement for today, two for a past day."""
    query = select(*_party(Institution)).where(Institution.id.in_(ids))
    found = {row[0]: _made(row) for row in db.session.execute(query)}
    then = states_at(Institution, list(ids), clock.end_of(as_of)) if as_of else {}
    return found | {key: _then(found[key], state) for key, state in then.items() if key in found}


def _then(party: Party, state: Mapping[str, Any]) -> Party:
    government = state["regulator"] or GOVERNMENT in state["sectors"]
    return Party(
        party.id, party.code, state["name_hans"], state["name_hant"], state["name_en"], government=government
    )


def _codes(ids: Collection[int], actor: Actor) -> dict[int, str]:
    if not ids:
        return {}
    query = visible_agreements(actor).where(Agreement.id.in_(ids))
    return {
        key: code for key, code in db.session.execute(query.with_only_columns(Agreement.id, Agreement.code))
    }


def obligations(
    wanted: ObligationFilter = ObligationFilter(), *, actor: Actor, as_of: date | None = None
) -> list[ObligationRow]:
    """The obligations that the actor sees and wants."""
    day = as_of or clock.today()
    return [row for row in obligation_rows(actor=actor, as_of=as_of) if wanted.fits(row, day)]


def obligations_on(agreement: Agreement, *, actor: Actor, as_of: date | None = None) -> list[ObligationRow]:
    """The obligations that rest on an agreement which the actor sees."""
    today = [Obligation.agreement_id == agreement.id] if as_of is None else []
    rows = obligation_rows(actor=actor, as_of=as_of, only=today, agreements=False)
    return [
        replace(row, agreement=agreement.code)
        for row in rows
        if row.agreement_id == agreement.id and not row.archived
    ]


def obligation(*, actor: Actor, code: str) -> Obligation | None:
    """The obligation under a code as the actor may see it; None when she may not, or there is none."""
    query = visible_obligations(actor).where(Obligation.code == code)
    return db.session.scalar(
        query.options(
            joinedload(Obligation.agreement),
            joinedload(Obligation.clause),
            joinedload(Obligation.debtor),
            joinedload(Obligation.creditor),
            joinedload(Obligation.owner),
        )
    )


def direction_of(obligation: Obligation) -> str:
    """submit or answer when one of its sides is a government body, else empty."""
    sides = parties_by_id({obligation.debtor_id, obligation.creditor_id})
    debtor, creditor = sides[obligation.debtor_id], sides[obligation.creditor_id]
    return lives.direction(debtor.government, creditor.government)


def sides(actor: Actor, obligation: Obligation) -> set[str]:
    """On which sides the actor's institutions stand today: debtor, creditor."""
    mine = set(db.session.scalars(own_institutions(actor)))
    parties = {"debtor": obligation.debtor_id, "creditor": obligation.creditor_id}
    return {side for side, institution_id in parties.items() if institution_id in mine}


def delivers_for(actor: Actor, obligation: Obligation) -> bool:
    """True when the actor may deliver in the debtor's name without being of the debtor: see `visible.delivered_by`."""
    query = select(Obligation.id).where(Obligation.id == obligation.id, delivered_by(actor))
    return db.session.scalar(query) is not None


def last_step(obligation: Obligation) -> AuditEntry | None:
    """The last change of an obligation, when it was a step that can be taken back."""
    changes = (entry for entry in audit.history("obligation", obligation.id) if entry.before)
    newest = next(changes, None)
    steps = {f"labs:obligation:{act}" for act in lives.STEPS}
    return newest if newest is not None and newest.act in steps else None


def obligation_for(*, actor: Actor, code: str, act: str) -> tuple[Obligation, str] | None:
    """An obligation that the actor may see, with the act that the address names."""
    found = obligation(actor=actor, code=code)
    return (found, lives.NOUNS[act]) if found else None


def obligation_row(
    obligation: Obligation, *, actor: Actor, as_of: date | None = None
) -> ObligationRow | None:
    """One obligation as it stood; None when it was not there yet, or is not the actor's to see."""
    found = obligation_rows(actor=actor, as_of=as_of, only=[Obligation.id == obligation.id])
    return found[0] if found else None


def clause_of(row: ObligationRow) -> Clause | None:
    """The clause on which an obligation rests, for those who see its agreement."""
    return db.session.get(Clause, row.clause_id) if row.agreement and row.clause_id else None


def clause_numbers(rows: Iterable[ObligationRow]) -> dict[int | None, str]:
    """The numbers of the clauses that obligations name, by id."""
    ids = {row.clause_id for row in rows if row.clause_id and row.agreement}
    query = select(Clause.id, Clause.number).where(Clause.id.in_(ids))
    return {key: number for key, number in db.session.execute(query)} if ids else {}


def named_in(states: Iterable[Mapping[str, Any]], *, actor: Actor) -> dict[str, dict[int, str]]:
    """What past states name by id, in the reader's words, by field: an agreement that she may not see is left out."""
    states = list(states)

    def ids(*keys: str) -> set[int]:
        return {state[key] for state in states for key in keys if state.get(key)}

    agreements = _codes(ids("agreement_id"), actor)
    clauses = select(Clause.id, Clause.number).where(
        Clause.id.in_(ids("clause_id")), Clause.agreement_id.in_(agreements.keys())
    )
    parties = {key: name_of(party) for key, party in parties_by_id(ids("debtor_id", "creditor_id")).items()}
    return {
        "agreement_id": agreements,
        "clause_id": {key: number for key, number in db.session.execute(clauses)},
        "debtor_id": parties,
        "creditor_id": parties,
    }
