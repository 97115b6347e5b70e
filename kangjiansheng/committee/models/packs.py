"""What the members get before a meeting, frozen."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.committee.models.meetings import Meeting
from kangjiansheng.core.db import AppendOnly, Base


class MeetingPack(AppendOnly, Base):
    """Agenda, papers, what moved and open actions as they stood in one instant: the whole of it, of which each reader
    gets what they may see. `sha256` is over its canonical JSON. Append-only; a later one has the next number."""

    __tablename__ = "meeting_pack"
    __table_args__ = (UniqueConstraint("meeting_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime]
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)

    meeting: Mapped[Meeting] = relationship()


class PackItem(Base):
    """Which item of the agenda the pack speaks of at a position. It goes with the item, so that what is no longer on
    the agenda, and whose readers nobody can tell any more, is given to nobody."""

    __tablename__ = "pack_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("meeting_pack.id"), index=True)
    position: Mapped[int]
    agenda_item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
