"""Saying for which project a resource is booked, and taking it back. Each stays, for the days on which it stood."""

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.models import Booking
from kangjiansheng.projects import queries
from kangjiansheng.projects.models import BookingLink
from kangjiansheng.projects.queries.bookings import link_of
from kangjiansheng.projects.queries.obligations import standing
from kangjiansheng.projects.rules.obligations import typed


def name_project(booking: Booking, text: str, *, actor: Actor) -> BookingLink:
    """Name the project for which a resource is booked.

    Refused: one that the actor does not see or that is put away, a second one, an illustrative one for a real thing.
    One that she sees no more gives way without a word: nothing may tell her of it.
    """
    project = queries.project(actor=actor, code=typed(text)[0])
    if project is None or project.archived_at is not None:
        raise RuleBroken("projects:booking-project", "project", text=text[:60])
    if project.illustrative != booking.resource.illustrative:
        raise RuleBroken("projects:booking-mixed", "project")
    if link_of(booking, actor=actor) is not None:
        raise RuleBroken("projects:booking-linked", "project")
    hidden = select(BookingLink).where(BookingLink.booking_id == booking.id, standing(None, BookingLink))
    for link in db.session.scalars(hidden):
        forget_project(link, actor=actor)
    made = BookingLink(booking_id=booking.id, project_id=project.id, made_at=clock.now())
    db.session.add(made)
    record("projects:booking-link:create", made, actor=actor, before={})
    return made


def forget_project(link: BookingLink, *, actor: Actor) -> None:
    """Take the project of a booking back."""
    before = link.state()
    link.removed_at = clock.now()
    record("projects:booking-link:remove", link, actor=actor, before=before)
