"""Who wants to be told by mail what has changed since the last meeting, and how often."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Committee
from kangjiansheng.core.db import Base, Versioned, Word
from kangjiansheng.core.queue import Task

_CALENDAR = text("committee_id IS NULL AND ended_at IS NULL")
_MEETING = text("committee_id IS NOT NULL AND ended_at IS NULL")


class PackDelivery(Versioned, Base):
    """A person's own wish; nobody subscribes somebody else. `last_on` is the occasion for which a mail was made last,
    so that none is made twice; the task is that of the occasion for which one was asked for last."""

    __tablename__ = "pack_delivery"
    is_as_revised = False  # of two alike an upgrade has ended one
    __table_args__ = (  # of a kind one stands
        Index(
            "uq_pack_delivery_calendar",
            "person_id",
            "rhythm",
            unique=True,
            sqlite_where=_CALENDAR,
            postgresql_where=_CALENDAR,
        ),
        Index(
            "uq_pack_delivery_meeting",
            "person_id",
            "committee_id",
            unique=True,
            sqlite_where=_MEETING,
            postgresql_where=_MEETING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rhythm: Mapped[str] = mapped_column(Word)  # weekly, monthly, meeting
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)  # of meetings
    attachment: Mapped[str] = mapped_column(Word, default="")  # pptx, pdf, docx, xlsx; empty: the link alone
    last_on: Mapped[date | None]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    committee: Mapped[Committee | None] = relationship()
    task: Mapped[Task | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        code = self.committee.code if self.committee else ""
        return {key: getattr(self, key) for key in ("rhythm", "attachment", "ended_at")} | {"committee": code}
