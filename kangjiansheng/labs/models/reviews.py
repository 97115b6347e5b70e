"""What was decided of a joint laboratory after its year was looked at."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import AppendOnly, Base, Word


class LabReview(AppendOnly, Base):
    """The outcome of the review of a year. The figures are not kept: the ledgers give them for the day it was decided."""

    __tablename__ = "lab_review"
    __table_args__ = (Index("uq_lab_review_number", "lab_id", "year", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lab_id: Mapped[int] = mapped_column(ForeignKey("joint_lab.id"))
    year: Mapped[int]
    number: Mapped[
        int | None
    ]  # of the reviews of its year, from 1; nothing for those of before there was a number
    outcome: Mapped[str] = mapped_column(Word)  # renew, conditions, close
    reason: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date | None]  # of a renewal: the new end of the agreement
    left_open: Mapped[int]  # of a closing: how much was still open when it was decided
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    change_set: Mapped[ChangeSet] = relationship()

    @property
    def version(self) -> int:
        """What the form of the next review of the year must have seen."""
        return (self.number or 1) + 1
