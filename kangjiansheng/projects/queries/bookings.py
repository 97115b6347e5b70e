"""For which projects resources are booked, as far as somebody sees both."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kangjiansheng.core import audit
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Booking, SharedResource
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


def projects_of(resource: SharedResource, *, actor: Actor, as_of: date | None = None) -> dict[int, Project]:
    """For which projects the bookings of a resource are made, by their numbers, as far as the actor sees the projects;
    one statement. Who may not know a booking does not ask for its number."""
    query = (
        select(Booking.number, Project)
        .join(BookingLink, BookingLink.booking_id == Booking.id)
        .join(Project, Project.id == BookingLink.project_id)
        .where(
            Booking.resource_id == resource.id,
            standing(as_of, BookingLink),
            Project.id.in_(visible_projects(actor)),
        )
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def to_name(resource: SharedResource, *, actor: Actor) -> list[Project]:
    """The projects that may be named when a resource is booked, by code."""
    query = select(Project).where(
        Project.id.in_(visible_projects(actor)),
        Project.archived_at.is_(None),
        Project.illustrative.is_(resource.illustrative),
    )
    return list(db.session.scalars(query.order_by(Project.code)))


def said_of(booking: Booking, *, actor: Actor) -> tuple[list[AuditEntry], dict[int, str]]:
    """What was said of the projects of a booking that the actor sees, the latest first; and their codes by link."""
    query = (
        select(BookingLink.id, Project.code)
        .join(Project, Project.id == BookingLink.project_id)
        .where(BookingLink.booking_id == booking.id, Project.id.in_(visible_projects(actor)))
    )
    codes = {row.id: row.code for row in db.session.execute(query)}
    return (audit.history("booking_link", codes, 500) if codes else []), codes


def of_project(project: Project, *, actor: Actor, as_of: date | None = None) -> list[labs.Named]:
    """The bookings for a project of which the actor may know who made them, the latest first."""
    ids = select(BookingLink.booking_id).where(
        BookingLink.project_id == project.id, standing(as_of, BookingLink)
    )
    return labs.named(ids, actor=actor, as_of=as_of)
