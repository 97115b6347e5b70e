"""Joint laboratories, their partners and people."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models.agreements import Agreement
from kangjiansheng.labs.models.institutions import OWNED, Institution, members_state


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
            "members": members_state(self.members),
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
