"""Institutions, agreements and joint laboratories, with whoever belongs to them and from when to when."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Named, Versioned, Word

OWNED = "all, delete-orphan"


class Institution(Named, Versioned, Base):
    """A partner, a government body, an investor: whoever sits at the table."""

    __tablename__ = "institution"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    regulator: Mapped[bool] = mapped_column(default=False)  # supervises; is never a partner
    role_hans: Mapped[str] = mapped_column(Text, default="")  # what the source says of it, as text
    source: Mapped[str] = mapped_column(Label, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    aliases: Mapped[list["InstitutionAlias"]] = relationship(cascade=OWNED, order_by="InstitutionAlias.text")
    sectors: Mapped[list["InstitutionSector"]] = relationship(
        cascade=OWNED, order_by="InstitutionSector.sector"
    )
    members: Mapped[list["InstitutionMember"]] = relationship(cascade=OWNED, back_populates="institution")

    @property
    def alias_lines(self) -> str:
        """The other names, one on each line."""
        return "\n".join(sorted(alias.text for alias in self.aliases))

    @property
    def sector_codes(self) -> list[str]:
        """The codes of the sectors, sorted."""
        return sorted(row.sector for row in self.sectors)

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {
            "code": self.code,
            "name_hans": self.name_hans,
            "name_hant": self.name_hant,
            "name_en": self.name_en,
            "regulator": self.regulator,
            "role_hans": self.role_hans,
            "aliases": sorted(a.text for a in self.aliases),
            "sectors": sorted(s.sector for s in self.sectors),
            "members": _members(self.members),
            "archived_at": self.archived_at,
        }


def _members(rows: list[Any]) -> list[list[Any]]:
    found = [
        [
            row.person_id,
            row.role,
            row.valid_from.isoformat(),
            row.valid_to.isoformat() if row.valid_to else None,
        ]
        for row in rows
    ]
    return sorted(found, key=lambda row: (row[0], row[1], row[2]))


class InstitutionAlias(Base):
    """Another name under which an institution is found, in any script."""

    __tablename__ = "institution_alias"
    __table_args__ = (UniqueConstraint("institution_id", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Label, index=True)


class InstitutionSector(Base):
    """One of the six sectors 政产学研医资 that an institution belongs to; many are possible."""

    __tablename__ = "institution_sector"
    __table_args__ = (UniqueConstraint("institution_id", "sector"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id", ondelete="CASCADE"))
    sector: Mapped[str] = mapped_column(Word)


class InstitutionMember(Base):
    """A person who belongs to an institution, from a day to a day (inclusive)."""

    __tablename__ = "institution_member"
    __table_args__ = (Index("ix_institution_member_person", "person_id", "institution_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Word, default="member")  # member, contact
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    institution: Mapped[Institution] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Agreement(Named, Versioned, Base):
    """An agreement between institutions. What its source does not state stays None."""

    __tablename__ = "agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    kind: Mapped[str] = mapped_column(Word)  # framework, joint_lab, transfer, trial, confidentiality, other
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    signed_on: Mapped[date | None]
    year_inferred: Mapped[bool] = mapped_column(default=False)
    effective_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")  # open, parties, team
    summary: Mapped[str] = mapped_column(Text, default="")
    stated: Mapped[list[Any]] = mapped_column(default=list)  # what the source states, one text each
    not_stated: Mapped[list[Any]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(Label, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    parent: Mapped["Agreement | None"] = relationship(remote_side="Agreement.id")
    parties: Mapped[list["AgreementParty"]] = relationship(cascade=OWNED, back_populates="agreement")

    def institutions(self, capacity: str) -> list[Institution]:
        """Who stands in the agreement in a capacity, by code."""
        found = (party.institution for party in self.parties if party.capacity == capacity)
        return sorted(found, key=lambda institution: institution.code)

    @property
    def signatory_codes(self) -> list[str]:
        """The codes of the signatories."""
        return [institution.code for institution in self.institutions("signatory")]

    @property
    def implementing_codes(self) -> list[str]:
        """The codes of those who carry it out without having signed."""
        return [institution.code for institution in self.institutions("implementing")]

    @property
    def witness_codes(self) -> list[str]:
        """The codes of the witnesses."""
        return [institution.code for institution in self.institutions("witness")]

    @property
    def parent_code(self) -> str:
        """The code of the agreement under which it hangs; empty when there is none."""
        return self.parent.code if self.parent else ""

    @property
    def stated_lines(self) -> str:
        """What the source states, one text on each line, in Simplified Chinese."""
        return _lines(self.stated)

    @property
    def not_stated_lines(self) -> str:
        """What the source does not state, one text on each line, in Simplified Chinese."""
        return _lines(self.not_stated)

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {
            "code": self.code,
            "name_hans": self.name_hans,
            "name_hant": self.name_hant,
            "name_en": self.name_en,
            "kind": self.kind,
            "parent_id": self.parent_id,
            "signed_on": self.signed_on,
            "year_inferred": self.year_inferred,
            "effective_on": self.effective_on,
            "expires_on": self.expires_on,
            "confidentiality": self.confidentiality,
            "summary": self.summary,
            "stated": list(self.stated or []),
            "not_stated": list(self.not_stated or []),
            "parties": sorted([p.institution_id, p.capacity] for p in self.parties),
            "archived_at": self.archived_at,
        }


def _lines(texts: list[Any] | None) -> str:
    return "\n".join(text["hans"] if isinstance(text, dict) else text for text in texts or [])


class AgreementParty(Base):
    """An institution's capacity in an agreement: signatory, implementing entity or witness."""

    __tablename__ = "agreement_party"
    __table_args__ = (UniqueConstraint("agreement_id", "institution_id", "capacity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    capacity: Mapped[str] = mapped_column(Word)  # signatory, implementing, witness

    agreement: Mapped[Agreement] = relationship(back_populates="parties")
    institution: Mapped[Institution] = relationship()


class JointLab(Named, Versioned, Base):
    """A joint laboratory of two or more institutions."""

    __tablename__ = "joint_lab"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    mission: Mapped[str] = mapped_column(Text, default="")
    site: Mapped[str] = mapped_column(Label, default="")
    life: Mapped[str] = mapped_column(Word, default="proposed")  # proposed, set_up, operating, review, closed
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    accepted_on: Mapped[date | None]
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    agreement: Mapped[Agreement | None] = relationship()
    partners: Mapped[list["LabPartner"]] = relationship(cascade=OWNED, back_populates="lab")
    members: Mapped[list["LabMember"]] = relationship(cascade=OWNED, back_populates="lab")

    @property
    def agreement_code(self) -> str:
        """The code of the agreement on which it rests; empty when there is none."""
        return self.agreement.code if self.agreement else ""

    @property
    def lead(self) -> Institution | None:
        """The institution that leads it."""
        return next((row.institution for row in self.partners if row.role == "lead"), None)

    @property
    def lead_code(self) -> str:
        """The code of the institution that leads it; empty when none does."""
        return self.lead.code if self.lead else ""

    @property
    def partner_codes(self) -> list[str]:
        """The codes of the institutions beside the lead."""
        return sorted(row.institution.code for row in self.partners if row.role != "lead")

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {
            "code": self.code,
            "name_hans": self.name_hans,
            "name_hant": self.name_hant,
            "name_en": self.name_en,
            "mission": self.mission,
            "site": self.site,
            "life": self.life,
            "agreement_id": self.agreement_id,
            "accepted_on": self.accepted_on,
            "confidentiality": self.confidentiality,
            "partners": sorted([p.institution_id, p.role, p.contribution] for p in self.partners),
            "members": _members(self.members),
            "archived_at": self.archived_at,
        }


class LabPartner(Base):
    """An institution that owns a joint laboratory, as lead or as partner."""

    __tablename__ = "lab_partner"
    __table_args__ = (UniqueConstraint("lab_id", "institution_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("joint_lab.id", ondelete="CASCADE"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    role: Mapped[str] = mapped_column(Word)  # lead, partner
    contribution: Mapped[str] = mapped_column(Label, default="")

    lab: Mapped[JointLab] = relationship(back_populates="partners")
    institution: Mapped[Institution] = relationship()


class LabMember(Base):
    """A person of a joint laboratory, from a day to a day (inclusive)."""

    __tablename__ = "lab_member"
    __table_args__ = (Index("ix_lab_member_person", "person_id", "lab_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("joint_lab.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Word)  # director, co_director, scientist
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    lab: Mapped[JointLab] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
