"""What things of the floor below have to do with: an obligation with a project, a milestone, a laboratory; a booking
with a project. That floor knows none of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core.db import Base
from kangjiansheng.labs.models import Booking, Obligation
from kangjiansheng.projects.models.plans import Project


class ObligationLink(Base):
    """One thing for which an obligation matters; it stood from `made_at` until `removed_at`."""

    __tablename__ = "obligation_link"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN project_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN milestone_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN lab_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_thing",
        ),
        *(
            Index(
                f"uq_obligation_link_{thing}",
                "obligation_id",
                thing,
                unique=True,
                sqlite_where=text("removed_at IS NULL"),
                postgresql_where=text("removed_at IS NULL"),
            )
            for thing in ("project_id", "milestone_id", "lab_id")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    lab_id: Mapped[int | None] = mapped_column(ForeignKey("joint_lab.id"), index=True)
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    obligation: Mapped[Obligation] = relationship()

    def state(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        keys = ("obligation_id", "project_id", "milestone_id", "lab_id", "removed_at")
        return {key: getattr(self, key) for key in keys}


class BookingLink(Base):
    """For which project a resource is booked; it stood from `made_at` until `removed_at`. One stands at a time."""

    __tablename__ = "booking_link"
    __table_args__ = (
        Index(
            "uq_booking_link_standing",
            "booking_id",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
    project: Mapped[Project] = relationship()

    def state(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {key: getattr(self, key) for key in ("booking_id", "project_id", "removed_at")}
