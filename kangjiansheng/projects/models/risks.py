"""Risks and issues of a project. What they were on a past day stands in their revisions."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Versioned, Word
from kangjiansheng.projects.models.plans import OWNED, Milestone, Project


class Risk(Versioned, Base):
    """Something that may happen to a project, or has happened, and what is done about it."""

    __tablename__ = "risk"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("impact BETWEEN 1 AND 5", name="impact"),
        CheckConstraint("likelihood BETWEEN 1 AND 5", name="likelihood"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]  # within the project, in its address
    kind: Mapped[str] = mapped_column(Word)  # risk, issue
    title: Mapped[str] = mapped_column(Label)
    description: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    likelihood: Mapped[int | None]  # 1 to 5; none for an issue, which is certain
    impact: Mapped[int]  # 1 to 5
    response: Mapped[str] = mapped_column(Word)  # avoid, reduce, transfer, accept
    measure: Mapped[str] = mapped_column(Text, default="")
    review_on: Mapped[date | None]
    life: Mapped[str] = mapped_column(Word, default="open")  # open, watching, occurred, closed
    closing: Mapped[str] = mapped_column(Text, default="")  # why it was closed

    project: Mapped[Project] = relationship()
    owner: Mapped[Person | None] = relationship()
    milestones: Mapped[list["RiskMilestone"]] = relationship(cascade=OWNED)

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days."""
        keys = (
            "project_id number kind title description owner_id likelihood impact response measure review_on "
            "life closing"
        )
        codes = sorted(row.milestone.code for row in self.milestones)
        return {key: getattr(self, key) for key in keys.split()} | {"milestones": codes}


class RiskMilestone(Base):
    """A milestone that a risk threatens."""

    __tablename__ = "risk_milestone"
    __table_args__ = (UniqueConstraint("risk_id", "milestone_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id", ondelete="CASCADE"))
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)

    milestone: Mapped[Milestone] = relationship()
