"""Agreements and who stands in them in what capacity."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models.institutions import OWNED, Institution
from kangjiansheng.labs.rules.agreements import RENEWAL_MONTHS


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
    renewal_months: Mapped[int] = mapped_column(default=RENEWAL_MONTHS)  # so long before its end talks begin
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")  # open, parties, team
    summary: Mapped[str] = mapped_column(Text, default="")
    stated: Mapped[list[Any]] = mapped_column(default=list)  # what the source states, one text each
    not_stated: Mapped[list[Any]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(Label, default="")
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    parent: Mapped["Agreement | None"] = relationship(remote_side="Agreement.id")
    parties: Mapped[list["AgreementParty"]] = relationship(cascade=OWNED, back_populates="agreement")
    clauses: Mapped[list["Clause"]] = relationship(
        cascade=OWNED, back_populates="agreement", order_by="Clause.position"
    )

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

    @property
    def clause_lines(self) -> str:
        """The clauses, one on each line: the number, a blank, the text."""
        return "\n".join(f"{clause.number} {clause.text}" for clause in self.clauses)

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
            "renewal_months": self.renewal_months,
            "confidentiality": self.confidentiality,
            "summary": self.summary,
            "stated": list(self.stated or []),
            "not_stated": list(self.not_stated or []),
            "parties": sorted([p.institution_id, p.capacity] for p in self.parties),
            "clauses": [[clause.number, clause.text] for clause in self.clauses],
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


class Clause(Base):
    """A clause of an agreement, as far as it was registered: that on which an obligation rests can be named."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("agreement_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(Word)  # as the agreement counts: 3.2
    text: Mapped[str] = mapped_column(Text)
    position: Mapped[int]

    agreement: Mapped[Agreement] = relationship(back_populates="clauses")
