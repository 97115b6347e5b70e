"""What leads claim of their projects beside what is computed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import AppendOnly, Base, Word


class StatusClaim(AppendOnly, Base):
    """A lead's own judgement of a project; the last one counts until its last day. An empty status takes it back."""

    __tablename__ = "status_claim"
    __table_args__ = (Index("ix_status_claim_project", "project_id", "recorded_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    status: Mapped[str] = mapped_column(Word)  # ontrack, risk, slip, or empty
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date | None]
    recorded_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    change_set: Mapped[ChangeSet] = relationship()
