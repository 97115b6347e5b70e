"""The three lists, with their filters, and what of them hangs on one thing.

What may be seen is chosen by the database; filters and order are applied here. The order is that of the
reader's language and the search goes across scripts and aliases, which the two databases do not do alike,
and there are hundreds of institutions, not millions. A list costs the same number of statements whatever its length.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload, selectinload

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of, sort_key
from kangjiansheng.labs.models import Agreement, AgreementParty, Institution, JointLab, LabPartner
from kangjiansheng.labs.queries.found import contains, words_of
from kangjiansheng.labs.queries.past import as_they_stood
from kangjiansheng.labs.queries.visible import visible_agreements, visible_institutions, visible_labs


@dataclass(frozen=True)
class InstitutionFilter:
    """Which institutions: a text in any script, a sector, archived ones instead of the others."""

    q: str = ""
    sector: str = ""
    archived: str = ""

    def fits(self, row: Institution) -> bool:
        """True when the institution is wanted."""
        return (
            bool(self.archived) == bool(row.archived_at)
            and (not self.sector or self.sector in row.sector_codes)
            and (not self.q or contains(self.q, words_of(row)))
        )


@dataclass(frozen=True)
class AgreementFilter:
    """Which agreements: a text, a kind, a party (an institution's code), archived ones."""

    q: str = ""
    kind: str = ""
    party: str = ""
    archived: str = ""

    def fits(self, row: Agreement) -> bool:
        """True when the agreement is wanted."""
        return (
            bool(self.archived) == bool(row.archived_at)
            and (not self.kind or self.kind == row.kind)
            and (not self.party or any(p.institution.code == self.party for p in row.parties))
            and (not self.q or contains(self.q, _words(row, row.parties)))
        )


@dataclass(frozen=True)
class LabFilter:
    """Which laboratories: a text, a state of life, a partner (an institution's code), archived ones."""

    q: str = ""
    life: str = ""
    party: str = ""
    archived: str = ""

    def fits(self, row: JointLab) -> bool:
        """True when the laboratory is wanted."""
        return (
            bool(self.archived) == bool(row.archived_at)
            and (not self.life or self.life == row.life)
            and (not self.party or any(p.institution.code == self.party for p in row.partners))
            and (not self.q or contains(self.q, _words(row, row.partners)))
        )


def _words(thing: Agreement | JointLab, rows: list[Any]) -> list[str]:
    names = [thing.code, thing.name_hans, thing.name_hant, thing.name_en]
    return names + [word for row in rows for word in words_of(row.institution)]


def institutions(
    wanted: InstitutionFilter = InstitutionFilter(), *, actor: Actor, as_of: date | None = None
) -> list[Institution]:
    """The institutions that the actor sees and wants, by name in her language."""
    query = visible_institutions(actor).options(
        selectinload(Institution.aliases), selectinload(Institution.sectors)
    )
    if as_of:
        query = query.options(selectinload(Institution.members))
    return _chosen(as_they_stood(list(db.session.scalars(query)), as_of), wanted.fits, name_of)


def agreements(
    wanted: AgreementFilter = AgreementFilter(),
    *,
    actor: Actor,
    as_of: date | None = None,
    only: Collection[ColumnElement[bool]] = (),
) -> list[Agreement]:
    """The agreements that the actor sees and wants, by code; `only` narrows them by what holds today."""
    parties = selectinload(Agreement.parties).joinedload(AgreementParty.institution)
    query = visible_agreements(actor).where(*only)
    query = query.options(_searched(parties, wanted.q), joinedload(Agreement.parent))
    return _chosen(as_they_stood(list(db.session.scalars(query)), as_of), wanted.fits, _code)


def labs(
    wanted: LabFilter = LabFilter(),
    *,
    actor: Actor,
    as_of: date | None = None,
    only: Collection[ColumnElement[bool]] = (),
) -> list[JointLab]:
    """The laboratories that the actor sees and wants, by code; `only` narrows them by what holds today."""
    partners = selectinload(JointLab.partners).joinedload(LabPartner.institution)
    query = visible_labs(actor).where(*only)
    query = query.options(_searched(partners, wanted.q), joinedload(JointLab.agreement))
    return _chosen(as_they_stood(list(db.session.scalars(query)), as_of), wanted.fits, _code)


def _searched(institutions: Any, text: str) -> Any:
    """Institutions with the other names that they go by, where a text is looked for."""
    return institutions.selectinload(Institution.aliases) if text else institutions


def agreements_of(
    institution: Institution, *, actor: Actor, as_of: date | None = None
) -> list[tuple[Agreement, str]]:
    """The agreements in which an institution stands, as far as the actor sees them, with its capacity."""
    if as_of is None:
        here = AgreementParty.institution_id == institution.id, Agreement.archived_at.is_(None)
        query = visible_agreements(actor).join(Agreement.parties).add_columns(AgreementParty.capacity)
        query = query.where(*here).order_by(Agreement.code, AgreementParty.id)
        return [(row, capacity) for row, capacity in db.session.execute(query)]
    rows = agreements(AgreementFilter(party=institution.code), actor=actor, as_of=as_of)
    return [(row, p.capacity) for row in rows for p in row.parties if p.institution_id == institution.id]


def labs_of(
    institution: Institution, *, actor: Actor, as_of: date | None = None
) -> list[tuple[JointLab, str]]:
    """The laboratories that an institution owns, with its role."""
    if as_of is None:
        here = LabPartner.institution_id == institution.id, JointLab.archived_at.is_(None)
        query = visible_labs(actor).join(JointLab.partners).add_columns(LabPartner.role)
        query = query.where(*here).order_by(JointLab.code, LabPartner.id)
        return [(row, role) for row, role in db.session.execute(query)]
    rows = labs(LabFilter(party=institution.code), actor=actor, as_of=as_of)
    return [(row, p.role) for row in rows for p in row.partners if p.institution_id == institution.id]


def labs_on(agreement: Agreement, *, actor: Actor, as_of: date | None = None) -> list[JointLab]:
    """The laboratories that rest on an agreement."""
    today = JointLab.agreement_id == agreement.id
    rows = labs(actor=actor, as_of=as_of, only=() if as_of else (today,))
    return [row for row in rows if row.agreement_id == agreement.id]


def agreements_under(agreement: Agreement, *, actor: Actor, as_of: date | None = None) -> list[Agreement]:
    """The agreements that hang under one, as far as the actor sees them."""
    today = Agreement.parent_id == agreement.id
    rows = agreements(actor=actor, as_of=as_of, only=() if as_of else (today,))
    return [row for row in rows if row.parent_id == agreement.id]


def _code(thing: Any) -> str:
    return str(thing.code)


def _chosen(rows: list[Any], fits: Callable[[Any], bool], by: Callable[[Any], str]) -> list[Any]:
    key = sort_key()
    return sorted(filter(fits, rows), key=lambda row: (key(by(row)), row.code))
