"""Who wants to be told by mail what has changed since the last meeting, and how often."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Committee
from kangjiansheng.core.db import Base, Versioned, Word


class PackDelivery(Versioned, Base):
    """A person's own wish; nobody subscribes somebody else. `last_on` is the occasion for which a mail was made last,
    so that none is made twice."""

    __tablename__ = "pack_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rhythm: Mapped[str] = mapped_column(Word)  # weekly, monthly, meeting
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)  # of meetings
    attachment: Mapped[str] = mapped_column(Word, default="")  # pptx, pdf, docx, xlsx; empty: the link alone
    last_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    committee: Mapped[Committee | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        code = self.committee.code if self.committee else ""
        return {key: getattr(self, key) for key in ("rhythm", "attachment", "ended_at")} | {"committee": code}
