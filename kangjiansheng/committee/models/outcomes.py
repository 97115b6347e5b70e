"""Decisions and actions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.meetings import AgendaItem, Meeting
from kangjiansheng.core.db import AppendOnly, Base, Label, Versioned, Word
from kangjiansheng.projects.models import Project


class Decision(Versioned, Base):
    """A numbered resolution (D) or recommendation (R) of a committee: advice, not the company's decision."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Word, unique=True)  # D-2026-06-01
    kind: Mapped[str] = mapped_column(Word)  # D, R
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    recused: Mapped[int | None]
    recorded_at: Mapped[datetime]
    illustrative: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship()
    agenda_item: Mapped[AgendaItem | None] = relationship()
    project: Mapped[Project | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "number kind text project_id votes_for votes_against abstentions recused"
        return {key: getattr(self, key) for key in plain.split()}


class DecisionDissent(AppendOnly, Base):
    """What a member wants recorded beside a decision that was not put to the vote as a motion. A later row of the same
    member replaces the one before; an empty text takes it back."""

    __tablename__ = "decision_dissent"
    __table_args__ = (Index("ix_decision_dissent_decision", "decision_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    decision: Mapped[Decision] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    entered_by: Mapped[Person] = relationship(foreign_keys=[entered_by_id])


class Action(Versioned, Base):
    """A numbered action: who does what by when."""

    __tablename__ = "action"
    __table_args__ = (
        Index("ix_action_open", "life", "due_on"),
        Index("ix_action_due", "due_on", "number"),  # the order of all
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Word, unique=True)  # A-2026-06-01
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    owner_role: Mapped[str] = mapped_column(Label, default="")
    due_on: Mapped[date | None]
    life: Mapped[str] = mapped_column(Word, default="open")  # open, done, dropped
    done_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[str] = mapped_column(Text, default="", server_default="")  # a link, or where it lies
    illustrative: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship()
    owner: Mapped[Person | None] = relationship()
    project: Mapped[Project | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        plain = "number text owner_id owner_role due_on life done_on note evidence project_id"
        return {key: getattr(self, key) for key in plain.split()}
