"""What a joint laboratory holds for a while: permits, SOPs, qualified rooms and people. Past days stand in the revisions."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Versioned, Word
from kangjiansheng.labs.models.labs import JointLab


class LabPaper(Versioned, Base):
    """A paper of a laboratory that holds from a day to a day (inclusive); a qualification is somebody's."""

    __tablename__ = "lab_paper"
    __table_args__ = (UniqueConstraint("lab_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("joint_lab.id"))
    number: Mapped[int]  # within the laboratory, in its address
    kind: Mapped[str] = mapped_column(Word)  # permit, sop, equipment, qualification, other
    label: Mapped[str] = mapped_column(Label)  # its number or title
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    life: Mapped[str] = mapped_column(Word, default="held")  # held, ended
    ending: Mapped[str] = mapped_column(Text, default="")  # why it counts no more

    lab: Mapped[JointLab] = relationship()
    holder: Mapped[Person | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days."""
        keys = "lab_id number kind label holder_id valid_from valid_to note life ending"
        return {key: getattr(self, key) for key in keys.split()}
