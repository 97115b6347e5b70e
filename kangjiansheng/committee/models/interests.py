"""What members declare: interests, and that a declaration is complete."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.committees import Committee
from kangjiansheng.committee.models.meetings import AgendaItem, Meeting
from kangjiansheng.core.db import AppendOnly, Base, Label, Versioned, Word
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects.models import Project


class Interest(Versioned, Base):
    """An interest that a member declared to a committee: lasting from a day on, or for one item only."""

    __tablename__ = "interest"
    __table_args__ = (Index("ix_interest_person", "person_id", "committee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(Word)  # see rules.interests.KINDS
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    party: Mapped[str] = mapped_column(Label, default="")  # who, when it is nobody that is registered here
    text: Mapped[str] = mapped_column(Text, default="")
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)  # of one item only
    agenda_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True
    )
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    illustrative: Mapped[bool] = mapped_column(default=False)

    committee: Mapped[Committee] = relationship()
    person: Mapped[Person] = relationship()
    institution: Mapped[Institution | None] = relationship()
    project: Mapped[Project | None] = relationship()
    item: Mapped[AgendaItem | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = (
            "committee_id person_id kind institution_id project_id party text meeting_id agenda_item_id "
            "valid_from valid_to"
        )
        return {key: getattr(self, key) for key in plain.split()}


class Declaration(AppendOnly, Base):
    """A member said: these are all my interests, for a year or for a meeting; `interests` is how many, and none
    is said as well."""

    __tablename__ = "declaration"
    __table_args__ = (Index("ix_declaration_person", "committee_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    year: Mapped[int]
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    interests: Mapped[int]
    declared_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    committee: Mapped[Committee] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    person: Mapped[Person] = relationship()
