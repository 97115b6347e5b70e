"""Institutions, their other names, sectors and people."""

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
            "members": members_state(self.members),
            "archived_at": self.archived_at,
        }


def members_state(rows: list[Any]) -> list[list[Any]]:
    """Who belongs, in which role and from when to when, for history and audit."""
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
