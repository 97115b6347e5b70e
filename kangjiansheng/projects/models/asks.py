"""Asks: what one party wants of another or of the whole table. A past day stands in the revisions."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Versioned, Word
from kangjiansheng.labs.models import Institution, Obligation
from kangjiansheng.projects.models.plans import Project


class Ask(Versioned, Base):
    """What an institution asks for: raised, tabled at a meeting, agreed with owner and date, closed."""

    __tablename__ = "ask"
    __table_args__ = (
        CheckConstraint("to_id IS NULL OR to_id <> from_id", name="not_itself"),
        Index("ix_ask_open", "life", "from_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)  # ASK-7KQ3M, in its address; older ones are numbers
    from_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    to_id: Mapped[int | None] = mapped_column(
        ForeignKey("institution.id"), index=True
    )  # None: the whole table
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    chain: Mapped[str] = mapped_column(Word)  # innovation, industry, capital, talent
    title: Mapped[str] = mapped_column(Label)
    detail: Mapped[str] = mapped_column(Text, default="")
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    raised_on: Mapped[date]
    life: Mapped[str] = mapped_column(Word, default="raised")
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]
    obligation_id: Mapped[int | None] = mapped_column(
        ForeignKey("obligation.id"), index=True
    )  # what was agreed
    closing: Mapped[str] = mapped_column(Text, default="")  # what came of it
    illustrative: Mapped[bool] = mapped_column(default=False)

    asker: Mapped[Institution] = relationship(foreign_keys=[from_id])
    asked: Mapped[Institution | None] = relationship(foreign_keys=[to_id])
    project: Mapped[Project | None] = relationship()
    raised_by: Mapped[Person] = relationship()
    obligation: Mapped[Obligation | None] = relationship()

    @property
    def to_code(self) -> str:
        """The code of whom it is asked; empty for the whole table."""
        return self.asked.code if self.asked else ""

    @property
    def from_code(self) -> str:
        """The code of who asks."""
        return self.asker.code

    @property
    def project_code(self) -> str:
        """The code of the project that it is about; empty for none."""
        return self.project.code if self.project else ""

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days."""
        keys = (
            "code from_id to_id project_id chain title detail raised_on life answer answered_on obligation_id "
            "closing"
        )
        return {key: getattr(self, key) for key in keys.split()}
