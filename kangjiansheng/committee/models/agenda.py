"""What belongs to an agenda besides its items: papers, what waits for a meeting, proposals that were set aside."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models.committees import Committee
from kangjiansheng.committee.models.meetings import AgendaItem, Item
from kangjiansheng.core.db import Base, Label, Versioned, Word
from kangjiansheng.projects.models import Milestone, Project


class BacklogItem(Item, Versioned, Base):
    """An item without a meeting: proposed for any, or put back from one.

    `recusals` are those of the agenda that it was put back from, in the order of RECUSAL: they come into force again
    on the next agenda, and until then withhold the item from the same people.
    """

    __tablename__ = "backlog_item"
    __table_args__ = (Index("ix_backlog_item_waiting", "committee_id", "life"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    kind: Mapped[str] = mapped_column(Word)  # as of an agenda item
    minutes_planned: Mapped[int] = mapped_column(default=15)
    presenter: Mapped[str] = mapped_column(Label, default="")
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    source: Mapped[str] = mapped_column(Word, default="")
    recusals: Mapped[list[Any]] = mapped_column(default=list)
    life: Mapped[str] = mapped_column(Word, default="waiting")  # waiting, taken, dropped
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]

    committee: Mapped[Committee] = relationship()
    project: Mapped[Project | None] = relationship()
    gate: Mapped[Milestone | None] = relationship()
    presenting: Mapped[Person | None] = relationship(foreign_keys=[presenter_id])
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        return self.content() | {"life": self.life}


# What of a recusal goes with an item into the backlog and back.
RECUSAL = ("person_id", "kind", "reason", "decided_by_id")


class Paper(Base):
    """A paper of an item. Its files are its versions, the newest of which counts (`file_ref` of the thing `paper`).

    Who sees the item sees its papers; while the item is in the backlog nobody does. A row is never deleted, for its
    key is that of its files: the paper of an item that was taken from the agenda belongs to none.
    """

    __tablename__ = "paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="SET NULL"), index=True
    )
    backlog_item_id: Mapped[int | None] = mapped_column(ForeignKey("backlog_item.id"), index=True)
    title: Mapped[str] = mapped_column(Label)
    position: Mapped[int]
    withdrawn_at: Mapped[datetime | None]

    item: Mapped[AgendaItem | None] = relationship()


class Dismissal(Base):
    """A proposal that was set aside for one meeting. `source` is what it came from: milestone:12."""

    __tablename__ = "agenda_dismissal"
    __table_args__ = (UniqueConstraint("meeting_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Word)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
