"""What belongs to an agenda besides its items."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.committee.models.meetings import AgendaItem
from kangjiansheng.core.db import Base, Label


class Paper(Base):
    """A paper of an item. Its files are its versions, the newest of which counts (`file_ref` of the thing `paper`).

    Who sees the item sees its papers. A row is never deleted, for its key is that of its files: the paper of an item
    that was taken from the agenda belongs to none, and nobody sees it.
    """

    __tablename__ = "paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(Label)
    position: Mapped[int]
    withdrawn_at: Mapped[datetime | None]

    item: Mapped[AgendaItem | None] = relationship()
