"""What a project holds for a while: an approval, a grant, a qualified site. Past days stand in the revisions."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base, Label, Versioned, Word
from kangjiansheng.projects.models.plans import Milestone, Project


class Validity(Versioned, Base):
    """Something that holds from a day to a day (inclusive), within which a milestone has to be reached."""

    __tablename__ = "validity"
    __table_args__ = (UniqueConstraint("project_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]  # within the project, in its address
    kind: Mapped[str] = mapped_column(Word)  # ethics, genetics, funding, site, other
    label: Mapped[str] = mapped_column(Label, default="")  # its number or title
    valid_from: Mapped[date | None]
    valid_to: Mapped[date]
    # Must be reached while it holds; None for whatever comes next.
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    life: Mapped[str] = mapped_column(Word, default="held")  # held, ended
    ending: Mapped[str] = mapped_column(Text, default="")  # why it was ended

    project: Mapped[Project] = relationship()
    milestone: Mapped[Milestone | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days."""
        keys = "project_id number kind label valid_from valid_to note life ending"
        code = self.milestone.code if self.milestone else ""
        return {key: getattr(self, key) for key in keys.split()} | {"milestone": code}
