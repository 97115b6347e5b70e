"""For which projects resources are booked, as far as somebody sees both."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Booking
from kangjiansheng.labs.queries import bookings as labs
from kangjiansheng.projects.models import BookingLink, Project
from kangjiansheng.projects.queries.obligations import standing
from kangjiansheng.projects.queries.visible import visible_projects


def link_of(booking: Booking, *, actor: Actor) -> BookingLink | None:
    """The project of a booking, when it names one that the actor sees."""
    query = (
        select(BookingLink)
        .where(
            BookingLink.booking_id == booking.id,
            standing(None, BookingLink),
            BookingLink.project_id.in_(visible_projects(actor)),
        )
        .options(joinedload(BookingLink.project))
    )
    return db.session.scalar(query)


def linked(*, actor: Actor, code: str, number: int) -> BookingLink | None:
    """The project of a booking by the address of the booking, for who may know both."""
    found = labs.booking(actor=actor, code=code, number=number)
    return link_of(found, actor=actor) if found else None


def of_project(project: Project, *, actor: Actor, as_of: date | None = None) -> list[labs.Named]:
    """The bookings for a project of which the actor may know who made them, the latest first."""
    ids = select(BookingLink.booking_id).where(
        BookingLink.project_id == project.id, standing(as_of, BookingLink)
    )
    return labs.named(ids, actor=actor, as_of=as_of)
