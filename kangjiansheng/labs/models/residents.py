"""Companies of the park: residents and ecosystem partners, their space, what they ask for and who was with them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models.institutions import Institution


class Company(Named, Versioned, Base):
    """A resident of the park or an ecosystem partner. Its stages stand in its revisions."""

    __tablename__ = "company"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    kind: Mapped[str] = mapped_column(Word)  # resident, partner
    stage: Mapped[str] = mapped_column(Word)  # lead, assessment, signed, moved_in, growing, graduated, left
    stage_since: Mapped[date]
    about: Mapped[str] = mapped_column(Text, default="")
    contact_roles: Mapped[list[Any]] = mapped_column(default=list)  # offices on its side, never names
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    companion_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")  # open, parties
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    nudged_on: Mapped[date | None]  # when its companion was last reminded; no part of its state

    institution: Mapped[Institution | None] = relationship()
    companion: Mapped[Person | None] = relationship()

    @property
    def institution_code(self) -> str:
        """The code of the institution whose members are its people; empty when there is none."""
        return self.institution.code if self.institution else ""

    @property
    def companion_email(self) -> str:
        """The address of the person who accompanies it; empty when nobody does."""
        return (self.companion.email if self.companion else "") or ""

    @property
    def contact_lines(self) -> str:
        """The offices on its side, one on each line."""
        return "\n".join(self.contact_roles or [])

    def state(self) -> dict[str, Any]:
        """The editable state, for history, audit and past days."""
        keys = "code name_hans name_hant name_en kind stage stage_since about institution_id companion_id"
        found = {key: getattr(self, key) for key in f"{keys} confidentiality archived_at".split()}
        return found | {"contact_roles": list(self.contact_roles or [])}


class ParkFloor(Versioned, Base):
    """One floor of one building. All floors together are never larger than the park: the database holds that too."""

    __tablename__ = "park_floor"
    __table_args__ = (UniqueConstraint("building", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    building: Mapped[str] = mapped_column(Label)
    level: Mapped[int]  # 1 is the ground floor, below 0 is under the ground
    area_m2: Mapped[int]
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    def state(self) -> dict[str, Any]:
        """The editable state, for history, audit and past days."""
        return {key: getattr(self, key) for key in ["code", "building", "level", "area_m2", "archived_at"]}


class Lease(Versioned, Base):
    """Square metres of a floor for a company, from a day to a day (inclusive)."""

    __tablename__ = "lease"
    __table_args__ = (UniqueConstraint("company_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    number: Mapped[int]  # within the company, in its address
    floor_id: Mapped[int] = mapped_column(ForeignKey("park_floor.id"), index=True)
    area_m2: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]  # it was written down by mistake

    company: Mapped[Company] = relationship()
    floor: Mapped[ParkFloor] = relationship()

    @property
    def floor_code(self) -> str:
        """The code of its floor."""
        return self.floor.code

    def state(self) -> dict[str, Any]:
        """The editable state, for history, audit and past days."""
        keys = "company_id number floor_id area_m2 starts_on ends_on note withdrawn_at"
        return {key: getattr(self, key) for key in keys.split()}


class ServiceRequest(Versioned, Base):
    """What a company asks for, by when an answer was promised, who answers, and what came of it."""

    __tablename__ = "service_request"
    __table_args__ = (UniqueConstraint("company_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    number: Mapped[int]  # within the company, in its address
    kind: Mapped[str] = mapped_column(Word)  # registration, clinical, cmc, funding, talent, space
    stage: Mapped[str] = mapped_column(Word)  # of the company when it asked
    text: Mapped[str] = mapped_column(Text)
    asked_on: Mapped[date]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    answer_days: Mapped[int]  # working days
    promised_on: Mapped[date] = mapped_column(index=True)
    provider_institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    life: Mapped[str] = mapped_column(Word, default="open")  # open, answered, withdrawn
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(Word, default="")  # solved, partly, unsolved, referred
    satisfaction: Mapped[int | None]  # 1 to 5, by the company
    remark: Mapped[str] = mapped_column(Text, default="")  # what the company says to that

    company: Mapped[Company] = relationship()
    provider_institution: Mapped[Institution | None] = relationship()
    provider: Mapped[Person | None] = relationship(foreign_keys=[provider_id])

    @property
    def provider_code(self) -> str:
        """The code of the institution that answers; empty when none is named."""
        return self.provider_institution.code if self.provider_institution else ""

    @property
    def provider_email(self) -> str:
        """The address of the person who answers; empty when none is named."""
        return (self.provider.email if self.provider else "") or ""

    def state(self) -> dict[str, Any]:
        """The editable state, for history, audit and past days."""
        keys = "company_id number kind stage text asked_on asked_by_id answer_days promised_on life answer"
        keys += " provider_institution_id provider_id answered_on outcome satisfaction remark"
        return {key: getattr(self, key) for key in keys.split()}


class ServiceContact(Versioned, Base):
    """One time that somebody was with a company: when, about what, by which way."""

    __tablename__ = "service_contact"
    __table_args__ = (UniqueConstraint("company_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    number: Mapped[int]  # within the company, in its address
    kind: Mapped[str] = mapped_column(Word)  # a kind of service, or general
    stage: Mapped[str] = mapped_column(Word)  # of the company on that day
    channel: Mapped[str] = mapped_column(Word)  # visit, meeting, call, message
    happened_on: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  # who wrote it down
    request_id: Mapped[int | None] = mapped_column(ForeignKey("service_request.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]  # it was written down by mistake

    company: Mapped[Company] = relationship()
    person: Mapped[Person] = relationship()
    request: Mapped[ServiceRequest | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history, audit and past days."""
        keys = "company_id number kind stage channel happened_on person_id request_id note withdrawn_at"
        return {key: getattr(self, key) for key in keys.split()}


class ParkRule(Versioned, Base):
    """What administrators decide for the park: after how many days without a contact somebody is reminded."""

    __tablename__ = "park_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    quiet_days: Mapped[int]

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return {"quiet_days": self.quiet_days}
