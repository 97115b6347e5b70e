"""What the parties share: clean rooms, instruments, cell banks; who has booked them, and who waits."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import Base, Label, Named, Versioned, Word
from kangjiansheng.labs.models.institutions import Institution
from kangjiansheng.labs.models.labs import JointLab


class SharedResource(Named, Versioned, Base):
    """A resource that its owner shares, on its own or as part of a joint laboratory."""

    __tablename__ = "shared_resource"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    kind: Mapped[str] = mapped_column(Word)  # clean_room, instrument, cell_bank, other
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)  # whose it is
    lab_id: Mapped[int | None] = mapped_column(ForeignKey("joint_lab.id"), index=True)
    site: Mapped[str] = mapped_column(Label, default="")
    capacity: Mapped[int] = mapped_column(default=1)  # bookings at once; of a cell bank, positions
    opens: Mapped[int] = mapped_column(default=8)  # hours of the day in Asia/Shanghai, 0 to 24
    closes: Mapped[int] = mapped_column(default=18)
    open_days: Mapped[str] = mapped_column(Word, default="workdays")  # workdays, daily
    note: Mapped[str] = mapped_column(Text, default="")  # what one must know to use it
    confidentiality: Mapped[str] = mapped_column(Word, default="parties")
    illustrative: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]

    institution: Mapped[Institution] = relationship()
    lab: Mapped[JointLab | None] = relationship()

    @property
    def institution_code(self) -> str:
        """The code of the owner."""
        return self.institution.code

    @property
    def lab_code(self) -> str:
        """The code of its laboratory; empty when it belongs to none."""
        return self.lab.code if self.lab else ""

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit."""
        keys = (
            "code name_hans name_hant name_en kind institution_id lab_id site capacity opens closes open_days "
            "note confidentiality archived_at"
        )
        return {key: getattr(self, key) for key in keys.split()}


class Booking(Versioned, Base):
    """Places of a resource, taken for a time. Two that are not cancelled never share a place at an instant: the
    database refuses the second (an exclusion on PostgreSQL, triggers on SQLite; see the migration)."""

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("resource_id", "number"),
        CheckConstraint("place >= 1 AND places >= 1", name="places"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="order"),
        Index("ix_booking_time", "resource_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("shared_resource.id"))
    number: Mapped[int]  # within the resource, in its address
    kind: Mapped[str] = mapped_column(Word, default="use")  # use, maintenance
    place: Mapped[int]  # the first of them
    places: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # None: goes on, in a cell bank
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text, default="")
    cancelled_at: Mapped[datetime | None]

    resource: Mapped[SharedResource] = relationship()
    person: Mapped[Person] = relationship()
    institution: Mapped[Institution | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days."""
        keys = "resource_id number kind place places starts_at ends_at person_id institution_id purpose cancelled_at"
        return {key: getattr(self, key) for key in keys.split()}


class Wait(Versioned, Base):
    """Somebody who would have a resource at a time at which it is taken, in the order in which they asked."""

    __tablename__ = "booking_wait"
    place = 1  # none yet: any will do
    __table_args__ = (UniqueConstraint("resource_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("shared_resource.id"))
    number: Mapped[int]
    places: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    life: Mapped[str] = mapped_column(Word, default="waiting")  # waiting, booked, withdrawn, removed

    resource: Mapped[SharedResource] = relationship()
    person: Mapped[Person] = relationship()
    institution: Mapped[Institution | None] = relationship()

    def state(self) -> dict[str, Any]:
        """The state, for history, audit and past days."""
        keys = "resource_id number places starts_at ends_at person_id institution_id purpose asked_at life"
        return {key: getattr(self, key) for key in keys.split()}
